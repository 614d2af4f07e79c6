package server_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"quartet/server"
)

var loggedIP = regexp.MustCompile(`msg=request .*client_ip=(\S+)`)

// ipSeen is the client's IP that the server makes out of the headers;
// the peer is 127.0.0.1.
func ipSeen(t *testing.T, trusted []string, forwarded ...string) string {
	t.Helper()
	var networks []*net.IPNet
	for _, text := range trusted {
		_, network, err := net.ParseCIDR(text)
		must(t, err)
		networks = append(networks, network)
	}
	var log bytes.Buffer
	handler, err := server.New(server.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), TrustedProxies: networks})
	must(t, err)
	request := httptest.NewRequest(http.MethodGet, "/healthz", nil)
	request.RemoteAddr = "127.0.0.1:40000"
	request.Header["X-Forwarded-For"] = forwarded
	handler.ServeHTTP(httptest.NewRecorder(), request)
	match := loggedIP.FindStringSubmatch(log.String())
	if match == nil {
		t.Fatalf("no IP in %s", log.String())
	}
	return match[1]
}

func TestClientIPBehindProxies(t *testing.T) {
	t.Parallel()
	proxies := []string{"127.0.0.1/32", "10.0.0.0/8", "2001:db8:f::/48"}
	for name, c := range map[string]struct {
		trusted, said []string
		want          string
	}{
		"nobody is trusted":          {nil, []string{"203.0.113.7"}, "127.0.0.1"},
		"the peer is not trusted":    {[]string{"10.0.0.0/8"}, []string{"203.0.113.7"}, "127.0.0.1"},
		"nothing is said":            {proxies, nil, "127.0.0.1"},
		"plain":                      {proxies, []string{"203.0.113.7"}, "203.0.113.7"},
		"with a port":                {proxies, []string{"203.0.113.7:5678"}, "203.0.113.7"},
		"IPv6":                       {proxies, []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv6 in brackets":           {proxies, []string{"[2001:db8::1]"}, "2001:db8::1"},
		"IPv6 with a port":           {proxies, []string{"[2001:db8::1]:443"}, "2001:db8::1"},
		"IPv6 with a zone":           {proxies, []string{"[fe80::1%eth0]:443"}, "fe80::1"},
		"IPv4 written as IPv6":       {proxies, []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		"through proxies with ports": {proxies, []string{"203.0.113.7:1, 10.0.0.2:2,[2001:db8:f::3]:3"}, "203.0.113.7"},
		"in two headers":             {proxies, []string{"203.0.113.7", "10.0.0.2:2"}, "203.0.113.7"},
		"the client's own word":      {proxies, []string{"198.51.100.1, 203.0.113.7:1, 10.0.0.2"}, "203.0.113.7"},
		"proxies alone":              {proxies, []string{"10.0.0.3:1, 10.0.0.2"}, "10.0.0.3"},
		"nonsense":                   {proxies, []string{"unknown"}, "127.0.0.1"},
		"nonsense before a proxy":    {proxies, []string{"203.0.113.7, unknown, 10.0.0.2:99"}, "10.0.0.2"},
		"empty":                      {proxies, []string{"203.0.113.7, "}, "127.0.0.1"},
		"a port that is none":        {proxies, []string{"203.0.113.7:99999"}, "127.0.0.1"},
		"a port without a number":    {proxies, []string{"203.0.113.7:"}, "127.0.0.1"},
		"half a bracket":             {proxies, []string{"[2001:db8::1"}, "127.0.0.1"},
		"a name":                     {proxies, []string{"client.example.com:80"}, "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ipSeen(t, c.trusted, c.said...); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// The header of a peer that is not trusted is warned of once, and not at each request.
func TestForwardedForOfOthersIsWarnedOf(t *testing.T) {
	t.Parallel()
	for trusted, warned := range map[string]int{"": 1, "10.0.0.0/8": 1, "127.0.0.0/8": 0} {
		var networks []*net.IPNet
		if trusted != "" {
			_, network, err := net.ParseCIDR(trusted)
			must(t, err)
			networks = append(networks, network)
		}
		var log bytes.Buffer
		handler, err := server.New(server.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), TrustedProxies: networks})
		must(t, err)
		for _, forwarded := range []string{"", "203.0.113.7", "203.0.113.8"} {
			request := httptest.NewRequest(http.MethodGet, "/healthz", nil)
			request.RemoteAddr = "127.0.0.1:40000"
			if forwarded != "" {
				request.Header.Set("X-Forwarded-For", forwarded)
			}
			handler.ServeHTTP(httptest.NewRecorder(), request)
		}
		if got := bytes.Count(log.Bytes(), []byte("level=WARN")); got != warned || warned > 0 && !bytes.Contains(log.Bytes(), []byte("peer=127.0.0.1")) {
			t.Errorf("%q: %d warnings, want %d: %s", trusted, got, warned, log.String())
		}
	}
}
