package cli

import (
	"encoding"
	"testing"
	"time"
)

func TestFlagsReadWhatTheirHelpSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"1d": 24 * time.Hour, "30d": 30 * 24 * time.Hour, "90s": 90 * time.Second, "1h30m": 90 * time.Minute,
	} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || d.Duration != want {
			t.Errorf("%s: got %s, %v", text, d, err)
		}
	}
	var rate Rate
	if err := rate.UnmarshalText([]byte("20/1d")); err != nil || rate.Times != 20 || rate.Per != 24*time.Hour {
		t.Errorf("got %v, %v", rate, err)
	}
	for text, want := range map[string]Size{"65537": 65537, "64KiB": 64 << 10, "1MiB": 1 << 20} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s: got %d, %v", text, s, err)
		}
	}
	for text, want := range map[string]string{
		"10.0.0.0/8": "10.0.0.0/8", "10.1.2.3/8": "10.0.0.0/8", "192.0.2.7": "192.0.2.7/32",
		"2001:db8::/32": "2001:db8::/32", "2001:db8::1": "2001:db8::1/128",
	} {
		var n Network
		if err := n.UnmarshalText([]byte(text)); err != nil || n.String() != want {
			t.Errorf("%s: got %s, %v", text, n.String(), err)
		}
	}
}

func TestFlagsRefuseWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"-1", "0", "0s", "-5s", "0/1h", "5/0s", "5/", "/1h", "many", "", "99999999999999999999", "1/1/1h"} {
		for _, flag := range []encoding.TextUnmarshaler{new(Duration), new(Rate), new(Size), new(Count)} {
			if err := flag.UnmarshalText([]byte(text)); err == nil {
				t.Errorf("%T takes %q", flag, text)
			}
		}
	}
}
