package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"quartet/openapi/check/contract"
	"quartet/server"
	"quartet/server/account"
	"quartet/store"
	"quartet/store/storetest"
)

// weakUser adds a user whose password another system has taken: 123456.
func (w *world) weakUser(username string) int64 {
	w.t.Helper()
	id := w.add(username, store.RoleMember)
	hash, err := bcrypt.GenerateFromPassword([]byte("123456"), bcrypt.MinCost)
	must(w.t, err)
	row, err := w.store.UserByID(w.t.Context(), id)
	must(w.t, err)
	must(w.t, storetest.UpgradePasswordHash(w.t.Context(), w.store, id, *row.PasswordHash, string(hash)))
	return id
}

func (w *world) login(username, password string) answer {
	w.t.Helper()
	return requireOK(w.t, w.postForm("/api/user/login", url.Values{"loginAccount": {username}, "password": {password}}))
}

// An imported password that is no new one signs in, and the answer and the audit say so.
func TestAWeakPasswordSignsInWithAHint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.weakUser("lu.jiahe")
	for range 2 { // hashed anew after the first
		signedIn := w.login("lu.jiahe", "123456")
		if got := signedIn.header.Get("X-Weak-Password"); got != "too_short" {
			t.Errorf("hint %q", got)
		}
		requireOK(t, w.get("/auth/sessions", "Authorization", signedIn.header.Get("Jwt")))
	}
	events, err := w.store.ListAudit(t.Context(), store.AuditFilter{Kinds: []string{account.AuditSignIn}, Subject: &id, Limit: 10})
	must(t, err)
	for _, e := range events {
		if !strings.Contains(e.Detail, `"way":"password"`) || !strings.Contains(e.Detail, `"weak_password":true`) {
			t.Errorf("event %s", e.Detail)
		}
	}
	if len(events) != 2 {
		t.Errorf("%d events", len(events))
	}
	w.add("tao.ran", store.RoleMember)
	if got := w.login("tao.ran", goodPassword).header.Values("X-Weak-Password"); len(got) > 0 {
		t.Errorf("hint %q for a good password", got)
	}
}

func TestAWeakPasswordIsReplacedWhereThatIsRequired(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config, _ *server.Options) { c.RequireNewPassword = true })
	id := w.weakUser("lu.jiahe")
	jwt := w.login("lu.jiahe", "123456").header.Get("Jwt")
	for path, header := range map[string]string{
		fmt.Sprint("/api/user/detail?id=", id): "Jwt", "/auth/sessions": "Authorization", "/admin/me": "Authorization",
		"/wx/pc/check-login-status?deviceNumber=1": "Authorization",
	} {
		value := jwt
		if path == "/admin/me" {
			value = "Bearer " + jwt
		}
		if got := w.get(path, header, value); got.status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
	wantProblem(t, w.get("/admin/me", "Authorization", "Bearer "+jwt), http.StatusUnauthorized, "new_password_required")
	w.application("partner", "")
	secret, err := w.accounts.CommandLine().AddApplicationSecret(t.Context(), "partner")
	must(t, err)
	through := requireOK(t, w.postForm("/api/user/login", url.Values{"loginAccount": {"lu.jiahe"}, "password": {"123456"}}, "X-App-Id", "partner"))
	basic := contract.Application{ID: "partner", Secret: secret.Text}.Basic()
	asked := w.postForm("/oauth2/introspect", url.Values{"token": {through.header.Get("Jwt")}}, "Authorization", basic)
	if asked.status != http.StatusOK || strings.TrimSpace(asked.text) != `{"active":false}` {
		t.Errorf("introspection: %d %s", asked.status, asked.text)
	}
	w.add("tao.ran", store.RoleMember)
	merged := w.postJSON("/auth/merge", `{"accessToken":"`+jwt+`"}`, "Authorization", w.login("tao.ran", goodPassword).header.Get("Jwt"))
	if merged.status != http.StatusForbidden {
		t.Errorf("a merge: %d %s", merged.status, merged.text)
	}
	change := `{"userId":` + fmt.Sprint(id) + `,"oldPassowrd":"123456","newPassword":"` + otherPassword + `"}`
	requireOK(t, w.postJSON("/api/user/updatePassword", change, "Jwt", jwt))
	requireOK(t, w.get("/auth/sessions", "Authorization", jwt))
	jwt = w.login("lu.jiahe", otherPassword).header.Get("Jwt")
	requireOK(t, w.get("/auth/sessions", "Authorization", jwt))
}
