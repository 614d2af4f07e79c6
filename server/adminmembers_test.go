package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"quartet/server/account"
	"quartet/store"
)

// schools are the organisations north and south, of which head administers north.
type schools struct {
	*world
	head, pupil, stranger, deputy, teacher int64
}

func newSchools(t *testing.T) schools {
	w := newWorld(t)
	s := schools{world: w}
	command := w.accounts.CommandLine()
	for _, code := range []string{"north", "south"} {
		_, err := command.AddOrganisation(t.Context(), code, "学校 "+code)
		must(t, err)
	}
	for _, code := range []string{"principal", "teacher", "warden"} {
		_, err := command.AddRole(t.Context(), code, "角色 "+code, code == "principal")
		must(t, err)
	}
	s.head, s.pupil, s.stranger, s.deputy = w.add("head", store.RoleMember), w.add("pupil", store.RoleMember), w.add("stranger", store.RoleMember), w.add("deputy", store.RoleMember)
	s.teacher = w.add("he.yun", store.RoleAdministrator)
	w.add("root", store.RoleSuperAdministrator)
	for _, m := range []struct {
		id                 int64
		organisation, role string
	}{{s.head, "north", "principal"}, {s.deputy, "north", "principal"}, {s.pupil, "north", "warden"}, {s.pupil, "south", ""}, {s.stranger, "south", ""}, {s.teacher, "north", ""}} {
		must(t, command.AddMembership(t.Context(), m.id, m.organisation, m.role))
	}
	return s
}

func membershipPath(id int64, organisation string) string {
	return userPath(id, "/memberships/"+organisation)
}

func TestMembershipsAreSetAsAWhole(t *testing.T) {
	t.Parallel()
	s := newSchools(t)
	path := membershipPath(s.stranger, "north")
	for _, body := range []string{`{"roles":["warden","teacher"]}`, `{"roles":["teacher","principal"]}`, `{"roles":[]}`, `{"roles":[]}`} {
		set := wantStatus(t, s.operate(http.MethodPut, path, body, "root"), http.StatusOK)
		var wanted struct{ Roles []string }
		must(t, json.Unmarshal([]byte(body), &wanted))
		if got := len(set.body["roles"].([]any)); got != len(wanted.Roles) {
			t.Errorf("%s: %s", body, set.text)
		}
	}
	wantEvents(t, s.events(account.AuditMembershipAdded, account.AuditMembershipRemoved)[6:],
		`membership_added {"organisation":"north","role":"teacher"}`, `membership_added {"organisation":"north","role":"warden"}`,
		`membership_added {"organisation":"north","role":"principal"}`, `membership_removed {"organisation":"north","role":"warden"}`,
		`membership_removed {"organisation":"north","role":"principal"}`, `membership_removed {"organisation":"north","role":"teacher"}`)
	wantProblem(t, s.operate(http.MethodPut, path, `{"roles":["teacher","cook"]}`, "root"), http.StatusBadRequest, "invalid_field", "roles")
	wantProblem(t, s.operate(http.MethodPut, path, `{"roles":["teacher","teacher"]}`, "root"), http.StatusBadRequest, "invalid_field", "roles")
	wantProblem(t, s.operate(http.MethodPut, membershipPath(s.stranger, "east"), `{"roles":[]}`, "root"), http.StatusNotFound, "not_found", "organisation")
	for _, id := range []string{"404", "9999999999999999999", "0"} {
		if got := s.operate(http.MethodPut, "/admin/users/"+id+"/memberships/north", `{"roles":[]}`, "root"); got.status != http.StatusNotFound && got.status != http.StatusBadRequest {
			t.Errorf("user %s: %d %s", id, got.status, got.text)
		}
	}
	_, err := s.accounts.CommandLine().ChangeOrganisation(t.Context(), "south", account.EntryChange{Disabled: new(true)})
	must(t, err)
	listed := wantStatus(t, s.operate(http.MethodGet, userPath(s.stranger, "/memberships"), "", "root"), http.StatusOK)
	if len(listed.body["items"].([]any)) != 2 {
		t.Error(listed.text)
	}
	wantStatus(t, s.operate(http.MethodDelete, path, "", "root"), http.StatusNoContent)
	wantProblem(t, s.operate(http.MethodDelete, path, "", "root"), http.StatusNotFound, "not_found", "organisation")
}

