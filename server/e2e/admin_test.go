package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/store"
)

// operating is a request of the admin API. A text with a space is a whole Authorization,
// any other an access token.
func operating(method, path, body, as string, header ...string) contract.Request {
	if !strings.Contains(as, " ") {
		as = "Bearer " + as
	}
	r := contract.Request{Method: method, Path: path, Body: body}
	if body != "" {
		header = append(header, "Content-Type", contract.MediaJSON)
	}
	return with(r, append(header, "Authorization", as))
}

// operations are those of the admin API that need a right.
func operations(t *testing.T) (all []contract.Operation) {
	t.Helper()
	for _, o := range loadedContract(t).Operations() {
		if o.Extensions["x-access"] == "administration" {
			all = append(all, o)
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d operations need a right", len(all))
	}
	return all
}

// proven registers an application with rights, and gives its HTTP Basic.
func (s *cluster) proven(t *testing.T, id string, rights []string) string {
	t.Helper()
	_, err := s.rules.CommandLine().AddApplication(t.Context(), id, "应用", nil)
	must(t, err)
	secret, err := s.rules.CommandLine().AddApplicationSecret(t.Context(), id)
	must(t, err)
	_, err = s.rules.CommandLine().ChangeApplication(t.Context(), id, account.ApplicationChange{Rights: &rights})
	must(t, err)
	return contract.Application{ID: id, Secret: secret.Text}.Basic()
}

// about are the values that name what operations are about.
func about(values map[string]any) contract.ReplaceFunc {
	return func(name string, documented any) any {
		if value, ok := values[name]; ok {
			return value
		}
		return documented
	}
}

// An application that has every right but that of an operation is refused there, and one
// right opens its own operations alone.
func TestAdmin_ApplicationsNeedTheRight(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		s.application(t, s.person(t, "tao.ran", store.RoleMember))
		without, alone := map[string]string{}, map[string]string{}
		for i, right := range account.OperatorRights() {
			rest := slices.DeleteFunc(account.KnownRights(), func(one string) bool { return one == right })
			without[right] = s.proven(t, fmt.Sprint("without-", i), rest)
			if slices.Contains(account.KnownRights(), right) {
				alone[right] = s.proven(t, fmt.Sprint("alone-", i), []string{right})
			}
		}
		for i, o := range operations(t) {
			right := o.Extensions["x-right"].(string)
			r := o.Requests("ok")[0]
			refused(t, "admin", s.server(i).send(t, with(r, []string{"Authorization", without[right]})), http.StatusForbidden)
			for other, credential := range alone {
				got := s.server(i).send(t, with(r, []string{"Authorization", credential}))
				if (got.Status == http.StatusForbidden) == (other == right) || got.Status == http.StatusUnauthorized {
					t.Errorf("%s with %s alone: %d %s", o.OperationID, other, got.Status, got.Text)
				}
			}
		}
	})
}

// Nobody gives themselves a right: an application with all that it can have does not, and
// neither does an administrator or a member.
func TestAdmin_NoRightGrantsItself(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		member, administrator := s.person(t, "tao.ran", store.RoleMember), s.person(t, "he.yun", store.RoleAdministrator)
		root := s.session(t, s.person(t, "root", store.RoleSuperAdministrator))
		every := s.proven(t, "every", account.KnownRights())
		any := []string{"If-Match", "*"}
		rights := s.texts(t, "SELECT rights FROM applications")
		callers := map[string]string{"a member": s.session(t, member), "an administrator": s.session(t, administrator), "an application": every}
		for who, as := range callers {
			for i, r := range []contract.Request{
				operating(http.MethodPut, fmt.Sprint("/admin/users/", member, "/role"), `{"role":"super_administrator"}`, as, any...),
				operating(http.MethodPut, fmt.Sprint("/admin/users/", administrator, "/role"), `{"role":"super_administrator"}`, as, any...),
				operating(http.MethodPatch, "/admin/applications/every", `{"rights":["users.read"]}`, as, any...),
				operating(http.MethodPost, "/admin/applications", `{"id":"mine","name":"x","rights":["users.read"]}`, as),
				operating(http.MethodPost, "/admin/applications/every/secrets", "", as),
				operating(http.MethodPost, "/admin/keys", `{"overlap":60}`, as),
				operating(http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com/"}`, as),
			} {
				t.Log(who, r.Method, r.Path)
				refused(t, "admin", s.server(i).send(t, r), http.StatusForbidden)
			}
		}
		for _, body := range []string{`{"username":"new","role":"super_administrator"}`, `{"username":"new","role":"administrator"}`} {
			for who, as := range callers {
				if got := s.server(0).send(t, operating(http.MethodPost, "/admin/users", body, as)); got.Status < 400 {
					t.Errorf("%s makes %s: %s", who, body, got.Text)
				}
			}
		}
		// Nor does a super administrator give an application what would let it give itself the rest.
		for _, right := range slices.DeleteFunc(account.OperatorRights(), func(one string) bool { return slices.Contains(account.KnownRights(), one) }) {
			got := s.server(0).send(t, operating(http.MethodPatch, "/admin/applications/every", `{"rights":["`+right+`"]}`, root, any...))
			refused(t, "admin", got, http.StatusBadRequest)
		}
		if now := s.texts(t, "SELECT rights FROM applications"); !slices.Equal(now, rights) {
			t.Errorf("rights %v, before %v", now, rights)
		}
		if n := s.number(t, "SELECT COUNT(*) FROM users"); n != 3 {
			t.Errorf("%d users", n)
		}
	})
}

