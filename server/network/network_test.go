package network

import "testing"

func TestOf(t *testing.T) {
	t.Parallel()
	v4 := Network{Client: "192.0.2.7", Block: "192.0.2.0/24"}
	v6 := Network{Client: "2001:db8:1:2::", Site: "2001:db8:1::/48", Block: "2001:db8:1::/48"}
	for text, want := range map[string]Network{
		"192.0.2.7":             v4,
		"::ffff:192.0.2.7":      v4,
		"64:ff9b::c000:207":     v4,
		"2001:db8:1:2::1":       v6,
		"2001:DB8:1:2:3:4:5:6":  v6,
		"2001:db8:1:2::1%eth0":  v6,
		"2001:db8:1:3::1":       {Client: "2001:db8:1:3::", Site: v6.Site, Block: v6.Block},
		"64:ff9b:1:0:1::":       {Client: "64:ff9b:1::", Site: "64:ff9b:1::/48", Block: "64:ff9b:1::/48"},
		"":                      {},
		"a socket of this host": {Client: "a socket of this host", Block: "a socket of this host"},
	} {
		if got := Of(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}
