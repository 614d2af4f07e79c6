package server

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

// warnInterval is how long a warning of a proxy that is not trusted stands for those after it.
const warnInterval = time.Hour

// clientIP returns the client's IP address: the peer's, unless the peer is a trusted
// proxy that reports another in X-Forwarded-For. It warns of that header from others: it
// is a proxy that is missing in the options, whose clients all count as one, or a client
// that passes itself off as another.
func clientIP(trusted []*net.IPNet, log *slog.Logger) echo.IPExtractor {
	peer := echo.ExtractIPDirect()
	var warned atomic.Int64 // when, in Unix nanoseconds
	return func(r *http.Request) string {
		hop, ok := parseHop(peer(r))
		if !ok {
			return peer(r)
		}
		if !isTrusted(hop, trusted) {
			if len(r.Header[echo.HeaderXForwardedFor]) > 0 {
				now, last := time.Now().UnixNano(), warned.Load()
				if (last == 0 || now-last > int64(warnInterval)) && warned.CompareAndSwap(last, now) {
					log.WarnContext(r.Context(), "X-Forwarded-For of a peer that is not trusted is ignored: name it in --trusted-proxies if it is your proxy", "peer", hop)
				}
			}
			return peer(r)
		}
		return forwardedFor(r.Header.Values(echo.HeaderXForwardedFor), hop, trusted).String()
	}
}

// forwardedFor follows the header from the last entry to the first while the reporting
// hop is trusted. It stops at an entry that is no address.
func forwardedFor(headers []string, hop netip.Addr, trusted []*net.IPNet) netip.Addr {
	said := strings.Split(strings.Join(headers, ","), ",")
	for _, text := range slices.Backward(said) {
		if !isTrusted(hop, trusted) {
			break
		}
		before, ok := parseHop(text)
		if !ok {
			break
		}
		hop = before
	}
	return hop
}

func isTrusted(hop netip.Addr, trusted []*net.IPNet) bool {
	return slices.ContainsFunc(trusted, func(n *net.IPNet) bool { return n.Contains(hop.AsSlice()) })
}

// parseHop parses an address in the forms that proxies write: 192.0.2.1,
// 192.0.2.1:5678, 2001:db8::1, [2001:db8::1] or [2001:db8::1]:443. IPv4-mapped
// addresses become IPv4, and a zone is removed, because it is meaningful on the proxy's
// machine only.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if withoutScheme, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(withoutScheme, "]") {
		text = strings.TrimSuffix(withoutScheme, "]")
	}
	hop, err := netip.ParseAddr(text)
	if err != nil {
		var withPort netip.AddrPort
		withPort, err = netip.ParseAddrPort(text)
		hop = withPort.Addr()
	}
	return hop.Unmap().WithZone(""), err == nil
}
