package democmd

import (
	"bytes"
	"net"
	"strings"
	"testing"
)

func TestWelcomeNamesAnAddressThatABrowserCanOpen(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"0.0.0.0:8080": "http://127.0.0.1:8080/docs/", "[::]:8080": "http://127.0.0.1:8080/docs/",
		"192.0.2.1:80": "http://192.0.2.1:80/docs/", "[::1]:8080": "http://[::1]:8080/docs/",
	} {
		tcp, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := PrintWelcome(&out, tcp); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in (%v):\n%s", want, err, out.String())
		}
	}
}

func TestOnlyTheDemoMobileHasAKnownCode(t *testing.T) {
	t.Parallel()
	if code := newCode(Mobile); code != Code {
		t.Errorf("got %s", code)
	}
	seen := map[string]bool{}
	for range 20 {
		seen[newCode("13900001111")] = true
	}
	if len(seen) < 2 {
		t.Errorf("other mobiles have a known code: %v", seen)
	}
}
