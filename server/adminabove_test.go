package server_test

import (
	"fmt"
	"net/http"
	"testing"

	"quartet/server/account"
)

// An application with every right does nothing to whoever administers an organisation, by
// which it or a member would get what they may do; a disabled organisation can be enabled.
func TestApplicationsDoNotActOnWhoAdministersAnOrganisation(t *testing.T) {
	t.Parallel()
	s := newSchools(t)
	application := "Basic " + s.provenApplication(account.KnownRights()...)
	session := func(username string, id int64) string {
		s.jwt(username)
		found := wantStatus(t, s.operate(http.MethodGet, fmt.Sprint("/admin/sessions?user=", id), "", application), http.StatusOK)
		return "/admin/sessions/" + found.body["items"].([]any)[0].(map[string]any)["id"].(string)
	}
	acts := func(username string, id int64) []request {
		return []request{
			{method: http.MethodDelete, path: session(username, id)},
			{method: http.MethodPost, path: userPath(id, "/password"), body: `{"password":"` + goodPassword + `"}`},
			{method: http.MethodPost, path: userPath(id, "/password"), body: `{}`},
			{method: http.MethodPatch, path: userPath(id, ""), body: `{"email":"thief@example.com","emailVerified":true}`},
			{method: http.MethodPatch, path: userPath(id, ""), body: `{"mobile":"13900001111","mobileVerified":true}`},
			{method: http.MethodPatch, path: userPath(id, ""), body: `{"username":"thief"}`},
			{method: http.MethodPatch, path: userPath(id, ""), body: `{"disabled":true}`},
			{method: http.MethodPatch, path: userPath(id, ""), body: `{"disabled":false}`},
			{method: http.MethodDelete, path: userPath(id, "/lockout")},
			{method: http.MethodDelete, path: userPath(id, "/sessions")},
			{method: http.MethodPost, path: userPath(id, "/merge"), body: fmt.Sprintf(`{"into":"%d"}`, s.pupil)},
			{method: http.MethodPost, path: userPath(s.pupil, "/merge"), body: fmt.Sprintf(`{"into":"%d"}`, id)},
			{method: http.MethodDelete, path: userPath(id, "")},
		}
	}
	refuses := func() {
		t.Helper()
		for _, act := range acts("deputy", s.deputy) {
			t.Log(act.method, act.path, act.body)
			wantProblem(t, s.operate(act.method, act.path, act.body, application, anyVersion, "*"), http.StatusForbidden, "forbidden")
		}
	}
	refuses()
	command := s.accounts.CommandLine()
	_, err := command.ChangeOrganisation(t.Context(), "north", account.EntryChange{Disabled: new(true)})
	must(t, err)
	refuses()
	_, err = command.ChangeRole(t.Context(), "principal", account.RoleChange{EntryChange: account.EntryChange{Disabled: new(true)}})
	must(t, err)
	refuses()
	for _, act := range acts("stranger", s.stranger)[:11] {
		if got := s.operate(act.method, act.path, act.body, application, anyVersion, "*"); got.status >= http.StatusBadRequest {
			t.Errorf("%s %s: %d %s", act.method, act.path, got.status, got.text)
		}
	}
	// An administrator stands above those of organisations, and a super administrator merges them.
	wantStatus(t, s.operate(http.MethodPatch, userPath(s.deputy, ""), `{"remark":"x"}`, "he.yun", anyVersion, "*"), http.StatusOK)
	wantStatus(t, s.operate(http.MethodPost, userPath(s.deputy, "/merge"), fmt.Sprintf(`{"into":"%d"}`, s.pupil), "root"), http.StatusOK)
	wantProblem(t, s.operate(http.MethodDelete, userPath(s.pupil, ""), "", application, anyVersion, "*"), http.StatusForbidden, "forbidden")
}