// tables are the rows that administrators change, without what a request changes by being
// made.
func (s *cluster) tables(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for table, columns := range map[string]string{
		"users":         "CAST(id AS TEXT) || ' ' || username || ' ' || COALESCE(nickname, '') || ' ' || role || ' ' || CAST(version AS TEXT)",
		"organisations": "code || ' ' || name || ' ' || CAST(version AS TEXT)",
		"roles":         "code || ' ' || name || ' ' || CAST(version AS TEXT)",
		"applications":  "id || ' ' || name || ' ' || rights || ' ' || CAST(version AS TEXT)",
		"memberships":   "CAST(user_id AS TEXT) || ' ' || CAST(organisation_id AS TEXT)",
		"sessions":      "CAST(id AS TEXT) || ' ' || CAST(COALESCE(ended_at, 0) AS TEXT)",
	} {
		rows := s.texts(t, "SELECT "+columns+" FROM "+table)
		slices.Sort(rows)
		all[table] = strings.Join(rows, "\n")
	}
	return all
}

// Whoever administers an organisation calls every operation about another one and its
// member: nothing of these is in any answer, and nothing changes.
func TestAdmin_AnotherOrganisation(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		const south = "南校区的暗号"
		command := s.rules.CommandLine()
		for _, code := range []string{"north", "south"} {
			_, err := command.AddOrganisation(t.Context(), code, map[string]string{"north": "北校区", "south": south}[code])
			must(t, err)
		}
		_, err := command.AddRole(t.Context(), "principal", "校长", true)
		must(t, err)
		head, stranger := s.person(t, "head", store.RoleMember), s.person(t, "stranger.of.south", store.RoleMember)
		must(t, command.AddMembership(t.Context(), head, "north", "principal"))
		must(t, command.AddMembership(t.Context(), stranger, "south", "principal"))
		as, theirs := s.session(t, head), s.session(t, stranger)
		session := s.number(t, "SELECT MAX(id) FROM sessions")
		values := map[string]any{
			"userId": fmt.Sprint(stranger), "user": fmt.Sprint(stranger), "into": fmt.Sprint(head), "sessionId": fmt.Sprint(session),
			"organisation": "south", "roles": "principal", "q": "stranger", "limit": 200,
		}
		before, allowed := s.tables(t), 0
		for i, o := range operations(t) {
			r := o.RequestsWith("ok", about(values))[0]
			r.Path = strings.ReplaceAll(r.Path, "/js_000008", "/principal")
			r.Query.Del("cursor")
			got := s.server(i).send(t, with(r, []string{"Authorization", "Bearer " + as}))
			if got.Status < 400 {
				allowed++
			} else if got.Status != http.StatusForbidden && got.Status != http.StatusNotFound {
				t.Errorf("%s: %d %s", o.OperationID, got.Status, got.Text)
			}
			for _, secret := range []string{south, "stranger.of.south", fmt.Sprint(stranger), `"south"`} {
				if strings.Contains(got.Text, secret) {
					t.Errorf("%s tells %s: %s", o.OperationID, secret, got.Text)
				}
			}
		}
		if allowed < 4 {
			t.Errorf("only %d operations are allowed: nothing was proved", allowed)
		}
		after := s.tables(t)
		for table := range maps.Keys(before) {
			if before[table] != after[table] {
				t.Errorf("%s:\n%s\nbefore:\n%s", table, after[table], before[table])
			}
		}
		s.server(0).ok(t, operating(http.MethodGet, "/admin/me", "", theirs))
	})
}

// Cursors are their caller's, their list's and their filters' own, on every server.
func TestAdmin_Cursors(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		root, other := s.session(t, s.person(t, "root", store.RoleSuperAdministrator)), s.session(t, s.person(t, "root.too", store.RoleSuperAdministrator))
		application := s.proven(t, "every", account.KnownRights())
		for i := range 3 {
			code := fmt.Sprint("code-", i)
			_, err := s.rules.CommandLine().AddOrganisation(t.Context(), code, "组织")
			must(t, err)
			_, err = s.rules.CommandLine().AddRole(t.Context(), code, "角色", false)
			must(t, err)
			_, err = s.rules.CommandLine().AddApplication(t.Context(), code, "应用", nil)
			must(t, err)
			s.session(t, s.person(t, fmt.Sprint("member-", i), store.RoleMember))
		}
		lists := map[string]string{
			"/admin/users": "role=member", "/admin/sessions": "ended=true", "/admin/audit": "kind=user_created",
			"/admin/organisations": "", "/admin/roles": "", "/admin/applications": "",
		}
		page := func(i int, path, query, as string) answer {
			t.Helper()
			return s.server(i).send(t, operating(http.MethodGet, path+"?limit=1&"+query, "", as))
		}
		for path, filter := range lists {
			next := text(expect(t, page(0, path, "", root), http.StatusOK), "next")
			if next == "" {
				t.Fatalf("%s has one page", path)
			}
			cursor := "cursor=" + next
			expect(t, page(1, path, cursor, root), http.StatusOK)
			stolen := map[string]answer{"another administrator": page(2, path, cursor, other), "an application": page(0, path, cursor, application)}
			if filter != "" {
				stolen["another filter"] = page(1, path, cursor+"&"+filter, root)
			}
			for list := range lists {
				if list != path {
					stolen[list] = page(2, list, cursor, root)
				}
			}
			for who, got := range stolen {
				t.Log(path, who)
				refused(t, "admin", got, http.StatusBadRequest)
				if !strings.Contains(got.Text, "cursor") {
					t.Error(got.Text)
				}
			}
		}
	})
}
