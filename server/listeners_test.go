package server_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

// administrative are paths of what has a listener of its own.
var administrative = []string{"/metrics", "/console", "/console/", "/console/settings.json", "/admin/me", "/admin/users/1"}

// split serves the same world at two listeners.
func split(t *testing.T, w *world, set func(*server.Options)) (main, admin *world) {
	t.Helper()
	options := server.Options{Accounts: w.accounts, Ready: w.store.Ping, AdminListener: true, BasePaths: []string{"/prod-api"}}
	set(&options)
	handlers, err := server.New(options)
	must(t, err)
	at := func(handler http.Handler) *world {
		listening := httptest.NewServer(handler)
		t.Cleanup(listening.Close)
		there := *w
		there.url = listening.URL
		return &there
	}
	return at(handlers), at(handlers.Admin)
}

func nothingElse(*server.Options) {}

// No spelling of a path and no method finds at the listener for everybody what belongs to
// administration: the answer is that of a path that is not known.
func TestAdministrationHasAListenerOfItsOwn(t *testing.T) {
	t.Parallel()
	main, admin := split(t, newWorld(t), nothingElse)
	for _, path := range administrative {
		if got := admin.get(path); got.status == http.StatusNotFound {
			t.Errorf("%s is not known for administration", path)
		}
		for _, form := range []string{
			path, path + "?x=1", "/" + path, "/./" + path, "/docs/.." + path, "/prod-api" + path, "//prod-api/" + path,
			"/%" + "6d" + path[2:], strings.ToUpper(path), path + "/", path + ";x",
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodOptions, "PROPFIND"} {
				got := main.send(request{method: method, path: form, header: map[string]string{"Origin": "https://app.example.com"}})
				unknown := main.send(request{method: method, path: "/nothing", header: map[string]string{"Origin": "https://app.example.com"}})
				if got.status != unknown.status || got.text != unknown.text || got.header.Get("Allow") != unknown.header.Get("Allow") {
					t.Errorf("%s %s answers %d %.80s, an unknown path %d", method, form, got.status, got.text, unknown.status)
				}
			}
		}
	}
}

func TestTheListenerForAdministrationServesNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	main, admin := split(t, w, nothingElse)
	w.add("li.na", store.RoleMember)
	jwt := w.jwt("li.na")
	for _, path := range []string{"/healthz", "/readyz"} {
		requireOK(t, main.get(path))
		requireOK(t, admin.get(path))
	}
	for _, path := range []string{"/docs/", "/openapi.yaml", "/auth/sessions", "/prod-api/auth/sessions", "/.well-known/jwks.json", "/user/info?userId=1", "/ERRORS.md"} {
		header := []string{"Authorization", jwt}
		if got := main.get(path, header...); got.status == http.StatusNotFound && path != "/ERRORS.md" {
			t.Errorf("%s is not known: %s", path, got.text)
		}
		if got := admin.get(path, header...); got.status != http.StatusNotFound {
			t.Errorf("%s answers %d for administration", path, got.status)
		}
	}
	if got := admin.get("/"); got.status != http.StatusFound || got.header.Get("Location") != "console/" {
		t.Errorf("the root for administration: %d to %q", got.status, got.header.Get("Location"))
	}
	if got := admin.postForm("/api/user/login", nil); got.status != http.StatusNotFound {
		t.Errorf("a sign-in of jfinal answers %d", got.status)
	}
	text := requireOK(t, admin.get("/metrics")).text
	if !strings.Contains(text, `quartet_http_requests_total{method="GET",operation="none",status="404"}`) {
		t.Error("what the listener does not serve counts as an operation")
	}
}

// A demonstration shows its outbox in the console, at whichever listener that is.
func TestTheOutboxIsAtBothListeners(t *testing.T) {
	t.Parallel()
	main, admin := split(t, newWorld(t), func(o *server.Options) { inDemo(nil, o) })
	requireOK(t, main.get("/demo/outbox"))
	requireOK(t, admin.get("/demo/outbox"))
}

func TestWithoutAListenerForAdministrationThereIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range administrative {
		if got := w.get(path); got.status == http.StatusNotFound {
			t.Errorf("%s is not known", path)
		}
	}
	handlers, err := server.New(server.Options{})
	must(t, err)
	if handlers.Admin != nil {
		t.Error("there is a handler for a listener that nobody asked for")
	}
}

func TestWhatIsSwitchedOffIsNotFound(t *testing.T) {
	t.Parallel()
	console := []string{"/console", "/console/", "/console/settings.json"}
	for _, test := range []struct {
		set func(*server.Options)
		off []string
		on  []string
	}{
		{func(o *server.Options) { o.NoConsole = true }, console, []string{"/metrics"}},
		{func(o *server.Options) { o.NoAdmin = true }, slices.Concat(console, []string{"/admin", "/admin/me", "/admin/session"}), []string{"/metrics"}},
	} {
		set := func(_ *account.Config, o *server.Options) { test.set(o) }
		_, admin := split(t, newWorld(t), test.set)
		for _, w := range []*world{newWorld(t, set), admin} {
			for _, path := range test.off {
				for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
					if got := w.send(request{method: method, path: path}); got.status != http.StatusNotFound && method != http.MethodOptions {
						t.Errorf("%s %s answers %d", method, path, got.status)
					}
				}
			}
			for _, path := range test.on {
				requireOK(t, w.get(path))
			}
		}
	}
}
