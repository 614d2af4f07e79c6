package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/server/token"
	"quartet/store"
)

// canary marks the inserted secrets.
const canary = "CANARY"

// subject is a user whose every secret is recognisable.
type subject struct {
	id               int64
	username, mobile string
	token            string // of a session of theirs
}

// insertSubjects adds users with a canary in every secret column.
func (s *cluster) insertSubjects(t *testing.T) []subject {
	t.Helper()
	var all []subject
	for n := range many(100) {
		one := subject{username: fmt.Sprintf("subject.%03d", n), mobile: fmt.Sprintf("137%08d", n)}
		id, err := s.rules.CommandLine().AddUser(t.Context(), account.AddedUser{NewUser: account.NewUser{
			Username: one.username, Profile: account.Profile{Mobile: &one.mobile, IDCard: new(fmt.Sprintf("11010119900101%04d", n))},
		}, Role: store.RoleMember, MobileVerified: true})
		must(t, err)
		one.id, one.token = id, s.session(t, id)
		s.setCode(t, account.PurposeSignIn, one.mobile)
		must(t, s.rules.CommandLine().AddMembership(t.Context(), id, "10020027", ""))
		all = append(all, one)
	}
	for _, change := range []string{
		// Salt and key as argon2id writes them, so that they are compared with.
		"UPDATE users SET password_hash = '$argon2id$v=19$m=8,t=1,p=1$" + canary + "SALTAAAAAAAAAAAA$" + canary + "KEYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' WHERE username LIKE 'subject.%'",
		"UPDATE users SET security_stamp = '" + canary + "STAMP' || CAST(id AS TEXT)",
		"UPDATE sessions SET refresh_hash = '" + canary + "REFRESH' || CAST(id AS TEXT), previous_access_hash = '" + canary + "PREVIOUS' || CAST(id AS TEXT)",
		"UPDATE one_time_codes SET code_mac = '" + canary + "MAC' || mobile_index",
	} {
		s.exec(t, change)
	}
	return all
}

// secrets are the canary and the secrets that cannot be replaced, because the server
// has to decrypt them.
func (s *cluster) secrets(t *testing.T, subjects []subject) (all []string) {
	t.Helper()
	all = []string{canary}
	for _, column := range []string{"mobile_sealed", "mobile_index", "id_card_sealed", "password_hash"} {
		all = append(all, s.texts(t, "SELECT "+column+" FROM users")...)
	}
	for _, query := range []string{"SELECT access_hash FROM sessions", "SELECT secret_hash FROM application_secrets", "SELECT secret_sealed FROM webhooks"} {
		all = append(all, s.texts(t, query)...)
	}
	for _, one := range subjects {
		all = append(all, one.token, token.Hash(one.token))
	}
	return all
}

var userInPath = regexp.MustCompile("^/admin/users/[0-9]+")

// about changes a documented request into one about the subject.
func (one subject) about(r contract.Request, unique string) contract.Request {
	r = r.Clone()
	r.Path = userInPath.ReplaceAllString(r.Path, fmt.Sprint("/admin/users/", one.id))
	values := map[string]any{
		"id": one.id, "userId": one.id, "mobile": one.mobile, "loginAccount": one.username,
		"validateNo": someCode, "username": unique, "email": unique + "@example.com", "newPassword": otherPassword,
	}
	for name := range r.Query {
		if value, ok := values[name]; ok {
			r.Query.Set(name, fmt.Sprint(value))
		}
	}
	kind := r.Header.Get("Content-Type")
	switch fields, err := url.ParseQuery(r.Body); {
	case kind == contract.MediaJSON:
		r.Body = replaced(r.Body, values)
	case err == nil && kind == contract.MediaForm:
		for name := range fields {
			if value, ok := values[name]; ok {
				fields.Set(name, fmt.Sprint(value))
			} else if strings.HasPrefix(fields.Get(name), "{") {
				fields.Set(name, replaced(fields.Get(name), values))
			}
		}
		r.Body = fields.Encode()
	}
	return r
}

func replaced(object string, values map[string]any) string {
	var members map[string]any
	decoder := json.NewDecoder(strings.NewReader(object))
	decoder.UseNumber()
	if decoder.Decode(&members) != nil {
		return object
	}
	for name := range members {
		if value, ok := values[name]; ok {
			members[name] = value
		}
	}
	text, _ := json.Marshal(members)
	return string(text)
}

