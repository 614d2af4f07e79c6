package engine

import (
	"fmt"
	"net/netip"
	"strings"
)

// RequireTLSChoice fails for a URL that leaves it to the servers whether passwords and
// users' data cross the network in plain text: one that names a host other than this
// machine and has no parameter that chooses. Addresses of loopback, localhost and the
// paths of sockets are this machine.
func RequireTLSChoice(hosts []string, parameter, plain, verified string) error {
	for _, host := range hosts {
		if !isThisMachine(host) {
			return fmt.Errorf("the URL must say whether %s is reached by TLS: add %s=%s, or %[2]s=%[4]s for a network that you trust", host, parameter, verified, plain)
		}
	}
	return nil
}

func isThisMachine(host string) bool {
	if host == "" || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}