// Whoever administers an organisation changes the roles of its members, and nothing else.
func TestWhoAdministersAnOrganisationStaysWithinIt(t *testing.T) {
	t.Parallel()
	s := newSchools(t)
	wantStatus(t, s.operate(http.MethodPut, membershipPath(s.pupil, "north"), `{"roles":["teacher"]}`, "head"), http.StatusOK)
	for why, c := range map[string]struct {
		method, path, body string
		status             int
		code               string
	}{
		"another organisation":            {http.MethodPut, membershipPath(s.pupil, "south"), `{"roles":[]}`, http.StatusNotFound, "not_found"},
		"to read it":                      {http.MethodGet, "/admin/organisations/south", "", http.StatusNotFound, "not_found"},
		"its members":                     {http.MethodGet, "/admin/organisations/south/members", "", http.StatusNotFound, "not_found"},
		"to let somebody in":              {http.MethodPut, membershipPath(s.stranger, "north"), `{"roles":[]}`, http.StatusNotFound, "user_not_found"},
		"to see a stranger":               {http.MethodGet, userPath(s.stranger, "/memberships"), "", http.StatusNotFound, "user_not_found"},
		"to remove a stranger":            {http.MethodDelete, membershipPath(s.stranger, "south"), "", http.StatusNotFound, "not_found"},
		"to appoint":                      {http.MethodPut, membershipPath(s.pupil, "north"), `{"roles":["principal"]}`, http.StatusForbidden, "forbidden"},
		"to depose":                       {http.MethodPut, membershipPath(s.deputy, "north"), `{"roles":[]}`, http.StatusForbidden, "forbidden"},
		"to remove who administers":       {http.MethodDelete, membershipPath(s.deputy, "north"), "", http.StatusForbidden, "forbidden"},
		"to change themselves":            {http.MethodPut, membershipPath(s.head, "north"), `{"roles":["teacher"]}`, http.StatusForbidden, "forbidden"},
		"to remove a server's operator":   {http.MethodDelete, membershipPath(s.teacher, "north"), "", http.StatusForbidden, "forbidden"},
		"to change a role":                {http.MethodPatch, "/admin/roles/teacher", `{"administers":true}`, http.StatusForbidden, "forbidden"},
		"to change their organisation":    {http.MethodPatch, "/admin/organisations/north", `{"name":"x"}`, http.StatusForbidden, "forbidden"},
		"to read the audit":               {http.MethodGet, "/admin/audit", "", http.StatusForbidden, "forbidden"},
		"to read an application's rights": {http.MethodGet, "/admin/applications", "", http.StatusForbidden, "forbidden"},
	} {
		t.Log(why)
		wantProblem(t, s.operate(c.method, c.path, c.body, "head", "If-Match", "*"), c.status, c.code)
	}
	if got := s.every("/admin/organisations", "head", "code", 1); fmt.Sprint(got) != "[north]" {
		t.Error(got)
	}
	listed := wantStatus(t, s.operate(http.MethodGet, userPath(s.pupil, "/memberships"), "", "head"), http.StatusOK)
	if items := listed.body["items"].([]any); len(items) != 1 {
		t.Error(listed.text)
	}
	wantStatus(t, s.operate(http.MethodDelete, membershipPath(s.pupil, "north"), "", "head"), http.StatusNoContent)
	wantProblem(t, s.operate(http.MethodPut, membershipPath(s.pupil, "north"), `{"roles":[]}`, "head"), http.StatusNotFound, "user_not_found")
}

// An application cannot give a role that administers, nor make one of a role; nor can an
// administrator act on another.
func TestApplicationsAndAdministratorsDoNotAppointAboveThemselves(t *testing.T) {
	t.Parallel()
	s := newSchools(t)
	application := "Basic " + s.provenApplication(account.RightMembershipsWrite, account.RightMembershipsRead, account.RightRolesWrite)
	wantStatus(t, s.operate(http.MethodPut, membershipPath(s.stranger, "north"), `{"roles":["warden"]}`, application), http.StatusOK)
	wantProblem(t, s.operate(http.MethodPut, membershipPath(s.stranger, "north"), `{"roles":["warden","principal"]}`, application), http.StatusForbidden, "forbidden")
	wantStatus(t, s.operate(http.MethodPut, membershipPath(s.deputy, "north"), `{"roles":["warden","principal"]}`, application), http.StatusOK)
	wantProblem(t, s.operate(http.MethodPut, membershipPath(s.teacher, "south"), `{"roles":[]}`, application), http.StatusForbidden, "forbidden")
	wantProblem(t, s.operate(http.MethodPost, "/admin/roles", `{"code":"chief","name":"主管","administers":true}`, application), http.StatusForbidden, "forbidden")
	for _, body := range []string{`{"administers":true}`, `{"name":"x","administers":true}`} {
		wantProblem(t, s.operate(http.MethodPatch, "/admin/roles/warden", body, application, "If-Match", "*"), http.StatusForbidden, "forbidden")
	}
	wantProblem(t, s.operate(http.MethodPatch, "/admin/roles/principal", `{"disabled":true}`, application, "If-Match", "*"), http.StatusForbidden, "forbidden")
	wantStatus(t, s.operate(http.MethodPatch, "/admin/roles/principal", `{"name":"校长"}`, application, "If-Match", "*"), http.StatusOK)
	listed := wantStatus(t, s.operate(http.MethodGet, userPath(s.stranger, "/memberships"), "", application), http.StatusOK)
	if len(listed.body["items"].([]any)) != 2 {
		t.Error(listed.text)
	}
	wantEvents(t, s.events(account.AuditRoleRenamed), `role_renamed {"by_application":"operating","role":"principal"}`)

	wantProblem(t, s.operate(http.MethodPut, membershipPath(s.teacher, "south"), `{"roles":[]}`, "he.yun"), http.StatusForbidden, "forbidden")
	wantStatus(t, s.operate(http.MethodPut, membershipPath(s.stranger, "north"), `{"roles":["principal"]}`, "he.yun"), http.StatusOK)
	wantStatus(t, s.operate(http.MethodPut, membershipPath(s.teacher, "south"), `{"roles":[]}`, "root"), http.StatusOK)
	wantStatus(t, s.operate(http.MethodPatch, "/admin/roles/warden", `{"administers":true}`, "he.yun", "If-Match", "*"), http.StatusOK)
	wantEvents(t, s.events(account.AuditRoleAdministers)[1:], `role_administers {"administers":"true","role":"warden"}`)
}