// Who may not give a role that administers takes it from nobody, and neither switches off
// nor on what it lets its holders do.
func TestWhoMayNotAppointMayNotDepose(t *testing.T) {
	t.Parallel()
	s := newSchools(t)
	application := "Basic " + s.provenApplication(account.KnownRights()...)
	_, err := s.accounts.CommandLine().AddOrganisation(t.Context(), "west", "学校 west")
	must(t, err)
	depose := []request{
		{method: http.MethodPut, path: membershipPath(s.deputy, "north"), body: `{"roles":[]}`},
		{method: http.MethodPut, path: membershipPath(s.deputy, "north"), body: `{"roles":["teacher"]}`},
		{method: http.MethodDelete, path: membershipPath(s.deputy, "north")},
		{method: http.MethodPatch, path: "/admin/roles/principal", body: `{"disabled":true}`},
		{method: http.MethodPatch, path: "/admin/roles/principal", body: `{"administers":false}`},
		{method: http.MethodPatch, path: "/admin/organisations/north", body: `{"disabled":true}`},
		{method: http.MethodDelete, path: "/admin/organisations/north"},
		{method: http.MethodDelete, path: "/admin/roles/principal"},
	}
	for _, act := range depose {
		t.Log(act.method, act.path, act.body)
		wantProblem(t, s.operate(act.method, act.path, act.body, application, anyVersion, "*"), http.StatusForbidden, "forbidden")
	}
	wantStatus(t, s.operate(http.MethodPatch, "/admin/organisations/north", `{"disabled":true}`, "he.yun", anyVersion, "*"), http.StatusOK)
	wantProblem(t, s.operate(http.MethodPatch, "/admin/organisations/north", `{"disabled":false}`, application, anyVersion, "*"), http.StatusForbidden, "forbidden")
	wantStatus(t, s.operate(http.MethodPatch, "/admin/organisations/north", `{"name":"北校","disabled":true}`, application, anyVersion, "*"), http.StatusOK)
	wantStatus(t, s.operate(http.MethodPatch, "/admin/organisations/north", `{"disabled":false}`, "he.yun", anyVersion, "*"), http.StatusOK)

	// What nobody administers is theirs to change, and so are the other roles of who administers.
	wantStatus(t, s.operate(http.MethodPut, membershipPath(s.deputy, "north"), `{"roles":["teacher","principal"]}`, application), http.StatusOK)
	wantStatus(t, s.operate(http.MethodPatch, "/admin/organisations/west", `{"disabled":true}`, application, anyVersion, "*"), http.StatusOK)
	wantStatus(t, s.operate(http.MethodPatch, "/admin/organisations/west", `{"disabled":false}`, application, anyVersion, "*"), http.StatusOK)
	wantStatus(t, s.operate(http.MethodDelete, "/admin/organisations/west", "", application, anyVersion, "*"), http.StatusNoContent)
	wantStatus(t, s.operate(http.MethodDelete, "/admin/roles/teacher", "", application, anyVersion, "*"), http.StatusNoContent)

	// Who administers north does nothing to who administers south, in north either.
	must(t, s.accounts.CommandLine().AddMembership(t.Context(), s.stranger, "south", "principal"))
	must(t, s.accounts.CommandLine().AddMembership(t.Context(), s.stranger, "north", "warden"))
	wantProblem(t, s.operate(http.MethodPut, membershipPath(s.stranger, "north"), `{"roles":[]}`, "head"), http.StatusForbidden, "forbidden")
	wantProblem(t, s.operate(http.MethodDelete, membershipPath(s.stranger, "north"), "", "head"), http.StatusForbidden, "forbidden")

	for _, act := range depose[3:] {
		if got := s.operate(act.method, act.path, act.body, "he.yun", anyVersion, "*"); got.status >= http.StatusBadRequest {
			t.Errorf("%s %s: %d %s", act.method, act.path, got.status, got.text)
		}
	}
}

