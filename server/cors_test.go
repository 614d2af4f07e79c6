package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/server"
	"quartet/server/account"
)

const (
	adminOrigin = "https://admin.example"
	otherOrigin = "https://shop.example"
)

func allowing(origins ...string) setting {
	return func(_ *account.Config, o *server.Options) { o.AllowOrigins = origins }
}

func preflight(method, path, origin, headers string) request {
	return request{method: http.MethodOptions, path: path, header: map[string]string{
		"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers,
	}}
}

// clientHeaders are what the request layers of existing front ends send, and one header
// that nobody has named.
var clientHeaders = strings.Fields("x-sign x-timestamp x-version x-tenant-id x-low-app-id tenant-id visit-tenant-id cache-control " +
	"pragma platform terminal istoken repeatsubmit x-access-token token authorization jwt x-app-id x-device-number content-type " +
	"x-requested-with x-nobody-has-named-this")

func TestPreflightAllowsAnyHeaderForAnAllowedOrigin(t *testing.T) {
	w := newWorld(t, allowing(adminOrigin))
	for method, path := range map[string]string{
		"POST": "/auth/mobile/login", "GET": "/user/info", "DELETE": "/auth/sessions/1", "PUT": "/user/nothing",
	} {
		for _, asked := range append(slices.Clone(clientHeaders), strings.Join(clientHeaders, ","), strings.Join(clientHeaders, ", ")) {
			got := w.send(preflight(method, path, adminOrigin, asked))
			if got.status != http.StatusNoContent || got.header.Get("Access-Control-Allow-Origin") != adminOrigin ||
				got.header.Get("Access-Control-Allow-Credentials") != "true" || got.header.Get("Access-Control-Allow-Headers") != asked ||
				!strings.Contains(got.header.Get("Access-Control-Allow-Methods"), method) {
				t.Errorf("%s %s with %s: %d %v", method, path, asked, got.status, got.header)
			}
			for _, name := range []string{"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"} {
				if !slices.Contains(got.header.Values("Vary"), name) {
					t.Errorf("Vary %v lacks %s", got.header.Values("Vary"), name)
				}
			}
			requireNoCORS(t, w.send(preflight(method, path, otherOrigin, asked)))
		}
	}
	for _, malformed := range []string{"a b\u00e9", "a;b", "<script>", strings.Repeat("x-long,", 1000)} {
		if got := w.send(preflight("POST", "/user/refresh", adminOrigin, malformed)); got.header.Get("Access-Control-Allow-Headers") != "" {
			t.Errorf("%.20q is allowed", malformed)
		}
	}
}

func requireNoCORS(t *testing.T, got answer) {
	t.Helper()
	for name := range got.header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s: %s", name, got.header.Get(name))
		}
	}
}

func TestAllowedOriginsReadEveryHeaderOfTheContract(t *testing.T) {
	w := newWorld(t, allowing(adminOrigin))
	got := w.postForm("/api/user/login", nil, "Origin", adminOrigin)
	requireFailure(t, "jfinal", got, http.StatusBadRequest)
	if got.header.Get("Access-Control-Allow-Origin") != adminOrigin || got.header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("headers %v", got.header)
	}
	exposed := strings.Split(got.header.Get("Access-Control-Expose-Headers"), ",")
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	must(t, err)
	names := []string{"X-Request-Id", "Allow"}
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			for _, response := range operation.Responses.Map() {
				for name := range response.Value.Headers {
					names = append(names, name)
				}
			}
		}
	}
	for _, name := range names {
		if !slices.Contains(exposed, name) && name != "Cache-Control" { // which every page may read
			t.Errorf("%s is not exposed: %v", name, exposed)
		}
	}
	requireNoCORS(t, w.postForm("/api/user/login", nil, "Origin", otherOrigin))
	if got := w.get("/.well-known/jwks.json"); got.header.Get("Vary") != "Origin" {
		t.Errorf("Vary %q of an answer that may be cached", got.header.Get("Vary"))
	}
}

