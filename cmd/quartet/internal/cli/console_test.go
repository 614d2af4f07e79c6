package cli

import (
	"net"
	"testing"
)

func TestABrowserCanOpenTheLocalAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"0.0.0.0:8080": "127.0.0.1:8080", "[::]:8080": "127.0.0.1:8080", "192.0.2.1:80": "192.0.2.1:80", "[::1]:8080": "[::1]:8080",
	} {
		tcp, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := LocalAddress(tcp); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}
