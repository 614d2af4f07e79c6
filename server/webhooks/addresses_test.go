package webhooks_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"quartet/server/account"
	"quartet/server/webhooks"
)

func TestAddressesWithinAreRefused(t *testing.T) {
	t.Parallel()
	strict := webhooks.NewAddresses(nil, nil)
	for _, host := range strings.Fields(`127.0.0.1 127.8.8.8 0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 169.254.169.254 172.16.0.1 172.31.255.255
		192.168.1.1 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 168.63.129.16
		[::] [::1] [::ffff:127.0.0.1] [::ffff:10.0.0.1] [::ffff:a9fe:a9fe] [::7f00:1] [fe80::1] [fc00::1] [fd00:ec2::254] [ff02::1]
		[64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::1] [2002:7f00:1::] [2002:a00:1::1] [2001::1] [2001:db8::1] [3fff::1] [fec0::1]`) {
		if err := strict.Check(t.Context(), parsed(t, "https://"+host+"/")); err == nil {
			t.Errorf("%s is allowed", host)
		}
	}
	for _, address := range strings.Fields("https://8.8.8.8/ https://8.8.8.8:8443/ https://[2400:3200::1]/ https://[::ffff:8.8.8.8]/ https://hooks.example.com/") {
		if err := strict.Check(t.Context(), parsed(t, address)); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := strict.Check(t.Context(), parsed(t, "http://8.8.8.8/")); err == nil {
		t.Error("http is allowed")
	}
	some := webhooks.NewAddresses([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")}, nil)
	for address, want := range map[string]bool{
		"http://10.1.2.3/": true, "https://10.1.2.3/": true, "https://10.2.0.1/": false, "http://10.2.0.1/": false, "http://8.8.8.8/": false,
		"https://8.8.8.8/": true, "http://[fd00:1::1]/": true, "https://[fd00:2::1]/": false, "http://[::ffff:10.1.0.1]/": true,
	} {
		if got := some.Check(t.Context(), parsed(t, address)) == nil; got != want {
			t.Errorf("%s: allowed %v", address, got)
		}
	}
}

func TestANameThatLeadsWithinIsRefused(t *testing.T) {
	t.Parallel()
	names := newNames(t, "8.8.8.8", "10.0.0.1")
	addresses := webhooks.NewAddresses(nil, names.resolver())
	must(t, addresses.Check(t.Context(), parsed(t, "https://hooks.test/")))
	if err := addresses.Check(t.Context(), parsed(t, "https://hooks.test/")); err == nil {
		t.Error("it is allowed")
	}
}

// DNS rebinding: the name leads to a public address when it is checked, and within when it
// is connected to.
func TestANameThatLeadsWithinLaterIsRefused(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	names := newNames(t, "8.8.8.8", "127.0.0.1")
	addresses := webhooks.NewAddresses(nil, names.resolver())
	w.config.WebhookAddress = addresses.Check
	w.Operator = account.New(w.config).CommandLine()
	w.engine = w.newEngine(addresses)
	_, port, err := net.SplitHostPort(r.Listener.Addr().String())
	must(t, err)
	w.webhook("https://hooks.test:" + port + "/")
	w.user("wu")
	w.run()
	delivery := w.deliveries(account.DeliveryFilter{})[0]
	wantEqual(t, "error", delivery.LastError, "the address is not allowed")
	wantEqual(t, "connections", len(r.all()), 0)
	if names.asked.Load() < 2 {
		t.Error("the name was not looked up again")
	}
}

func TestARegistrationIsRefusedByItsAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.WebhookAddress = loopback().Check
	w.Operator = account.New(w.config).CommandLine()
	for address, want := range map[string]string{
		"https://192.168.0.1/": "webhook_address_refused (url: )", "http://192.168.0.1/": "webhook_address_refused (url: )", "http://127.0.0.1/": "",
		"ftp://example.com/": "invalid_field (url: format)", "https:///": "invalid_field (url: format)", "https://a:b@example.com/": "invalid_field (url: format)",
		"https://example.com/#a": "invalid_field (url: format)", "example.com": "invalid_field (url: format)",
	} {
		_, err := w.AddWebhook(t.Context(), account.NewWebhook{URL: address})
		got := ""
		if err != nil {
			got, _, _ = strings.Cut(err.Error(), ": pro")
			got, _, _ = strings.Cut(got, ": http ")
		}
		wantEqual(t, address, got, want)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	w, r, inner := newWorld(t), newReceiver(t), newReceiver(t)
	w.webhook(r.URL)
	r.answers(func(out http.ResponseWriter, in *http.Request) {
		http.Redirect(out, in, inner.URL, http.StatusTemporaryRedirect)
	})
	w.user("wu")
	w.run()
	wantEqual(t, "requests", len(r.all()), 1)
	wantEqual(t, "requests", len(inner.all()), 0)
	wantEqual(t, "error", w.deliveries(account.DeliveryFilter{})[0].LastError, "status 307: redirects are not followed")
}

func TestFailuresAreToldInAFewWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.engine = w.newEngine(webhooks.NewAddresses([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, newNames(t, "", "").resolver()))
	secure := httptest.NewTLSServer(status(http.StatusOK))
	t.Cleanup(secure.Close)
	closed := httptest.NewServer(status(http.StatusOK))
	closed.Close()
	broken := newReceiver(t)
	broken.answers(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	want := map[int64]string{
		w.webhook(secure.URL).ID:                   "the certificate is not trusted",
		w.webhook(closed.URL).ID:                   "dial: connect: connection refused",
		w.webhook(broken.URL).ID:                   "no HTTP answer",
		w.webhook("https://nowhere.test/").ID:      "the host is not found",
		w.webhook("https://[2002:7f00:1::1]/a").ID: "the address is not allowed",
	}
	w.user("wu")
	w.run()
	for id, text := range want {
		wantEqual(t, "error", w.deliveries(account.DeliveryFilter{Webhook: id})[0].LastError, text)
	}
}

func parsed(t *testing.T, text string) *url.URL {
	t.Helper()
	target, err := url.Parse(text)
	must(t, err)
	return target
}

// names is a DNS server that gives an address at the first question of its kind, and
// another one afterwards; with "" there is no such name.
type names struct {
	socket net.PacketConn
	asked  atomic.Int64
}

func newNames(t *testing.T, first, then string) *names {
	t.Helper()
	socket, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	must(t, err)
	n := &names{socket: socket}
	t.Cleanup(func() { socket.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			size, from, err := socket.ReadFrom(buffer)
			if err != nil {
				return
			}
			var message dnsmessage.Message
			if message.Unpack(buffer[:size]) != nil {
				continue
			}
			message.Response, message.Additionals = true, nil
			if question := message.Questions[0]; question.Type == dnsmessage.TypeA {
				address := first
				if n.asked.Add(1) > 1 {
					address = then
				}
				if address == "" {
					message.RCode = dnsmessage.RCodeNameError
				} else {
					message.Answers = []dnsmessage.Resource{{
						Header: dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class},
						Body:   &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()},
					}}
				}
			}
			if packed, err := message.Pack(); err == nil {
				_, _ = socket.WriteTo(packed, from)
			}
		}
	}()
	return n
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "udp", n.socket.LocalAddr().String())
	}}
}
