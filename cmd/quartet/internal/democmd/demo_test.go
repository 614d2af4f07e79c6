package democmd

import (
	"bytes"
	"strings"
	"testing"
)

func TestWelcomeLeadsToTheConsole(t *testing.T) {
	t.Parallel()
	for console, want := range map[string]bool{"127.0.0.1:8081": true, "": false} {
		var out bytes.Buffer
		if err := PrintWelcome(&out, "127.0.0.1:8080", console); err != nil || !strings.Contains(out.String(), " http://127.0.0.1:8080/docs/\n") {
			t.Errorf("%v:\n%s", err, out.String())
		}
		if got := strings.Contains(out.String(), " http://127.0.0.1:8081/console/\n"); got != want {
			t.Errorf("with %q: %s", console, out.String())
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
