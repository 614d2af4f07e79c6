package server_test

import (
	"net/http"
	"strings"
	"testing"

	"quartet/store"
)

func TestHeadIsGetWithoutItsBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li.na", store.RoleMember)
	jwt := w.jwt("li.na")
	for _, path := range []string{
		"/", "/docs/", "/docs/swagger-ui.css", "/openapi.yaml", "/openapi.json", "/healthz", "/readyz", "/metrics", "/.well-known/jwks.json",
		"/console", "/console/", "/console/settings.json", "/console/nothing", "/admin/me",
		"/auth/sessions", "/api/user/detail?id=1", "/api/user/detail?id=x", "/user/info?userId=1", "/demo/outbox", "/nothing", "/api/nothing",
		"/auth/mobile/login",
	} {
		for _, token := range []string{"", jwt} {
			got := w.get(path, "Authorization", token, "Jwt", token)
			head := w.send(request{method: http.MethodHead, path: path, header: map[string]string{"Authorization": token, "Jwt": token}})
			if head.status != got.status || head.text != "" {
				t.Errorf("%s: HEAD is %d with %d bytes, GET %d", path, head.status, len(head.text), got.status)
			}
			for _, name := range []string{"Content-Type", "Location", "Cache-Control", "Content-Security-Policy", "WWW-Authenticate", "Allow"} {
				if head.header.Get(name) != got.header.Get(name) {
					t.Errorf("%s: %s is %q, with GET %q", path, name, head.header.Get(name), got.header.Get(name))
				}
			}
		}
	}
	log := w.log.String()
	if !strings.Contains(log, "method=HEAD route=/auth/sessions operation=listSessions status=200") {
		t.Error("the log does not tell HEAD")
	}
}

func TestAllowTellsWhatIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, want := range map[string]string{
		"/api/user/detail": "OPTIONS GET HEAD POST", "/auth/sessions": "OPTIONS GET HEAD", "/api/user/login": "OPTIONS POST",
		"/healthz": "OPTIONS GET HEAD", "/auth/sessions/1": "OPTIONS DELETE", "/docs/": "OPTIONS GET HEAD",
	} {
		for method, status := range map[string]int{http.MethodOptions: http.StatusNoContent, http.MethodPatch: http.StatusMethodNotAllowed} {
			got := w.send(request{method: method, path: path})
			if allow := strings.ReplaceAll(got.header.Get("Allow"), ",", ""); got.status != status || allow != want {
				t.Errorf("%s %s: %d, Allow %q, want %q", method, path, got.status, allow, want)
			}
			for _, allowed := range strings.Fields(want) {
				if again := w.send(request{method: allowed, path: path}); again.status == http.StatusMethodNotAllowed {
					t.Errorf("%s %s is allowed and is not", allowed, path)
				}
			}
		}
	}
}
