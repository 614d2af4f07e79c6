package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/store"
)

// bearers are the credentials of users of a world, who sign in once.
var bearers sync.Map

func (w *world) bearer(username string) string {
	w.t.Helper()
	if known, ok := bearers.Load(w.url + username); ok {
		return known.(string)
	}
	credential := "Bearer " + w.jwt(username)
	bearers.Store(w.url+username, credential)
	return credential
}

// operate sends a request of the admin API as a user, or with an Authorization that has a
// space, and checks a success against the contract.
func (w *world) operate(method, path, body, as string, header ...string) answer {
	w.t.Helper()
	if as != "" && !strings.Contains(as, " ") {
		as = w.bearer(as)
	}
	h := pairs(header)
	h["Authorization"] = as
	if body != "" {
		h["Content-Type"] = jsonMedia
	}
	got := w.send(request{method: method, path: path, body: body, header: h})
	if got.status < http.StatusBadRequest {
		w.checkContract(method, path, got)
	}
	return got
}

var loadedContract = sync.OnceValues(contract.Load)

// checkContract checks an answer against the contract.
func (w *world) checkContract(method, path string, got answer) {
	w.t.Helper()
	spec, err := loadedContract()
	must(w.t, err)
	path, _, _ = strings.Cut(path, "?")
	for _, o := range spec.Operations() {
		if o.Method == method && sameRoute(o.Path, path) {
			if err := o.Check(contract.Answer{Status: got.status, Header: got.header, Text: got.text}); err != nil {
				w.t.Errorf("%s %s: %v", method, path, err)
			}
			return
		}
	}
	w.t.Errorf("the contract has no %s %s", method, path)
}

func sameRoute(route, path string) bool {
	a, b := strings.Split(route, "/"), strings.Split(path, "/")
	return len(a) == len(b) && !slices.ContainsFunc(slices.Collect(indexes(a)), func(i int) bool {
		return !strings.HasPrefix(a[i], "{") && a[i] != b[i]
	})
}

func indexes(list []string) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range list {
			if !yield(i) {
				return
			}
		}
	}
}

func wantStatus(t *testing.T, got answer, status int) answer {
	t.Helper()
	if got.status != status {
		t.Fatalf("status %d, want %d: %s", got.status, status, got.text)
	}
	return got
}

// wantProblem checks a failure of the admin API: its status, its code and words of it.
func wantProblem(t *testing.T, got answer, status int, code string, words ...string) {
	t.Helper()
	requireFailure(t, "admin", got, status, words...)
	if got.body["code"] != code {
		t.Errorf("code %v, want %s: %s", got.body["code"], code, got.text)
	}
}

func userPath(id int64, rest string) string { return fmt.Sprint("/admin/users/", id, rest) }

const anyVersion = "If-Match"

func TestAUserIsAddedReadAndChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	body := `{"username":"gu.qinghe","nickname":"清和","mobile":"13900139000","mobileVerified":true,"password":"` + goodPassword + `"}`
	added := wantStatus(t, w.operate(http.MethodPost, "/admin/users", body, "root", "Idempotency-Key", "one"), http.StatusCreated)
	if added.body["role"] != "member" || added.body["mobileVerified"] != true || added.body["createSource"] != "administrator" {
		t.Error(added.text)
	}
	path := "/admin/users/" + added.body["id"].(string)
	again := wantStatus(t, w.operate(http.MethodPost, "/admin/users", body, "root", "Idempotency-Key", "one"), http.StatusCreated)
	if again.body["id"] != added.body["id"] {
		t.Errorf("the same key made another user: %s", again.text)
	}
	wantProblem(t, w.operate(http.MethodPost, "/admin/users", `{"username":"other"}`, "root", "Idempotency-Key", "one"), http.StatusUnprocessableEntity, "idempotency_key_reused")
	wantProblem(t, w.operate(http.MethodPost, "/admin/users", `{"username":"Gu.Qinghe"}`, "root"), http.StatusConflict, "username_taken")
	wantProblem(t, w.operate(http.MethodPost, "/admin/users", `{"username":"other","mobile":"13900139000","mobileVerified":true}`, "root"), http.StatusConflict, "mobile_taken")
	wantProblem(t, w.operate(http.MethodPost, "/admin/users", `{"username":"other","password":"password123"}`, "root"), http.StatusUnprocessableEntity, "weak_password")

	read := wantStatus(t, w.operate(http.MethodGet, path, "", "root"), http.StatusOK)
	tag := read.header.Get("ETag")
	if tag != added.header.Get("ETag") || strings.Contains(read.text, "idCard\"") || strings.Contains(read.text, "argon2") {
		t.Errorf("ETag %s, then %s: %s", added.header.Get("ETag"), tag, read.text)
	}
	changed := wantStatus(t, w.operate(http.MethodPatch, path, `{"remark":"已核对","company":"云栖书店","gender":2}`, "root", "If-Match", tag), http.StatusOK)
	if changed.body["remark"] != "已核对" || changed.body["nickname"] != "清和" || changed.header.Get("ETag") == tag {
		t.Errorf("ETag %s: %s", changed.header.Get("ETag"), changed.text)
	}
	wantProblem(t, w.operate(http.MethodPatch, path, `{"remark":"too late"}`, "root", "If-Match", tag), http.StatusPreconditionFailed, "precondition_failed")
	cleared := wantStatus(t, w.operate(http.MethodPatch, path, `{"remark":"","nickname":""}`, "root", "If-Match", "*"), http.StatusOK)
	if cleared.body["remark"] != nil || cleared.body["nickname"] != nil || cleared.body["company"] != "云栖书店" {
		t.Error(cleared.text)
	}
	wantProblem(t, w.operate(http.MethodPatch, path, `{"birthday":"20000230"}`, "root", "If-Match", "*"), http.StatusBadRequest, "invalid_field", "birthday")
	wantProblem(t, w.operate(http.MethodPatch, path, `{"avatar":"javascript:alert(1)"}`, "root", "If-Match", "*"), http.StatusBadRequest, "invalid_field", "avatar")
	wantProblem(t, w.operate(http.MethodPatch, path, `{}`, "root", "If-Match", "*"), http.StatusBadRequest, "invalid_field")
	wantProblem(t, w.operate(http.MethodPatch, path, `{"remark":"x"}`, "root"), http.StatusBadRequest, "invalid_field", "If-Match")
	wantProblem(t, w.operate(http.MethodGet, "/admin/users/99", "", "root"), http.StatusNotFound, "user_not_found")
	for _, noID := range []string{"0", "9999999999999999999"} {
		wantProblem(t, w.operate(http.MethodGet, "/admin/users/"+noID, "", "root"), http.StatusBadRequest, "invalid_field", "userId")
	}

	// Disabling ends the sessions.
	token := w.jwt("gu.qinghe")
	wantStatus(t, w.operate(http.MethodPatch, path, `{"disabled":true}`, "root", "If-Match", "*"), http.StatusOK)
	wantStatus(t, w.get("/auth/sessions", "Authorization", token), http.StatusUnauthorized)
	wantStatus(t, w.operate(http.MethodPatch, path, `{"disabled":false}`, "root", "If-Match", "*"), http.StatusOK)
	w.jwt("gu.qinghe")
}

func TestPasswordsAndRolesAreSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	id := w.add("tao.ran", store.RoleMember)
	token := w.jwt("tao.ran")
	made := wantStatus(t, w.operate(http.MethodPost, userPath(id, "/password"), `{}`, "root"), http.StatusOK)
	password, _ := made.body["password"].(string)
	if len(password) < 20 {
		t.Errorf("made password %q", password)
	}
	wantStatus(t, w.get("/auth/sessions", "Authorization", token), http.StatusUnauthorized)
	requireOK(t, w.postForm("/api/user/login", url.Values{"loginAccount": {"tao.ran"}, "password": {password}}))
	given := wantStatus(t, w.operate(http.MethodPost, userPath(id, "/password"), `{"password":"`+goodPassword+`"}`, "root"), http.StatusOK)
	if given.body["password"] != nil || strings.Contains(given.text, goodPassword) || strings.Contains(w.log.String(), password) {
		t.Error("the password is shown")
	}
	wantStatus(t, w.operate(http.MethodPut, userPath(id, "/role"), `{"role":"administrator"}`, "root", anyVersion, "*"), http.StatusOK)
	wantStatus(t, w.operate(http.MethodGet, "/admin/users", "", "tao.ran"), http.StatusOK)
	wantProblem(t, w.operate(http.MethodPut, userPath(id, "/role"), `{"role":"root"}`, "root", anyVersion, "*"), http.StatusBadRequest, "invalid_field", "role")
}

