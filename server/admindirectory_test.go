package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"quartet/server/account"
	"quartet/store"
)

// events are the details of the events of a kind, oldest first.
func (w *world) events(kinds ...string) (details []string) {
	w.t.Helper()
	events, err := w.accounts.ListAudit(w.t.Context(), account.AuditFilter{Kinds: kinds, Limit: 100})
	must(w.t, err)
	for _, e := range events {
		details = append(details, e.Kind+" "+e.Detail)
	}
	return details
}

func wantEvents(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("events:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// every reads all pages of a list, and gives one member of each item.
func (w *world) every(path, as, member string, limit int) (values []any) {
	w.t.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	cursor := ""
	for range 100 {
		page := wantStatus(w.t, w.operate(http.MethodGet, fmt.Sprint(path, separator, "limit=", limit, cursor), "", as), http.StatusOK)
		for _, item := range page.body["items"].([]any) {
			values = append(values, item.(map[string]any)[member])
		}
		next, more := page.body["next"].(string)
		if !more {
			return values
		}
		cursor = "&cursor=" + next
	}
	w.t.Fatalf("%s has no last page", path)
	return nil
}

func TestOrganisationsAndRolesAreAddedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := w.add("root", store.RoleSuperAdministrator)
	for _, c := range []struct{ list, word string }{{"/admin/organisations", "organisation"}, {"/admin/roles", "role"}} {
		path := c.list + "/east%2Fside"
		added := wantStatus(t, w.operate(http.MethodPost, c.list, `{"code":"east/side","name":"东校区"}`, "root", "Idempotency-Key", c.word), http.StatusCreated)
		again := wantStatus(t, w.operate(http.MethodPost, c.list, `{"code":"east/side","name":"东校区"}`, "root", "Idempotency-Key", c.word), http.StatusCreated)
		if again.text != added.text || again.header.Get("ETag") != added.header.Get("ETag") {
			t.Errorf("the same key: %s, then %s", added.text, again.text)
		}
		wantProblem(t, w.operate(http.MethodPost, c.list, `{"code":"east/side","name":"东校区"}`, "root"), http.StatusConflict, "already_exists", "code")
		wantProblem(t, w.operate(http.MethodPost, c.list, `{"code":"west","name":"西校区"}`, "root", "Idempotency-Key", c.word), http.StatusUnprocessableEntity, "idempotency_key_reused")
		for _, body := range []string{`{"code":"a b","name":"x"}`, `{"code":"ab","name":" x"}`, `{"code":"ab","name":""}`, `{"code":"ab","name":"x","more":1}`, `{"code":"ab"}`} {
			if got := w.operate(http.MethodPost, c.list, body, "root"); got.status != http.StatusBadRequest {
				t.Errorf("%s: %d %s", body, got.status, got.text)
			}
		}
		read := wantStatus(t, w.operate(http.MethodGet, path, "", "root"), http.StatusOK)
		old := read.header.Get("ETag")
		if read.text != added.text || old != added.header.Get("ETag") {
			t.Errorf("%s %s", old, read.text)
		}
		changed := wantStatus(t, w.operate(http.MethodPatch, path, `{"name":"东区","disabled":true}`, "root", "If-Match", old), http.StatusOK)
		if changed.body["name"] != "东区" || changed.body["disabled"] != true || changed.header.Get("ETag") == old {
			t.Error(changed.text)
		}
		wantProblem(t, w.operate(http.MethodPatch, path, `{"name":"错过"}`, "root", "If-Match", old), http.StatusPreconditionFailed, "precondition_failed")
		wantProblem(t, w.operate(http.MethodDelete, path, "", "root", "If-Match", old), http.StatusPreconditionFailed, "precondition_failed")
		wantProblem(t, w.operate(http.MethodPatch, path, `{"name":"x"}`, "root"), http.StatusBadRequest, "invalid_field", "If-Match")
		wantProblem(t, w.operate(http.MethodPatch, path, `{}`, "root", "If-Match", "*"), http.StatusBadRequest, "invalid_field")
		wantStatus(t, w.operate(http.MethodPatch, path, `{"disabled":false}`, "root", "If-Match", "*"), http.StatusOK)
		tag := wantStatus(t, w.operate(http.MethodGet, path, "", "root"), http.StatusOK).header.Get("ETag")
		wantStatus(t, w.operate(http.MethodDelete, path, "", "root", "If-Match", tag), http.StatusNoContent)
		for _, r := range []answer{
			w.operate(http.MethodGet, path, "", "root"), w.operate(http.MethodDelete, path, "", "root", "If-Match", "*"),
			w.operate(http.MethodPatch, path, `{"name":"x"}`, "root", "If-Match", tag),
		} {
			wantProblem(t, r, http.StatusNotFound, "not_found", c.word)
		}
		kinds := []string{"_added", "_renamed", "_disabled", "_enabled", "_deleted"}
		var want []string
		for i, kind := range kinds {
			kinds[i] = c.word + kind
			want = append(want, kinds[i]+` {"`+c.word+`":"east/side"}`)
		}
		wantEvents(t, w.events(kinds...), want...)
	}
	events, err := w.accounts.ListAudit(t.Context(), account.AuditFilter{Kinds: []string{account.AuditRoleAdded}, Limit: 9})
	must(t, err)
	if e := events[0]; *e.ActorID != root || e.SessionID == nil || e.Dialect != "admin" || e.ClientIP != "127.0.0.1" {
		t.Errorf("%+v", e)
	}
}

func TestListsArePagedByCursor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	w.add("he.yun", store.RoleAdministrator)
	command := w.accounts.CommandLine()
	var codes, ids []any
	for i := range 7 {
		code := fmt.Sprint("code-", i)
		codes = append(codes, code)
		_, err := command.AddOrganisation(t.Context(), code, "组织")
		must(t, err)
		_, err = command.AddRole(t.Context(), code, "角色", false)
		must(t, err)
		_, err = command.AddApplication(t.Context(), code, "应用", nil, "code-0")
		must(t, err)
		member := w.add(fmt.Sprint("member-", i), store.RoleMember)
		ids = append(ids, fmt.Sprint(member))
		must(t, command.AddMembership(t.Context(), member, "code-0", "code-0"))
	}
	for path, want := range map[string][]any{"organisations": codes, "roles": codes, "applications": codes, "organisations/code-0/members": ids} {
		member := map[bool]string{true: "id", false: "code"}[path == "applications"]
		if strings.HasSuffix(path, "members") {
			member = "userId"
		}
		for _, limit := range []int{1, 3, 7, 200} {
			if got := w.every("/admin/"+path, "root", member, limit); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s by %d: %v, want %v", path, limit, got, want)
			}
		}
	}
	next := w.operate(http.MethodGet, "/admin/organisations?limit=2", "", "root").body["next"].(string)
	for why, got := range map[string]answer{
		"another's":        w.operate(http.MethodGet, "/admin/organisations?cursor="+next, "", "he.yun"),
		"of another list":  w.operate(http.MethodGet, "/admin/roles?cursor="+next, "", "root"),
		"of other members": w.operate(http.MethodGet, "/admin/organisations/code-1/members?cursor="+w.operate(http.MethodGet, "/admin/organisations/code-0/members?limit=2", "", "root").body["next"].(string), "", "root"),
		"of other filters": w.operate(http.MethodGet, "/admin/audit?kind=sign_in&cursor="+w.operate(http.MethodGet, "/admin/audit?limit=2", "", "root").body["next"].(string), "", "root"),
		"changed":          w.operate(http.MethodGet, "/admin/organisations?cursor=Y29kZS02"+next[strings.IndexByte(next, '.'):], "", "root"),
		"invented":         w.operate(http.MethodGet, "/admin/organisations?cursor=x", "", "root"),
	} {
		t.Log(why)
		wantProblem(t, got, http.StatusBadRequest, "invalid_field", "cursor")
	}
	for _, limit := range []string{"0", "201", "-1", "x"} {
		wantProblem(t, w.operate(http.MethodGet, "/admin/roles?limit="+limit, "", "root"), http.StatusBadRequest, "invalid_field", "limit")
	}
}

func TestOfConcurrentChangesOneWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	w.application("portal", "")
	as := w.bearer("root")
	statuses := make(chan int, 8)
	var all sync.WaitGroup
	for range cap(statuses) {
		all.Go(func() {
			statuses <- w.operate(http.MethodPatch, "/admin/applications/portal", `{"name":"门户"}`, as, "If-Match", `"0"`).status
		})
	}
	all.Wait()
	close(statuses)
	won := 0
	for status := range statuses {
		switch status {
		case http.StatusOK:
			won++
		case http.StatusPreconditionFailed:
		default:
			t.Errorf("status %d", status)
		}
	}
	if won != 1 {
		t.Errorf("%d changes of the same version", won)
	}
	created := make(chan string, 8)
	for range cap(created) {
		all.Go(func() {
			created <- w.operate(http.MethodPost, "/admin/applications/portal/secrets", "", as, "Idempotency-Key", "once").text
		})
	}
	all.Wait()
	close(created)
	first := <-created
	for text := range created {
		if text != first || !strings.Contains(text, "qas_") {
			t.Errorf("one key, two answers: %s and %s", first, text)
		}
	}
	secrets := wantStatus(t, w.operate(http.MethodGet, "/admin/applications/portal/secrets", "", as), http.StatusOK)
	if len(secrets.body["items"].([]any)) != 1 || strings.Contains(secrets.text, "qas_") {
		t.Error(secrets.text)
	}
}