// origin → Access-Control-Allow-Credentials, "-" where the origin is refused.
func TestOrigins(t *testing.T) {
	for name, c := range map[string]struct {
		settings []setting
		want     map[string]string
	}{
		"by default": {nil, map[string]string{adminOrigin: "-", "http://localhost:5173": "-", "null": "-"}},
		"listed": {[]setting{allowing(adminOrigin)}, map[string]string{
			adminOrigin: "true", adminOrigin + ".evil.example": "-", "http://admin.example": "-", "https://ADMIN.example": "-",
			adminOrigin + ":8443": "-", "http://localhost:5173": "-", "null": "-",
		}},
		"all":            {[]setting{allowing("*")}, map[string]string{adminOrigin: "", "http://localhost:5173": "", "null": "-"}},
		"all and listed": {[]setting{allowing("*", adminOrigin)}, map[string]string{adminOrigin: "true", otherOrigin: ""}},
		"in a demonstration": {[]setting{inDemo}, map[string]string{
			"http://localhost:5173": "", "http://localhost": "", "https://127.0.0.1:8443": "", "http://[::1]:3000": "", adminOrigin: "-", "null": "-",
			"http://localhost.evil.example": "-", "http://localhost:5173/": "-", "http://a@localhost:1": "-", "file://localhost": "-",
			"http://127.0.0.2": "-", "ftp://localhost": "-",
		}},
		"listed in a demonstration": {[]setting{inDemo, allowing("http://localhost:5173")}, map[string]string{
			"http://localhost:5173": "true", "http://localhost:5174": "",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.settings...)
			for origin, credentials := range c.want {
				for _, got := range []answer{
					w.send(preflight("POST", "/user/refresh", origin, "x-sign")), w.get("/healthz", "Origin", origin),
				} {
					switch allowed := got.header.Get("Access-Control-Allow-Origin"); {
					case credentials == "-":
						requireNoCORS(t, got)
					case allowed != origin || got.header.Get("Access-Control-Allow-Credentials") != credentials:
						t.Errorf("%s: %v", origin, got.header)
					}
				}
			}
		})
	}
}

func TestOperatorsPathsAreClosedToOtherOrigins(t *testing.T) {
	w := newWorld(t, inDemo, allowing(adminOrigin, "*"))
	for _, path := range []string{"/metrics", "/demo/outbox", "/demo/reset", "/admin", "/admin/users", "/console/", "/demo"} {
		requireNoCORS(t, w.get(path, "Origin", adminOrigin))
		requireNoCORS(t, w.send(preflight("GET", path, adminOrigin, "x-sign")))
	}
	if got := w.get("/administrators", "Origin", adminOrigin); got.header.Get("Access-Control-Allow-Origin") != adminOrigin {
		t.Error("a path that only begins alike is closed")
	}
}

func TestRefusedOriginIsLoggedOnce(t *testing.T) {
	w := newWorld(t)
	logged := func(origin string) int {
		return strings.Count(w.log.String(), fmt.Sprintf("origin=%s", origin))
	}
	for range 3 {
		w.get("/healthz", "Origin", otherOrigin)
		w.send(preflight("POST", "/user/refresh", otherOrigin, "x-sign"))
		w.get("/healthz", "Origin", w.url) // its own page
	}
	if logged(otherOrigin) != 1 || logged(w.url) != 0 {
		t.Errorf("logged %d times, its own pages %d times", logged(otherOrigin), logged(w.url))
	}
	for i := range 300 {
		w.get("/healthz", "Origin", fmt.Sprintf("https://%d.example", i))
	}
	if lines := logged("https://"); lines > 100 {
		t.Errorf("%d origins are logged", lines)
	}
}

func TestOriginThatNoBrowserSendsIsRefused(t *testing.T) {
	for _, origin := range []string{"not an origin", "https://app.example.com/", "app.example.com"} {
		if _, err := server.New(server.Options{AllowOrigins: []string{origin}}); err == nil {
			t.Errorf("%q passes for an origin", origin)
		}
	}
}
