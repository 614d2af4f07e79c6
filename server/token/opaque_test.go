package token

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

var testKey = bytes.Repeat([]byte("k"), 32)

func TestNewRefresh(t *testing.T) {
	t.Parallel()
	one, two := NewRefresh(), NewRefresh()
	shape := regexp.MustCompile(`^RT-[A-Za-z0-9_-]{43}$`)
	if !shape.MatchString(one) || one == two {
		t.Errorf("got %s and %s", one, two)
	}
}

func TestNewSeed(t *testing.T) {
	t.Parallel()
	one, two := NewSeed(), NewSeed()
	if len(one) != 43 || one == two {
		t.Errorf("got %s and %s", one, two)
	}
}

func TestHashIsSHA256(t *testing.T) {
	t.Parallel()
	// FIPS 180-2, appendix B.1.
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if got := Hash("abc"); got != want {
		t.Errorf("got %s", got)
	}
}

func TestAccessHasTheShapeOfACASTicket(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^AT-12-[A-Za-z0-9_-]{32}$`)
	if got := Access(testKey, "RT-x", 7, 12); !shape.MatchString(got) {
		t.Errorf("got %s", got)
	}
}

// The tokens of live sessions must survive an upgrade, so the derivation is
// fixed. Computed with Python's hmac.
func TestAccessIsStable(t *testing.T) {
	t.Parallel()
	const want = "AT-12-ItBrWlvrsmH_o_Y73TXGF2XOtLFGNXnS"
	if got := Access(testKey, "RT-x", 7, 12); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAccessDependsOnAllItsInputs(t *testing.T) {
	t.Parallel()
	otherKey := bytes.Repeat([]byte("K"), 32)
	mac := func(access string) string { return access[len(access)-32:] }
	seen := map[string]string{}
	for name, access := range map[string]string{
		"plain":              Access(testKey, "RT-x", 7, 12),
		"another key":        Access(otherKey, "RT-x", 7, 12),
		"another refresh":    Access(testKey, "RT-y", 7, 12),
		"another session":    Access(testKey, "RT-x", 8, 12),
		"another generation": Access(testKey, "RT-x", 7, 13),
		"swapped":            Access(testKey, "RT-x", 12, 7),
		"moved digits":       Access(testKey, "2RT-x", 7, 1),
	} {
		if other, twice := seen[mac(access)]; twice {
			t.Errorf("%s and %s have one token", name, other)
		}
		seen[mac(access)] = name
	}
}

func TestGeneration(t *testing.T) {
	t.Parallel()
	mac := strings.Repeat("a", 32)
	for _, c := range []struct {
		access string
		want   int64
		ok     bool
	}{
		{Access(testKey, "RT-x", 7, 1), 1, true},
		{Access(testKey, "RT-x", 7, 123456), 123456, true},
		{"AT-0-" + mac, 0, true},
		{"AT-999999999999999999-" + mac, 999999999999999999, true},
		{"AT-9999999999999999999-" + mac, 0, false},
		{"AT-01-" + mac, 0, false},
		{"AT--1-" + mac, 0, false},
		{"AT-+1-" + mac, 0, false},
		{"AT--" + mac, 0, false},
		{"AT-1-" + mac[1:], 0, false},
		{"AT-1-" + mac + "a", 0, false},
		{"AT-1-" + mac[1:] + "=", 0, false},
		{"at-1-" + mac, 0, false},
		{NewRefresh(), 0, false},
		{"", 0, false},
	} {
		if got, ok := Generation(c.access); got != c.want || ok != c.ok {
			t.Errorf("%s: got %d, %v", c.access, got, ok)
		}
	}
}

func TestIsOpaque(t *testing.T) {
	t.Parallel()
	access, refresh := Access(testKey, "RT-x", 7, 1), NewRefresh()
	for text, want := range map[string]bool{
		access:                      true,
		refresh:                     true,
		"":                          false,
		" " + access:                false,
		access + "\n":               false,
		access + "\x00":             false,
		"Bearer " + access:          false,
		refresh[3:]:                 false,
		refresh[:45]:                false,
		refresh + "a":               false,
		"RT-" + refresh[3:45] + "'": false,
		"RT-" + refresh[3:45] + "é": false,
		strings.Repeat("A", 1<<20):  false,
	} {
		if got := IsOpaque(text); got != want {
			t.Errorf("%.60q: got %v", text, got)
		}
	}
}
