package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

const (
	connectTimeout = 5 * time.Second // for a connection, and for its TLS handshake
	lookUpTimeout  = time.Second     // of Check
)

// alsoDenied are addresses that are public, and lead within: the one of Azure's hosts.
var alsoDenied = netip.MustParsePrefix("168.63.129.16/32")

// errUnencrypted means that http leads to an address where https is needed.
var errUnencrypted = errors.New("http is for allowed networks alone")

// Addresses say where webhooks can be: at public addresses by https, and in allowed networks.
type Addresses struct {
	guard    *ssrf.Guardian
	allowed  []netip.Prefix
	resolver *net.Resolver
}

// NewAddresses also lets webhooks be in these networks, with http too. resolver finds the
// hosts that Check is asked for; without it, Check looks none up.
func NewAddresses(allowed []netip.Prefix, resolver *net.Resolver) *Addresses {
	v4 := slices.DeleteFunc(slices.Clone(allowed), func(p netip.Prefix) bool { return p.Addr().Is6() })
	v6 := slices.DeleteFunc(slices.Clone(allowed), func(p netip.Prefix) bool { return p.Addr().Is4() })
	return &Addresses{
		guard: ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...),
			ssrf.WithDeniedV4Prefixes(alsoDenied)),
		allowed: allowed, resolver: resolver,
	}
}

// Check refuses the URL of a webhook that leads to an address that is not allowed now. A
// host that is not found is not refused: every delivery is checked again.
func (a *Addresses) Check(ctx context.Context, target *url.URL) error {
	addresses := []netip.Addr{}
	if address, err := netip.ParseAddr(target.Hostname()); err == nil {
		addresses = append(addresses, address)
	} else if a.resolver != nil {
		ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
		defer cancel()
		addresses, _ = a.resolver.LookupNetIP(ctx, "ip", target.Hostname())
	}
	for _, address := range addresses {
		if err := a.check(target.Scheme, address.Unmap()); err != nil {
			return err
		}
	}
	return nil
}

func (a *Addresses) check(scheme string, address netip.Addr) error {
	if scheme != "https" && !slices.ContainsFunc(a.allowed, func(p netip.Prefix) bool { return p.Contains(address) }) {
		return errUnencrypted
	}
	return a.guard.SafeAddr(address)
}

// transport connects by a scheme. It checks the address of each connection itself, so that
// it does not matter what a name led to before. It uses no proxy, which would connect to
// addresses that are not checked.
func (a *Addresses) transport(scheme string) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout, Resolver: a.resolver, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %w", ssrf.ErrInvalidHostPort, err)
		}
		return a.check(scheme, to.Addr().Unmap())
	}}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTimeout, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: parallel, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10,
	}
}

// isRefused reports whether an address was not allowed.
func isRefused(err error) bool {
	return errors.Is(err, errUnencrypted) || errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedNetwork) || errors.Is(err, ssrf.ErrInvalidHostPort)
}
