package network

import "net/netip"

// Network is where a client is, in texts that are equal for equal places.
type Network struct {
	// Client is the IPv4 address, or the IPv6 /64, which belongs to one subscriber. Text
	// that is no address is a client of its own.
	Client string
	// Site is the IPv6 /48, which one customer of a provider can have, with 65,536 /64;
	// "" for IPv4.
	Site string
	// Block is what gets one share of what all clients have together: the IPv6 /48 or the
	// IPv4 /24.
	Block string
}

// viaNAT64 is the prefix of IPv4 addresses that a gateway translates (RFC 6052).
var viaNAT64 = netip.MustParsePrefix("64:ff9b::/96")

// Of returns the network of a client IP.
func Of(clientIP string) Network {
	address, err := netip.ParseAddr(clientIP)
	if err != nil {
		return Network{Client: clientIP, Block: clientIP}
	}
	address = address.Unmap().WithZone("")
	if viaNAT64.Contains(address) {
		bytes := address.As16()
		address = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	if address.Is4() {
		return Network{Client: address.String(), Block: within(address, 24).String()}
	}
	site := within(address, 48).String()
	return Network{Client: within(address, 64).Addr().String(), Site: site, Block: site}
}

func within(address netip.Addr, bits int) netip.Prefix {
	return netip.PrefixFrom(address, bits).Masked()
}
