package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"quartet/cmd/quartet/proctest"
)

// TestBehindNginx proves deploy/nginx.conf and nginx-prefix.conf with nginx itself, in
// front of two servers on one database.
func TestBehindNginx(t *testing.T) {
	t.Parallel()
	nginxOnPath(t)
	binary := proctest.Build(t)
	flags := append(newInstallation(t), "--open-registration", "--trusted-proxies", "127.0.0.1", "--base-path", "/prod-api")
	servers := []*child{spawn(t, binary, flags...), spawn(t, binary, flags...)}
	p := behindNginx(t, servers[0].origin, servers[1].origin, servers[0].admin, servers[1].admin)
	var made struct{ UserID json.Number }
	must(t, json.Unmarshal([]byte(p.ok(t, raw("/api/user/create", rawUser))), &made))
	reading := get("/api/user/detail?id="+made.UserID.String()).with("Jwt", p.signIn(t))

	t.Run("plain HTTP is sent to TLS", p.redirects)
	t.Run("the client's address arrives", func(t *testing.T) {
		sessions := p.ok(t, get("/auth/sessions").with("Authorization", p.signIn(t)))
		contains(t, sessions, `"clientIp":"`+clientAddress+`"`)
		if strings.Contains(sessions, "203.0.113.9") {
			t.Error("what the client says of itself is believed")
		}
	})
	t.Run("the metrics stay inside", func(t *testing.T) { p.hidesMetrics(t, servers) })
	t.Run("administrators have a port of their own", p.servesAdministrators)
	for _, prefix := range []string{"/prod-api", "/account"} {
		t.Run("under "+prefix, func(t *testing.T) { p.servesUnder(t, prefix, made.UserID.String()) })
	}
	t.Run("a killed server loses no request that may be repeated", func(t *testing.T) { p.outlivesAKill(t, servers, reading) })
}

// signIn gives a JWT, with a forged address.
func (p proxy) signIn(t *testing.T) string {
	t.Helper()
	login := form("/api/user/login", map[string][]string{"loginAccount": {"qin.yue"}, "password": {"quartet-example"}})
	var answer struct{ Jwt string }
	must(t, json.Unmarshal([]byte(p.ok(t, login.with("X-Forwarded-For", "203.0.113.9"))), &answer))
	return answer.Jwt
}

func (p proxy) redirects(t *testing.T) {
	response, err := p.client.Get("http://" + p.plain + "/api/user/detail?id=1")
	must(t, err)
	must(t, response.Body.Close())
	equal(t, "status", response.StatusCode, http.StatusPermanentRedirect)
	equal(t, "location", response.Header.Get("Location"), "https://"+nginxAddress+"/api/user/detail?id=1")
}

func (p proxy) hidesMetrics(t *testing.T, servers []*child) {
	for _, path := range []string{
		"/metrics", "/metrics?x=1", "//metrics", "/./metrics", "/docs/../metrics", "/%6detrics", "/metrics/", "/metrics%2f", "/metrics;x", "/Metrics", "/metrics%00",
	} {
		status, text, err := p.send(get(path))
		must(t, err)
		if status == http.StatusOK || strings.Contains(text, "quartet_http") {
			t.Errorf("%s answers %d: %.80s", path, status, text)
		}
	}
	for _, path := range []string{"/console", "/console/", "/console/settings.json", "/admin/me", "/demo/outbox"} {
		status, text, err := p.send(get(path))
		must(t, err)
		equal(t, path+" is denied: "+text, status, http.StatusForbidden)
	}
	for _, server := range servers {
		contains(t, server.admin.ok(t, get("/metrics")).text, "quartet_http_requests_total")
	}
}

// servesAdministrators asks nginx-admin.conf, from the network of the administrators and from
// elsewhere.
func (p proxy) servesAdministrators(t *testing.T) {
	admin := p
	admin.secure = p.admin
	contains(t, admin.ok(t, get("/console/")), "<!doctype html>")
	for path, want := range map[string]int{
		"/": http.StatusFound, "/console": http.StatusFound, "/admin/me": http.StatusUnauthorized,
		"/metrics": http.StatusNotFound, "/healthz": http.StatusNotFound, "/auth/sessions": http.StatusNotFound, "/console/../metrics": http.StatusNotFound,
	} {
		status, text, err := admin.send(get(path))
		must(t, err)
		equal(t, path+" answers "+text, status, want)
	}
	elsewhere := *p.client
	elsewhere.Transport = &http.Transport{TLSClientConfig: p.client.Transport.(*http.Transport).TLSClientConfig}
	defer elsewhere.CloseIdleConnections()
	admin.client = &elsewhere
	status, _, err := admin.send(get("/console/"))
	must(t, err)
	equal(t, "from elsewhere", status, http.StatusForbidden)
}

