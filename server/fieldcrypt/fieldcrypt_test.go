package fieldcrypt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"
	"testing"
)

var (
	testKey  = bytes.Repeat([]byte("k"), 32)
	otherKey = bytes.Repeat([]byte("K"), 32)
)

const testContext = "user:123:mobile"

func TestOpenGivesWhatWasSealed(t *testing.T) {
	t.Parallel()
	sealer := New(testKey)
	for _, plain := range []string{"13900000000", "", "身份证", strings.Repeat("x", 10000)} {
		sealed := sealer.Seal(plain, testContext)
		if !regexp.MustCompile(`^v1\.[A-Za-z0-9_-]+$`).MatchString(sealed) {
			t.Errorf("got %s", sealed)
		}
		if opened, err := New(testKey).Open(sealed, testContext); opened != plain || err != nil {
			t.Errorf("got %q, %v", opened, err)
		}
	}
}

func TestSealingTwiceGivesTwoTexts(t *testing.T) {
	t.Parallel()
	sealer := New(testKey)
	first, second := sealer.Seal("13900000000", testContext), sealer.Seal("13900000000", testContext)
	if first == second {
		t.Error("equal texts can be told by their sealed form")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	sealer := New(testKey)
	sealed := sealer.Seal("13900000000", testContext)
	middle := len(sealed) / 2
	flipped := sealed[:middle] + string(sealed[middle]^1) + sealed[middle+1:]
	for name, c := range map[string]struct {
		sealer          *Sealer
		sealed, context string
	}{
		"another key":       {New(otherKey), sealed, testContext},
		"another user":      {sealer, sealed, "user:124:mobile"},
		"another column":    {sealer, sealed, "user:123:idcard"},
		"no context":        {sealer, sealed, ""},
		"a changed text":    {sealer, flipped, testContext},
		"a cut text":        {sealer, sealed[:len(sealed)-4], testContext},
		"a short text":      {sealer, "v1.AAAA", testContext},
		"nothing":           {sealer, "", testContext},
		"the version alone": {sealer, "v1.", testContext},
		"no version":        {sealer, strings.TrimPrefix(sealed, "v1."), testContext},
		"another version":   {sealer, "v2." + strings.TrimPrefix(sealed, "v1."), testContext},
		"no base64":         {sealer, "v1.13900000000!", testContext},
		"the plain text":    {sealer, "13900000000", testContext},
	} {
		if opened, err := c.sealer.Open(c.sealed, c.context); opened != "" || !errors.Is(err, ErrDecrypt) {
			t.Errorf("%s: got %q, %v", name, opened, err)
		}
	}
}

// What is sealed today must open after an upgrade.
func TestOpenIsStable(t *testing.T) {
	t.Parallel()
	const sealed = "v1.mKXGEhLkt3gB2_r5e6DQyqyTofzWA-gZzqT-mjGj9S0K0UZ-0eU6"
	if opened, err := New(testKey).Open(sealed, testContext); opened != "13900000000" || err != nil {
		t.Errorf("got %q, %v", opened, err)
	}
	const index = "200776c14addd3bf048b5db4b72313561d5e9654c42fe52896217c0a73dc9ebf"
	if got := New(testKey).Index("13900000000"); got != index {
		t.Errorf("got %s", got)
	}
}

func TestIndex(t *testing.T) {
	t.Parallel()
	index := New(testKey).Index("13900000000")
	if raw, err := hex.DecodeString(index); err != nil || len(raw) != 32 || strings.ToLower(index) != index {
		t.Errorf("got %s", index)
	}
	if New(testKey).Index("13900000000") != index {
		t.Error("the same value has two indexes")
	}
	if New(testKey).Index("13900000001") == index {
		t.Error("two values have one index")
	}
	if New(otherKey).Index("13900000000") == index {
		t.Error("the key does not matter")
	}
}

func TestSealingAndIndexingHaveTheirOwnKeys(t *testing.T) {
	t.Parallel()
	if bytes.Equal(subkey(testKey, "seal"), subkey(testKey, "index")) || bytes.Equal(subkey(testKey, "index"), testKey) {
		t.Error("one key serves two purposes")
	}
}

func TestNewRefusesAShortKey(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a key of 31 bytes is taken")
		}
	}()
	New(testKey[:31])
}
