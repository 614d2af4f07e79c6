package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/store"
)

// adminAccess says who may call each operation of the tag admin: m a member, o a member who
// administers an organisation, p an application without rights, a an application with every
// right that one can have, A an administrator, S a super administrator. "" is everybody.
var adminAccess = map[string]string{
	"signInAdministrator":     "",
	"setUpAdministrator":      "",
	"signOutAdministrator":    "moAS",
	"readAdministrator":       "moAS",
	"listUsers":               "oaAS",
	"addUser":                 "aAS",
	"readUser":                "oaAS",
	"changeUser":              "aAS",
	"setUserRole":             "S",
	"setUserPassword":         "aAS",
	"eraseUser":               "aS",
	"mergeUser":               "aS",
	"exportUser":              "aS",
	"unlockUser":              "aAS",
	"previewAnswer":           "S",
	"endSessionsOfUser":       "aAS",
	"findSessions":            "aAS",
	"endAnySession":           "aAS",
	"listLockouts":            "aAS",
	"unlockClientIp":          "aAS",
	"listMembershipsOfUser":   "oaAS",
	"setMembership":           "oaAS",
	"removeMembership":        "oaAS",
	"listOrganisations":       "oaAS",
	"addOrganisation":         "aAS",
	"readOrganisation":        "oaAS",
	"changeOrganisation":      "aAS",
	"deleteOrganisation":      "aAS",
	"listMembers":             "oaAS",
	"listRoles":               "oaAS",
	"addRole":                 "aAS",
	"readRole":                "oaAS",
	"changeRole":              "aAS",
	"deleteRole":              "aAS",
	"listApplications":        "aAS",
	"addApplication":          "S",
	"readApplication":         "aAS",
	"changeApplication":       "S",
	"deleteApplication":       "S",
	"linkOrganisation":        "S",
	"unlinkOrganisation":      "S",
	"listApplicationSecrets":  "aAS",
	"addApplicationSecret":    "S",
	"revokeApplicationSecret": "S",
	"listSigningKeys":         "aAS",
	"rotateSigningKey":        "S",
	"retireSigningKey":        "S",
	"listAudit":               "aAS",
	"readFigures":             "aAS",
	"listWebhooks":            "aAS",
	"addWebhook":              "S",
	"readWebhook":             "aAS",
	"changeWebhook":           "S",
	"deleteWebhook":           "S",
	"rotateWebhookSecret":     "S",
	"testWebhook":             "S",
	"replayDeliveries":        "S",
	"listDeliveries":          "aAS",
	"readDelivery":            "aAS",
	"replayDelivery":          "S",
}

func TestAdminAccess(t *testing.T) {
	w := newWorld(t, manyCodes)
	w.add("tao.ran", store.RoleMember)
	w.add("he.yun", store.RoleAdministrator)
	w.add("root", store.RoleSuperAdministrator)
	head := w.add("lu.jiahe", store.RoleMember)
	w.member(head, "10020027", "js_000008")
	must(t, w.store.InTx(t.Context(), func(tx store.Tx) error { return tx.SetRoleAdministers(t.Context(), "js_000008", true) }))
	command := w.accounts.CommandLine()
	basic := func(id string, rights []string) string {
		_, err := command.AddApplication(t.Context(), id, "应用", nil)
		must(t, err)
		secret, err := command.AddApplicationSecret(t.Context(), id)
		must(t, err)
		_, err = command.ChangeApplication(t.Context(), id, account.ApplicationChange{Rights: &rights})
		must(t, err)
		r, err := http.NewRequest(http.MethodGet, "/", nil)
		must(t, err)
		r.SetBasicAuth(id, secret.Text)
		return r.Header.Get("Authorization")
	}
	none, every := basic("none", []string{account.RightContact}), basic("every", account.KnownRights())
	names := map[byte]string{'m': "tao.ran", 'o': "lu.jiahe", 'A': "he.yun", 'S': "root"}
	credential := func(who byte) string {
		switch who {
		case '-':
			return ""
		case 'p':
			return none
		case 'a':
			return every
		default:
			return "Bearer " + w.jwt(names[who])
		}
	}
	for id, r := range adminRequests(t) {
		for _, who := range []byte("-mopaAS") {
			t.Run(fmt.Sprintf("%s/%c", id, who), func(t *testing.T) {
				w := *w
				w.t = t
				sent := r
				sent.header = maps.Clone(r.header)
				sent.header["Authorization"] = credential(who)
				got := w.send(sent)
				allowed := adminAccess[id]
				refused := got.status == http.StatusUnauthorized || got.status == http.StatusForbidden
				switch {
				case allowed == "" && id == "setUpAdministrator": // there are users
					requireFailure(t, "admin", got, http.StatusForbidden)
				case allowed == "" && id == "signInAdministrator": // there is no such user
					requireFailure(t, "admin", got, http.StatusUnauthorized)
				case strings.IndexByte(allowed, who) >= 0 && refused:
					t.Errorf("is refused: %d %s", got.status, got.text)
				case strings.IndexByte(allowed, who) < 0 && who == '-' && got.status != http.StatusUnauthorized,
					strings.IndexByte(allowed, who) < 0 && !refused:
					t.Errorf("is let in: %d %s", got.status, got.text)
				}
			})
		}
	}
}

// adminRequests are the requests of the tag admin, made of its examples, by operation.
func adminRequests(t *testing.T) map[string]request {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	must(t, err)
	requests := map[string]request{}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			if !slices.Contains(operation.Tags, "admin") {
				continue
			}
			r := request{method: method, path: path, header: map[string]string{}}
			for _, parameter := range slices.Concat(item.Parameters, operation.Parameters) {
				p := parameter.Value
				value := p.Example
				if example := p.Examples["ok"]; example != nil {
					value = example.Value.Value
				}
				switch {
				case p.In == openapi3.ParameterInPath:
					r.path = strings.ReplaceAll(r.path, "{"+p.Name+"}", fmt.Sprint(value))
				case p.In == openapi3.ParameterInHeader && p.Required:
					r.header[p.Name] = fmt.Sprint(value)
				case p.Required:
					t.Fatalf("%s needs %s", operation.OperationID, p.Name)
				}
			}
			if operation.RequestBody != nil {
				body, err := json.Marshal(operation.RequestBody.Value.Content[jsonMedia].Examples["ok"].Value.Value)
				must(t, err)
				r.body, r.header["Content-Type"] = string(body), jsonMedia
			}
			requests[operation.OperationID] = r
		}
	}
	return requests
}