// servesUnder makes calls under a prefix, whether nginx cuts it off or not.
func (p proxy) servesUnder(t *testing.T, prefix, id string) {
	jwt := p.signIn(t)
	for _, path := range []string{"/api/user/detail", "/api/user/detail/", "//api//user/detail"} {
		contains(t, p.ok(t, get(prefix+path+"?id="+id).with("Jwt", jwt)), `"username":"qin.yue"`)
	}
	sessions := p.ok(t, get(prefix+"/auth/sessions").with("Authorization", jwt))
	contains(t, sessions, `"clientIp":"`+clientAddress+`"`)
	for _, path := range []string{"/docs/", "/docs/swagger-ui.css", "/docs/settings.json", "/openapi.yaml", "/openapi.json?tag=yudao"} {
		p.ok(t, get(prefix+path))
	}
	for path, want := range map[string]string{"/": "docs/", "/docs": "docs/"} {
		response, err := p.client.Get("https://" + p.secure + prefix + path)
		must(t, err)
		must(t, response.Body.Close())
		equal(t, path+" leads to", response.Header.Get("Location"), want)
	}
	for _, path := range []string{
		"/metrics", "//metrics", "/metrics/", "/./metrics", "/docs/../metrics", "/%6detrics", "/%2fmetrics", "/metrics%2f", "/metrics?x", "/demo/outbox", "/admin",
	} {
		status, text, err := p.send(get(prefix + path))
		must(t, err)
		if (status != http.StatusForbidden && status != http.StatusNotFound) || strings.Contains(text, "quartet_http") {
			t.Errorf("%s answers %d: %.80s", prefix+path, status, text)
		}
	}
	status, text, err := p.send(get(prefix + "/auth/nothing"))
	must(t, err)
	equal(t, "an unknown path of yudao", status, http.StatusNotFound)
	contains(t, text, `"msg":`)
}

var readings = regexp.MustCompile(`quartet_http_requests_total\{method="GET",operation="getUserDetail",status="200"\} (\d+)`)

// outlivesAKill kills a server while people read through nginx.
func (p proxy) outlivesAKill(t *testing.T, servers []*child, reading call) {
	const readers, before, after = 8, 400, 800
	var (
		answered atomic.Int64
		kill     sync.Once
		all      sync.WaitGroup
	)
	for range readers {
		all.Go(func() {
			for n := answered.Load(); n < before+after; n = answered.Add(1) {
				status, text, err := p.send(reading)
				if err != nil || status != http.StatusOK {
					t.Errorf("request %d: %d %v %s", n, status, err, text)
					return
				}
				if n >= before {
					kill.Do(func() {
						for _, server := range servers {
							if !readings.MatchString(server.admin.ok(t, get("/metrics")).text) {
								t.Error("a server had nothing to do")
							}
						}
						servers[0].signal(t, syscall.SIGKILL)
					})
				}
			}
		})
	}
	all.Wait()
	servers[0].awaitEnd(t)
	servers[1].signal(t, syscall.SIGTERM)
	servers[1].awaitEnd(t)
	status, text, err := p.send(reading)
	must(t, err)
	equal(t, "with no server left", status, http.StatusBadGateway)
	contains(t, text, `"title":"No server answers`)
}

// TestNginxRepeatsOnlyWhatItMay has two servers that take a request and break
// off without an answer.
func TestNginxRepeatsOnlyWhatItMay(t *testing.T) {
	t.Parallel()
	nginxOnPath(t)
	var asked atomic.Int64
	breaking := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		panic(http.ErrAbortHandler)
	})
	first, second := httptest.NewServer(breaking), httptest.NewServer(breaking)
	t.Cleanup(first.Close)
	t.Cleanup(second.Close)
	for method, want := range map[string]int64{
		http.MethodGet: 2, http.MethodHead: 2, http.MethodDelete: 2, http.MethodPost: 1, http.MethodPatch: 1,
	} {
		p := behindNginx(t, origin(first.URL), origin(second.URL))
		asked.Store(0)
		status, _, err := p.send(call{method: method, path: "/api/user/create"})
		must(t, err)
		equal(t, method+" answers", status, http.StatusBadGateway)
		equal(t, method+" is sent", asked.Load(), want)
	}
}