// An operator acts on users below the own role only.
func TestOperatorsActOnUsersBelowThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, manyCodes)
	targets := map[string]int64{
		"member": w.add("tao.ran", store.RoleMember), "himself": w.add("he.yun", store.RoleAdministrator),
		"administrator": w.add("lu.jiahe", store.RoleAdministrator), "super": w.add("root", store.RoleSuperAdministrator),
	}
	application := "Basic " + w.provenApplication(account.KnownRights()...)
	for as, may := range map[string][]string{
		"he.yun": {"member"}, application: {"member"}, "root": {"member", "himself", "administrator", "super"},
	} {
		for target, id := range targets {
			for _, act := range []request{
				{method: http.MethodPatch, path: userPath(id, ""), body: `{"remark":"x"}`},
				{method: http.MethodPost, path: userPath(id, "/password"), body: `{"password":"` + goodPassword + `"}`},
				{method: http.MethodDelete, path: userPath(id, "/lockout")},
				{method: http.MethodDelete, path: userPath(id, "/sessions")},
			} {
				bearers.Delete(w.url + as) // the act before may have ended the sessions
				got := w.operate(act.method, act.path, act.body, as, anyVersion, "*")
				if allowed := slices.Contains(may, target); allowed != (got.status < http.StatusBadRequest) || !allowed && got.status != http.StatusForbidden {
					t.Errorf("%s %s of %s: %d %s", act.method, act.path, target, got.status, got.text)
				}
			}
		}
	}
	bearers.Delete(w.url + "root")
	bearers.Delete(w.url + "he.yun")
	session := w.operate(http.MethodGet, "/admin/sessions?user="+fmt.Sprint(targets["super"]), "", "root").body["items"].([]any)[0].(map[string]any)["id"].(string)
	wantProblem(t, w.operate(http.MethodDelete, "/admin/sessions/"+session, "", "he.yun"), http.StatusForbidden, "forbidden")
	for _, act := range []string{userPath(targets["administrator"], ""), userPath(targets["super"], "")} {
		wantProblem(t, w.operate(http.MethodDelete, act, "", application, anyVersion, "*"), http.StatusForbidden, "forbidden")
	}
	into := fmt.Sprintf(`{"into":"%d"}`, targets["super"])
	wantProblem(t, w.operate(http.MethodPost, userPath(targets["member"], "/merge"), into, application), http.StatusForbidden, "forbidden")
}

// provenApplication registers an application with rights and gives its credential of HTTP
// Basic.
func (w *world) provenApplication(rights ...string) string {
	w.t.Helper()
	command := w.accounts.CommandLine()
	_, err := command.AddApplication(w.t.Context(), "operating", "运维应用", nil)
	must(w.t, err)
	secret, err := command.AddApplicationSecret(w.t.Context(), "operating")
	must(w.t, err)
	_, err = command.ChangeApplication(w.t.Context(), "operating", account.ApplicationChange{Rights: &rights})
	must(w.t, err)
	return strings.TrimPrefix(contract.Application{ID: "operating", Secret: secret.Text}.Basic(), "Basic ")
}

func TestTheLastSuperAdministratorStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root, other := w.add("root", store.RoleSuperAdministrator), w.add("root.too", store.RoleSuperAdministrator)
	acts := func(id int64) []request {
		return []request{
			{method: http.MethodPatch, path: userPath(id, ""), body: `{"disabled":true}`},
			{method: http.MethodPut, path: userPath(id, "/role"), body: `{"role":"administrator"}`},
			{method: http.MethodDelete, path: userPath(id, "")},
		}
	}
	demoted := wantStatus(t, w.operate(http.MethodPut, userPath(other, "/role"), `{"role":"member"}`, "root", anyVersion, "*"), http.StatusOK)
	for _, act := range acts(root) {
		wantProblem(t, w.operate(act.method, act.path, act.body, "root", anyVersion, "*"), http.StatusConflict, "last_super_administrator")
	}
	if err := w.accounts.CommandLine().SetRole(t.Context(), root, store.RoleMember); err == nil {
		t.Error("the command line made the last super administrator a member")
	}
	wantProblem(t, w.operate(http.MethodPut, userPath(other, "/role"), `{"role":"super_administrator"}`, "root", anyVersion, `"1"`), http.StatusPreconditionFailed, "precondition_failed")
	wantStatus(t, w.operate(http.MethodPut, userPath(other, "/role"), `{"role":"super_administrator"}`, "root", anyVersion, demoted.header.Get("ETag")), http.StatusOK)
	wantStatus(t, w.operate(http.MethodDelete, userPath(other, ""), "", "root", anyVersion, "*"), http.StatusNoContent)
}

func TestUsersArePaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	w.add("he.yun", store.RoleAdministrator)
	for i := range 5 {
		w.add(fmt.Sprint("pupil-", i), store.RoleMember)
	}
	walk := func(path string) (ids []string) {
		for cursor := ""; ; {
			got := wantStatus(t, w.operate(http.MethodGet, path+cursor, "", "root"), http.StatusOK)
			for _, item := range got.body["items"].([]any) {
				ids = append(ids, item.(map[string]any)["id"].(string))
			}
			next, more := got.body["next"].(string)
			if !more {
				return ids
			}
			cursor = "&cursor=" + url.QueryEscape(next)
		}
	}
	for path, want := range map[string]int{
		"/admin/users?limit=3": 7, "/admin/users?limit=7": 7, "/admin/users?limit=2&role=member": 5, "/admin/users?limit=2&q=PUPIL": 5,
		"/admin/users?limit=1&role=administrator": 1, "/admin/users?limit=1&disabled=true": 0, "/admin/users?limit=4&disabled=false": 7,
		"/admin/users?limit=4&organisation=none": 0,
	} {
		ids := walk(path)
		if len(ids) != want || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != want {
			t.Errorf("%s: %v", path, ids)
		}
	}
	cursor := url.QueryEscape(w.operate(http.MethodGet, "/admin/users?limit=3", "", "root").body["next"].(string))
	for path, as := range map[string]string{
		"/admin/users?limit=3&cursor=" + cursor:             "he.yun", // somebody else's
		"/admin/users?limit=3&role=member&cursor=" + cursor: "root",   // of another filter
		"/admin/sessions?cursor=" + cursor:                  "root",   // of another list
		"/admin/users?cursor=" + cursor[:len(cursor)-1]:     "root",
		"/admin/users?cursor=MTIz":                          "root",
	} {
		wantProblem(t, w.operate(http.MethodGet, path, "", as), http.StatusBadRequest, "invalid_field", "cursor")
	}
	for _, text := range []string{"1", "True", "t", ""} {
		wantProblem(t, w.operate(http.MethodGet, "/admin/users?disabled="+text, "", "root"), http.StatusBadRequest, "invalid_field", "disabled")
	}
	wantStatus(t, w.operate(http.MethodGet, "/admin/users?limit=2&cursor="+cursor, "", "root"), http.StatusOK) // another size
	for _, limit := range []string{"0", "201", "x"} {
		wantProblem(t, w.operate(http.MethodGet, "/admin/users?limit="+limit, "", "root"), http.StatusBadRequest, "invalid_field", "limit")
	}
}

// Who administers an organisation sees its members and nobody else.
func TestAnAdministratorOfAnOrganisationSeesItsMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	head, pupil, stranger := w.add("head", store.RoleMember), w.add("pupil", store.RoleMember), w.add("stranger", store.RoleMember)
	w.member(head, "north", "principal")
	command := w.accounts.CommandLine()
	must(t, w.store.InTx(t.Context(), func(tx store.Tx) error { return tx.SetRoleAdministers(t.Context(), "principal", true) }))
	must(t, command.AddMembership(t.Context(), pupil, "north", ""))
	_, err := command.AddOrganisation(t.Context(), "south", "南校")
	must(t, err)
	must(t, command.AddMembership(t.Context(), stranger, "south", ""))
	names := func(path string) string {
		var all []string
		for _, item := range wantStatus(t, w.operate(http.MethodGet, path, "", "head"), http.StatusOK).body["items"].([]any) {
			all = append(all, item.(map[string]any)["username"].(string))
		}
		return strings.Join(all, " ")
	}
	for path, want := range map[string]string{
		"/admin/users": "head pupil", "/admin/users?q=stranger": "", "/admin/users?organisation=south": "", "/admin/users?organisation=north": "head pupil",
	} {
		if got := names(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	wantStatus(t, w.operate(http.MethodGet, userPath(pupil, ""), "", "head"), http.StatusOK)
	wantProblem(t, w.operate(http.MethodGet, userPath(stranger, ""), "", "head"), http.StatusNotFound, "user_not_found")
	wantProblem(t, w.operate(http.MethodPatch, userPath(pupil, ""), `{"remark":"x"}`, "head", anyVersion, "*"), http.StatusForbidden, "forbidden")
	me := wantStatus(t, w.operate(http.MethodGet, "/admin/me", "", "head"), http.StatusOK)
	if organisations := fmt.Sprint(me.body["organisations"]); !strings.Contains(organisations, "code:north") || strings.Contains(organisations, "south") {
		t.Error(me.text)
	}
	_, err = command.ChangeRole(t.Context(), "principal", account.RoleChange{EntryChange: account.EntryChange{Disabled: new(true)}})
	must(t, err)
	wantProblem(t, w.operate(http.MethodGet, "/admin/users", "", "head"), http.StatusForbidden, "forbidden")
}

// Of requests at once with one key, one adds a user, and all have the same answer.
func TestAKeyAddsOneUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	w.bearer("root")
	ids := make([]any, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			got := w.operate(http.MethodPost, "/admin/users", `{"username":"gu.qinghe"}`, "root", "Idempotency-Key", "same")
			if got.status != http.StatusCreated {
				t.Errorf("%d %s", got.status, got.text)
			}
			ids[i] = got.body["id"]
		})
	}
	all.Wait()
	if len(slices.Compact(textsOf(ids))) != 1 {
		t.Errorf("users %v", ids)
	}
	found := w.operate(http.MethodGet, "/admin/users?q=gu.qinghe", "", "root")
	if len(found.body["items"].([]any)) != 1 {
		t.Error(found.text)
	}
}

func textsOf(list []any) (texts []string) {
	for _, item := range list {
		texts = append(texts, fmt.Sprint(item))
	}
	return texts
}
