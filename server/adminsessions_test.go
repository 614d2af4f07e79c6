package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

func (w *world) signInAdministrator(username, password string) answer {
	w.t.Helper()
	return w.operate(http.MethodPost, "/admin/session", fmt.Sprintf(`{"account":%q,"password":%q}`, username, password), "")
}

func TestAdministratorsSignInAndOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	w.add("he.yun", store.RoleAdministrator)
	member := w.add("tao.ran", store.RoleMember)
	wantProblem(t, w.signInAdministrator("root", otherPassword), http.StatusUnauthorized, "wrong_credentials")
	wantProblem(t, w.signInAdministrator("nobody", goodPassword), http.StatusUnauthorized, "wrong_credentials")
	wantProblem(t, w.signInAdministrator("tao.ran", goodPassword), http.StatusForbidden, "forbidden")
	live, err := w.accounts.CommandLine().NewestSessions(t.Context(), account.SessionFilter{UserID: member}, 0, 9)
	if must(t, err); len(live) > 0 {
		t.Error("the member has a session")
	}
	for name, rights := range map[string]int{"root": len(account.OperatorRights()), "he.yun": len(account.OperatorRights()) - 7} {
		got := wantStatus(t, w.signInAdministrator(name, goodPassword), http.StatusCreated)
		bearer := "Bearer " + got.body["token"].(string)
		me := wantStatus(t, w.operate(http.MethodGet, "/admin/me", "", bearer), http.StatusOK)
		if me.body["username"] != name || len(me.body["rights"].([]any)) != rights {
			t.Error(me.text)
		}
		wantStatus(t, w.operate(http.MethodDelete, "/admin/session", "", bearer), http.StatusNoContent)
		wantProblem(t, w.operate(http.MethodGet, "/admin/me", "", bearer), http.StatusUnauthorized, "session_ended")
	}
	nobody := wantStatus(t, w.operate(http.MethodGet, "/admin/me", "", "tao.ran"), http.StatusOK)
	if len(nobody.body["rights"].([]any)) > 0 {
		t.Error(nobody.text)
	}
	// No cookie and no other header signs an administrator in.
	token := w.jwt("root")
	for _, header := range []string{"Jwt", "token", "X-Access-Token", "Cookie"} {
		wantStatus(t, w.get("/admin/me", header, token), http.StatusUnauthorized)
	}
}

// The token of an administrator who goes on working is renewed, and else it expires.
func TestAnAdministratorsTokenIsRenewed(t *testing.T) {
	t.Parallel()
	clock := &movedClock{}
	w := newWorld(t, func(c *account.Config, o *server.Options) { c.Now, o.Now = clock.now, clock.now })
	w.add("root", store.RoleSuperAdministrator)
	first := "Bearer " + wantStatus(t, w.signInAdministrator("root", goodPassword), http.StatusCreated).body["token"].(string)
	clock.forward(35 * time.Minute)
	renewed := wantStatus(t, w.operate(http.MethodGet, "/admin/users", "", first), http.StatusOK).header.Get("Jwt")
	clock.forward(35 * time.Minute)
	wantProblem(t, w.operate(http.MethodGet, "/admin/users", "", first), http.StatusUnauthorized, "token_expired")
	wantStatus(t, w.operate(http.MethodGet, "/admin/users", "", "Bearer "+renewed), http.StatusOK)
}

func TestSessionsAreFoundAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root, id := w.add("root", store.RoleSuperAdministrator), w.add("tao.ran", store.RoleMember)
	first, second := w.jwt("tao.ran"), w.jwt("tao.ran")
	as := "Bearer " + w.jwt("root")
	find := func(query string) []map[string]any {
		var all []map[string]any
		for _, item := range wantStatus(t, w.operate(http.MethodGet, "/admin/sessions"+query, "", as), http.StatusOK).body["items"].([]any) {
			all = append(all, item.(map[string]any))
		}
		return all
	}
	users := func(query string) (names []string) {
		for _, session := range find(query) {
			names = append(names, session["user"].(map[string]any)["username"].(string))
		}
		return names
	}
	if got := users(""); !slices.Equal(got, []string{"root", "tao.ran", "tao.ran"}) {
		t.Errorf("newest first: %v", got)
	}
	page := wantStatus(t, w.operate(http.MethodGet, "/admin/sessions?limit=2", "", as), http.StatusOK)
	if rest := find("?limit=2&cursor=" + url.QueryEscape(page.body["next"].(string))); len(rest) != 1 {
		t.Errorf("the second page: %v", rest)
	}
	of := fmt.Sprint("?user=", id)
	newest := find(of)[0]["id"].(string)
	wantStatus(t, w.operate(http.MethodDelete, "/admin/sessions/"+newest, "", as), http.StatusNoContent)
	wantStatus(t, w.get("/auth/sessions", "Authorization", second), http.StatusUnauthorized)
	wantStatus(t, w.get("/auth/sessions", "Authorization", first), http.StatusOK)
	for _, gone := range []string{newest, "99"} {
		wantProblem(t, w.operate(http.MethodDelete, "/admin/sessions/"+gone, "", as), http.StatusNotFound, "session_not_found")
	}
	if live, all := find(of), find(of+"&ended=true"); len(live) != 1 || len(all) != 2 || all[0]["endReason"] != "ended_by_operator" || all[0]["endedAt"] == nil {
		t.Errorf("live %v, all %v", live, all)
	}
	wantStatus(t, w.operate(http.MethodDelete, userPath(id, "/sessions"), "", as), http.StatusNoContent)
	wantStatus(t, w.get("/auth/sessions", "Authorization", first), http.StatusUnauthorized)
	wantProblem(t, w.operate(http.MethodDelete, userPath(99, "/sessions"), "", as), http.StatusNotFound, "user_not_found")
	events, err := w.accounts.ListAudit(t.Context(), account.AuditFilter{Kinds: []string{account.AuditSessionEnded}, Limit: 9})
	must(t, err)
	for _, e := range events {
		if e.ActorID == nil || *e.ActorID != root || e.Dialect != "admin" {
			t.Errorf("event %+v", e)
		}
	}
	if len(events) != 2 {
		t.Errorf("%d events", len(events))
	}
}