// costly operations hash a password.
var costly = []string{"signInByPassword", "updatePassword", "createUser"}

// TestWho_Canaries calls every operation as every role about users with recognisable
// secrets, and looks for these in the responses.
func TestWho_Canaries(t *testing.T) {
	onEachEngine(t, []string{"--demo"}, func(t *testing.T, s *cluster) {
		subjects := s.insertSubjects(t)
		roles := map[string]func(subject) string{
			"anonymous": func(subject) string { return "" },
			"oneself":   func(one subject) string { return one.token },
		}
		for name, role := range map[string]string{"other": store.RoleMember, "administrator": store.RoleAdministrator, "super": store.RoleSuperAdministrator} {
			access := s.session(t, s.person(t, "user."+name, role))
			roles[name] = func(subject) string { return access }
		}
		secrets, indices := s.secrets(t, subjects), s.texts(t, "SELECT mobile_index FROM users")
		answered, calls := map[string]bool{}, 0
		for _, o := range inOrder(t) {
			for role, tokenOf := range roles {
				for n, one := range concerned(o, subjects) {
					r := one.about(o.Requests("ok")[0], fmt.Sprintf("new.%s.%d", role, n))
					if o.OperationID == "closeAccount" {
						r.Body = "{}" // the subjects' passwords are canaries; their sign-in is the proof
					}
					loadedContract(t).Authorise(&r, o, tokenOf(one), contract.Application{ID: "1"})
					got := s.server(n).send(t, r)
					answered[o.OperationID] = answered[o.OperationID] || got.Status/100 == 2
					calls++
					reveal(t, o.OperationID+" as "+role, got, secrets)
				}
			}
		}
		t.Logf("%d calls", calls)
		for _, id := range []string{"getUserDetail", "postUserDetail", "getUserInfo", "updateUser", "createUser", "listSessions", "refreshUser", "signOut", "updatePassword", "getWeChatUserInfo", "copyMyData", "listSignIns", "closeAccount",
			"listUsers", "readUser", "exportUser", "changeUser", "setUserPassword", "listMembershipsOfUser", "previewAnswer", "findSessions", "listLockouts",
			"listAudit", "listMembers", "listApplications", "listApplicationSecrets", "addApplicationSecret", "listWebhooks", "listDeliveries", "listSigningKeys",
		} {
			if !answered[id] {
				t.Errorf("%s never succeeded: nothing was proved of it", id)
			}
		}
		// The log may name a mobile by its index, as the audit does: without the
		// key it tells nobody's number, and operators have to find a row by it.
		secrets = slices.DeleteFunc(secrets, func(secret string) bool { return slices.Contains(indices, secret) })
		for _, server := range s.servers {
			reveal(t, "the log", answer{Answer: contract.Answer{Text: server.wholeLog(t)}}, secrets)
		}
	})
}

// inOrder are all operations, with those that end the caller's session last.
func inOrder(t *testing.T) []contract.Operation {
	t.Helper()
	// A super administrator cannot close their account, so that one session is left to sign out.
	last := []string{"mergeUser", "eraseUser", "closeAccount", "signOut", "signOutAdministrator"}
	all := slices.DeleteFunc(slices.Clone(loadedContract(t).Operations()), func(o contract.Operation) bool {
		return o.OperationID == "resetDemo" // it would delete the subjects
	})
	slices.SortStableFunc(all, func(a, b contract.Operation) int {
		return slices.Index(last, a.OperationID) - slices.Index(last, b.OperationID)
	})
	return all
}

// concerned are the users that an operation is called about: all of them where
// its request names one, otherwise the first.
func concerned(o contract.Operation, all []subject) []subject {
	ok := o.Requests("ok")[0]
	if about := all[0].about(ok, "x"); about.Target() == ok.Target() && about.Body == ok.Body {
		return all[:1]
	}
	if slices.Contains(costly, o.OperationID) {
		return all[:3]
	}
	if strings.HasPrefix(o.Path, "/admin/") && o.Method != http.MethodGet {
		return all[len(all)-3:] // they may be gone after it
	}
	return all
}

// reveal looks for secrets in a response.
func reveal(t *testing.T, where string, got answer, secrets []string) {
	t.Helper()
	var whole bytes.Buffer
	_ = got.Header.Write(&whole)
	whole.WriteString(got.Text)
	for _, secret := range secrets {
		if strings.Contains(whole.String(), secret) {
			t.Errorf("%s reveals %s", where, secret)
			return
		}
	}
}
