package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/store"
)

func TestApplicationsAreRegisteredChangedAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	for _, code := range []string{"north", "south", "east"} {
		_, err := w.accounts.CommandLine().AddOrganisation(t.Context(), code, "学校")
		must(t, err)
	}
	const list, path = "/admin/applications", "/admin/applications/portal"
	body := `{"id":"portal","name":"门户","rights":["users.read","nickname"],"organisations":["south","north"]}`
	added := wantStatus(t, w.operate(http.MethodPost, list, body, "root", "Idempotency-Key", "a"), http.StatusCreated)
	again := wantStatus(t, w.operate(http.MethodPost, list, body, "root", "Idempotency-Key", "a"), http.StatusCreated)
	if fmt.Sprint(added.body["organisations"], added.body["rights"]) != "[north south] [nickname users.read]" || again.text != added.text {
		t.Errorf("%s, then %s", added.text, again.text)
	}
	wantProblem(t, w.operate(http.MethodPost, list, body, "root"), http.StatusConflict, "already_exists", "id")
	for field, body := range map[string]string{
		"organisations": `{"id":"next","name":"x","organisations":["north","west"]}`,
		"rights":        `{"id":"next","name":"x","rights":["users.role"]}`,
		"id":            `{"id":"quartet","name":"x"}`,
	} {
		wantProblem(t, w.operate(http.MethodPost, list, body, "root"), http.StatusBadRequest, "invalid_field", field)
	}
	wantProblem(t, w.operate(http.MethodPost, list, `{"id":"next","name":"x","rights":["contact"]}`, "root"), http.StatusBadRequest, "invalid_field", "rights", "contact")
	wantProblem(t, w.operate(http.MethodPatch, path, `{"rights":["contact"]}`, "root", "If-Match", "*"), http.StatusBadRequest, "invalid_field", "rights", "contact")
	tag := added.header.Get("ETag")
	changed := wantStatus(t, w.operate(http.MethodPatch, path, `{"rights":["audit.read"],"organisations":["north","east"],"disabled":true}`, "root", "If-Match", tag), http.StatusOK)
	if fmt.Sprint(changed.body["organisations"], changed.body["rights"], changed.body["disabled"]) != "[east north] [audit.read] true" {
		t.Error(changed.text)
	}
	wantProblem(t, w.operate(http.MethodPatch, path, `{"name":"x"}`, "root", "If-Match", tag), http.StatusPreconditionFailed, "precondition_failed")
	wantProblem(t, w.operate(http.MethodPatch, path, `{"name":"x"}`, "root", "If-Match", `"9999999999999999999"`), http.StatusPreconditionFailed, "precondition_failed")
	wantProblem(t, w.operate(http.MethodPatch, path, `{"organisations":["west"]}`, "root", "If-Match", "*"), http.StatusBadRequest, "invalid_field", "organisations")
	tag = changed.header.Get("ETag")
	for range 2 {
		wantStatus(t, w.operate(http.MethodPut, path+"/organisations/south", "", "root"), http.StatusNoContent)
	}
	wantStatus(t, w.operate(http.MethodDelete, path+"/organisations/east", "", "root"), http.StatusNoContent)
	wantProblem(t, w.operate(http.MethodDelete, path+"/organisations/east", "", "root"), http.StatusNotFound, "not_found", "organisation")
	wantProblem(t, w.operate(http.MethodPut, path+"/organisations/west", "", "root"), http.StatusNotFound, "not_found", "organisation")
	wantProblem(t, w.operate(http.MethodPut, list+"/other/organisations/east", "", "root"), http.StatusNotFound, "not_found", "applicationId")
	wantProblem(t, w.operate(http.MethodDelete, path, "", "root", "If-Match", tag), http.StatusPreconditionFailed, "precondition_failed")
	read := wantStatus(t, w.operate(http.MethodGet, path, "", "root"), http.StatusOK)
	if fmt.Sprint(read.body["organisations"]) != "[north south]" {
		t.Error(read.text)
	}
	wantStatus(t, w.operate(http.MethodDelete, path, "", "root", "If-Match", read.header.Get("ETag")), http.StatusNoContent)
	for _, r := range [][2]string{{http.MethodGet, path}, {http.MethodDelete, path}, {http.MethodGet, path + "/secrets"}, {http.MethodPost, path + "/secrets"}, {http.MethodDelete, path + "/secrets/1"}} {
		wantProblem(t, w.operate(r[0], r[1], "", "root", "If-Match", "*"), http.StatusNotFound, "not_found", "applicationId")
	}
}

func TestSecretsOfApplicationsRotateByTheAdminAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	w.application("portal", "")
	_, err := w.accounts.CommandLine().ChangeApplication(t.Context(), "portal", account.ApplicationChange{Rights: &[]string{account.RightRolesRead}})
	must(t, err)
	const path = "/admin/applications/portal/secrets"
	works := func(secret string, status int) {
		t.Helper()
		wantStatus(t, w.operate(http.MethodGet, "/admin/roles", "", contract.Application{ID: "portal", Secret: secret}.Basic()), status)
	}
	first := wantStatus(t, w.operate(http.MethodPost, path, "", "root", "Idempotency-Key", "a"), http.StatusCreated)
	again := wantStatus(t, w.operate(http.MethodPost, path, "", "root", "Idempotency-Key", "a"), http.StatusCreated)
	second := wantStatus(t, w.operate(http.MethodPost, path, "", "root", "Idempotency-Key", "b"), http.StatusCreated)
	if first.text != again.text || first.body["secret"] == second.body["secret"] {
		t.Errorf("%s, %s, %s", first.text, again.text, second.text)
	}
	wantProblem(t, w.operate(http.MethodPost, path, "", "root"), http.StatusConflict, "conflict", "secret")
	works(first.body["secret"].(string), http.StatusOK)
	works(second.body["secret"].(string), http.StatusOK)
	wantStatus(t, w.operate(http.MethodDelete, path+"/"+first.body["id"].(string), "", "root"), http.StatusNoContent)
	wantProblem(t, w.operate(http.MethodDelete, path+"/"+first.body["id"].(string), "", "root"), http.StatusNotFound, "not_found", "secret")
	works(first.body["secret"].(string), http.StatusUnauthorized)
	works(second.body["secret"].(string), http.StatusOK)
	if log := w.log.String(); strings.Contains(log, "qas_") {
		t.Error("a secret is in the log")
	}
	for _, event := range w.events() {
		if strings.Contains(event, "qas_") {
			t.Errorf("a secret is in the audit: %s", event)
		}
	}
}

// The vocabularies of the contract are those of the rules.
func TestTheContractListsEveryRightAndEveryKindOfEvent(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	must(t, err)
	for schema, want := range map[string][]string{"AdminApplicationRight": account.KnownRights(), "AdminAuditKind": account.AuditKinds()} {
		var listed []string
		for _, value := range document.Components.Schemas[schema].Value.Enum {
			listed = append(listed, value.(string))
		}
		for _, name := range want {
			if !slices.Contains(listed, name) {
				t.Errorf("%s lacks %s", schema, name)
			}
		}
		if len(listed) != len(want) {
			t.Errorf("%s has %d values, the rules %d", schema, len(listed), len(want))
		}
	}
}