// What changes nothing leaves no event.
func TestWhatChangesNothingLeavesNoEvent(t *testing.T) {
	t.Parallel()
	s := newSchools(t)
	s.provenApplication(account.RightUsersRead)
	events := func() int {
		return len(s.events(account.AuditUserRoleChanged, account.AuditApplicationLinked, account.AuditMembershipAdded, account.AuditSessionEnded,
			account.AuditWebhookChanged))
	}
	added := s.operate(http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com/"}`, "root")
	webhook := "/admin/webhooks/" + added.body["webhook"].(map[string]any)["id"].(string)
	acts := []request{
		{method: http.MethodPut, path: userPath(s.pupil, "/role"), body: `{"role":"administrator"}`},
		{method: http.MethodPut, path: "/admin/applications/operating/organisations/north"},
		{method: http.MethodPut, path: membershipPath(s.pupil, "north"), body: `{"roles":["teacher"]}`},
		{method: http.MethodDelete, path: userPath(s.pupil, "/sessions")},
		{method: http.MethodPatch, path: webhook, body: `{"url":"https://hooks.example.com/a"}`},
	}
	s.jwt("pupil")
	for _, act := range acts {
		before := events()
		first := s.operate(act.method, act.path, act.body, "root", anyVersion, "*")
		once := events()
		again := s.operate(act.method, act.path, act.body, "root", anyVersion, "*")
		if first.status >= http.StatusBadRequest || again.status != first.status || once == before || events() != once {
			t.Errorf("%s %s: %d, again %d; %d events, then %d, then %d", act.method, act.path, first.status, again.status, before, once, events())
		}
	}
}

// A failure names the field and what it may be, and how to prove oneself.
func TestFailuresOfTheAdminAPINameWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newSchools(t)
	for range account.MaxWebhooks {
		wantStatus(t, s.operate(http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com:8443/"}`, "root"), http.StatusCreated)
	}
	for _, c := range []struct{ method, path, body, field, title string }{
		{http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com/"}`, "url", "there are 50 already"},
		{http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com:0/"}`, "url", "format"},
		{http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com:99999/"}`, "url", "format"},
		{http.MethodGet, "/admin/users?limit=201", "", "limit", "1–200"},
		{http.MethodGet, "/admin/figures?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "", "until", "> since"},
		{http.MethodPost, "/admin/organisations", `{"code":".","name":"x"}`, "code", "format"},
		{http.MethodPost, "/admin/organisations", `{"code":"..","name":"x"}`, "code", "format"},
		{http.MethodPost, "/admin/roles", `{"code":"..","name":"x"}`, "code", "format"},
		{http.MethodPost, "/admin/applications", `{"id":"..","name":"x"}`, "id", "format"},
	} {
		got := s.operate(c.method, c.path, c.body, "root", "Accept-Language", "en")
		wantProblem(t, got, http.StatusBadRequest, "invalid_field", c.field, c.title)
	}
	for _, code := range []string{"...", ".a", "..a", "a.", "a"} {
		wantStatus(t, s.operate(http.MethodPost, "/admin/organisations", `{"code":"`+code+`","name":"x"}`, "root"), http.StatusCreated)
		wantStatus(t, s.operate(http.MethodPost, "/admin/applications", `{"id":"`+code+`","name":"x"}`, "root"), http.StatusCreated)
	}
	if _, err := s.accounts.CommandLine().AddOrganisation(t.Context(), "..", "x"); err == nil {
		t.Error("the command line adds an organisation that no path names")
	}
	s.provenApplication(account.RightUsersRead)
	wrong := s.get("/admin/users", "Authorization", "Basic b3BlcmF0aW5nOndyb25n")
	if challenge := wrong.header.Get("WWW-Authenticate"); wrong.status != http.StatusUnauthorized || challenge != `Basic realm="quartet"` {
		t.Errorf("%d, %s", wrong.status, challenge)
	}
}

// What a webhook sends is an event of the audit, which not everybody reads who reads webhooks.
func TestADeliveryShowsItsEventToWhoReadsTheAudit(t *testing.T) {
	t.Parallel()
	s := newSchools(t)
	added := wantStatus(t, s.operate(http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com/"}`, "root"), http.StatusCreated)
	hook := added.body["webhook"].(map[string]any)["id"].(string)
	tested := wantStatus(t, s.operate(http.MethodPost, "/admin/webhooks/"+hook+"/test", "", "root"), http.StatusAccepted)
	path := "/admin/deliveries/" + tested.body["id"].(string)
	application := "Basic " + s.provenApplication(account.RightWebhooksRead)
	if got := wantStatus(t, s.operate(http.MethodGet, path, "", application), http.StatusOK); got.body["payload"] != nil {
		t.Errorf("without the right: %s", got.text)
	}
	_, err := s.accounts.CommandLine().ChangeApplication(t.Context(), "operating", account.ApplicationChange{Rights: &[]string{account.RightWebhooksRead, account.RightAuditRead}})
	must(t, err)
	if got := wantStatus(t, s.operate(http.MethodGet, path, "", application), http.StatusOK); got.body["payload"] == nil {
		t.Errorf("with the right: %s", got.text)
	}
}

func TestAPreviewLeavesAnEvent(t *testing.T) {
	t.Parallel()
	s := newSchools(t)
	wantStatus(t, s.operate(http.MethodPost, userPath(s.pupil, "/answers"), `{"dialect":"cas"}`, "root"), http.StatusOK)
	wantEvents(t, s.events(account.AuditDataCopied), `data_copied {"answer_of":"cas"}`)
}