func TestLockoutsAreListedAndLifted(t *testing.T) {
	t.Parallel()
	clock := &movedClock{}
	w := newWorld(t, func(c *account.Config, _ *server.Options) { c.Now = clock.now })
	w.add("root", store.RoleSuperAdministrator)
	id := w.add("tao.ran", store.RoleMember)
	as := "Bearer " + w.jwt("root")
	lockouts := func() []any {
		return wantStatus(t, w.operate(http.MethodGet, "/admin/lockouts", "", as), http.StatusOK).body["items"].([]any)
	}
	lock := func(name string) {
		for range 7 { // the sixth and the seventh are refused
			w.signInAdministrator(name, otherPassword)
		}
	}
	lock("tao.ran")
	found := lockouts()
	if len(found) != 1 {
		t.Fatalf("lockouts: %v", found)
	}
	of := found[0].(map[string]any)
	if of["user"].(map[string]any)["username"] != "tao.ran" || of["clientIp"] != "127.0.0.1" || of["count"] != 2.0 || of["way"] != "password" {
		t.Errorf("lockout: %v", of)
	}
	wantProblem(t, w.signInAdministrator("tao.ran", goodPassword), http.StatusUnauthorized, "wrong_credentials")
	wantStatus(t, w.operate(http.MethodDelete, userPath(id, "/lockout"), "", as), http.StatusNoContent)
	if left := lockouts(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	w.jwt("tao.ran")
	wantProblem(t, w.operate(http.MethodDelete, userPath(99, "/lockout"), "", as), http.StatusNotFound, "user_not_found")

	lock("nobody")
	if found := lockouts(); len(found) != 1 || found[0].(map[string]any)["user"] != nil {
		t.Errorf("of an unknown account: %v", found)
	}
	wantStatus(t, w.operate(http.MethodDelete, "/admin/lockouts/127.0.0.1", "", as), http.StatusNoContent)
	if left := lockouts(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	lock("tao.ran")
	clock.forward(16 * time.Minute)
	if left := lockouts(); len(left) > 0 {
		t.Errorf("after the time of the lock: %v", left)
	}
}

func TestUsersAreMergedExportedAndErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := w.add("root", store.RoleSuperAdministrator)
	from, into := w.add("tao.ran", store.RoleMember), w.add("lu.jiahe", store.RoleMember)
	w.member(from, "north", "teacher")
	as := "Bearer " + w.jwt("root")
	self := fmt.Sprintf(`{"into":"%d"}`, from)
	wantProblem(t, w.operate(http.MethodPost, userPath(from, "/merge"), self, as), http.StatusBadRequest, "invalid_field", "into")
	merged := wantStatus(t, w.operate(http.MethodPost, userPath(from, "/merge"), fmt.Sprintf(`{"into":"%d"}`, into), as), http.StatusOK)
	if merged.body["id"] != fmt.Sprint(into) || !strings.Contains(fmt.Sprint(merged.body["otherIds"]), fmt.Sprint(from)) {
		t.Error(merged.text)
	}
	wantProblem(t, w.operate(http.MethodGet, userPath(from, ""), "", as), http.StatusNotFound, "user_not_found")
	wantStatus(t, w.operate(http.MethodPatch, userPath(into, ""), `{"idCard":"invented-0001"}`, as, anyVersion, "*"), http.StatusOK)
	data := wantStatus(t, w.operate(http.MethodGet, userPath(into, "/data"), "", as), http.StatusOK)
	if data.body["idCard"] != "invented-0001" || !strings.Contains(fmt.Sprint(data.body["organisations"]), "north") || strings.Contains(data.text, "argon2") {
		t.Error(data.text)
	}
	if kinds := fmt.Sprint(data.body["events"]); !strings.Contains(kinds, account.AuditUserMergedInto) {
		t.Error(kinds)
	}
	copied, err := w.accounts.ListAudit(t.Context(), account.AuditFilter{Kinds: []string{account.AuditDataCopied}, Limit: 9})
	if must(t, err); len(copied) != 1 || *copied[0].ActorID != root {
		t.Errorf("events: %v", copied)
	}
	stale := wantStatus(t, w.operate(http.MethodGet, userPath(into, ""), "", as), http.StatusOK).header.Get("ETag")
	now := wantStatus(t, w.operate(http.MethodPatch, userPath(into, ""), `{"remark":"x"}`, as, anyVersion, stale), http.StatusOK).header.Get("ETag")
	wantProblem(t, w.operate(http.MethodDelete, userPath(into, ""), "", as, anyVersion, stale), http.StatusPreconditionFailed, "precondition_failed")
	wantStatus(t, w.operate(http.MethodDelete, userPath(into, ""), "", as, anyVersion, now), http.StatusNoContent)
	wantProblem(t, w.operate(http.MethodDelete, userPath(into, ""), "", as, anyVersion, "*"), http.StatusNotFound, "user_not_found")
}

// A preview is what the dialect answers to the user, and opens no session.
func TestPreviewsAreTheDialectsAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	id := w.add("tao.ran", store.RoleMember)
	w.member(id, "north", "teacher")
	command := w.accounts.CommandLine()
	must(t, command.SetUser(t.Context(), id, account.SetUser{Profile: account.Profile{Nickname: new("然"), Mobile: new(mobile), Gender: new(1)}}))
	_, err := command.AddApplication(t.Context(), "1", "演示应用", []string{account.RightNickname})
	must(t, err)
	as, own := "Bearer "+w.jwt("root"), w.jwt("tao.ran")
	answers := map[string]func() answer{
		"jfinal": func() answer { return w.get(fmt.Sprint("/api/user/detail?id=", id), "Jwt", own) },
		"cas": func() answer {
			return w.get(fmt.Sprint("/user/info?userId=", id, "&accessToken=", own), "X-App-Id", "1")
		},
		"jeecg": func() answer {
			return w.postJSON("/user/refresh", `{"token":"`+own+`","frontType":0}`)
		},
	}
	before := w.sessionsOf(id)
	for dialect, document := range map[string]string{"jeecg": "success", "yudao": "data", "cas": "data", "ruoyi": "msg", "jfinal": "user"} {
		got := wantStatus(t, w.operate(http.MethodPost, userPath(id, "/answers"), `{"dialect":"`+dialect+`"}`, as), http.StatusOK)
		var shown map[string]any
		must(t, json.Unmarshal([]byte(got.body["body"].(string)), &shown))
		if shown[document] == nil {
			t.Errorf("%s: %s", dialect, got.text)
		}
		method, path := got.body["method"].(string), got.body["path"].(string)
		made := answer{status: int(got.body["status"].(float64)), text: got.body["body"].(string), header: http.Header{"Content-Type": {got.body["contentType"].(string)}}}
		if dialect == "ruoyi" { // the contract has a header with the token of the session
			made.header.Set("X-Access-Token", "none")
		}
		w.checkContract(method, path, made)
		if send := answers[dialect]; send != nil {
			real := send().body
			delete(real, "timestamp")
			delete(shown, "timestamp")
			if !reflect.DeepEqual(real, shown) {
				t.Errorf("%s answers\n%v\nand is previewed as\n%v", dialect, real, shown)
			}
		}
	}
	if after := w.sessionsOf(id); after != before {
		t.Errorf("%d sessions, then %d", before, after)
	}
	wantProblem(t, w.operate(http.MethodPost, userPath(99, "/answers"), `{"dialect":"cas"}`, as), http.StatusNotFound, "user_not_found")
	wantProblem(t, w.operate(http.MethodPost, userPath(id, "/answers"), `{"dialect":"admin"}`, as), http.StatusBadRequest, "invalid_field", "dialect")
}

func (w *world) sessionsOf(id int64) int {
	w.t.Helper()
	all, err := w.accounts.CommandLine().NewestSessions(w.t.Context(), account.SessionFilter{UserID: id, Ended: true}, 0, 99)
	must(w.t, err)
	return len(all)
}
