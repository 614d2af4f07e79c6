package contracttest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/server"
	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/password"
	"quartet/store"
	"quartet/store/storetest"
)

func isAdmin(o documented) bool { return slices.Contains(o.Tags, "admin") }

// adminBuilders build the requests of examples where those of other operations do not fit.
var adminBuilders map[string]builder

func init() {
	adminBuilders = map[string]builder{
		"forbidden":                byMember,
		"refresh_reused":           withSession("ended_at = 1, end_reason = 'refresh_reused'"),
		"not_found":                aboutNobody(""),
		"user_not_found":           aboutNobody("{userId}"),
		"session_not_found":        aboutNobody("{sessionId}"),
		"precondition_failed":      ofOldVersion,
		"idempotency_key_reused":   withKeyOfAnother,
		"last_super_administrator": aboutTheAdministrator,
		"too_many_requests":        tooManySecrets,
		"overloaded":               overloadedAdmin,
		"keys_read_only":           withKeysThatCanOnlyBeRead,
		"conflict":                 inConflict,
		"mobile_taken":             takenBy(`{"mobile":"13800138000","mobileVerified":true}`),
		"email_taken":              takenBy(`{"email":"demo@example.com"}`),
	}
}

// byMember sends what succeeds with the token of a user without any right.
func byMember(r *target, t *testing.T, o documented) []sent {
	made := o.Requests("ok")[0]
	r.authorise(&made, o, r.jwt(t, r.demo, "demo", "quartet-demo"))
	return to(r.demo, made)
}

// aboutNobody sends what succeeds, about something that does not exist: the parameter of the
// path, "" for the last one.
func aboutNobody(parameter string) builder {
	return func(r *target, t *testing.T, o documented) []sent {
		made := r.succeeding(t, o)
		template, path := strings.Split(o.Path, "/"), strings.Split(made.Path, "/")
		for i, part := range slices.Backward(template) {
			if part == parameter || parameter == "" && strings.HasPrefix(part, "{") {
				path[i] = "99999999"
				if part == "{deliveryId}" {
					path[i] = "msg_99_99"
				}
				break
			}
		}
		made.Path = strings.Join(path, "/")
		return to(r.demo, made)
	}
}

// ofOldVersion sends an old version of something that has not been deleted.
func ofOldVersion(r *target, t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	if path := map[string]string{
		"eraseUser": "/admin/users/1", "deleteOrganisation": "/admin/organisations/10020027",
		"deleteRole": "/admin/roles/js_000008", "deleteApplication": "/admin/applications/1",
	}[o.OperationID]; path != "" {
		made.Path = path
	}
	if o.OperationID == "deleteWebhook" {
		made.Path = r.newWebhook(t)
	}
	made.Header.Set("If-Match", `"123456789"`)
	return to(r.demo, made)
}

// newWebhook adds a webhook and gives its path.
func (r *target) newWebhook(t *testing.T) string {
	t.Helper()
	add, _ := r.contract.Operation("addWebhook")
	added := r.demo.send(t, r.succeeding(t, add)).body["webhook"].(map[string]any)
	return "/admin/webhooks/" + added["id"].(string)
}

// withKeyOfAnother sends the Idempotency-Key of another creation.
func withKeyOfAnother(r *target, t *testing.T, o documented) []sent {
	key := "key-of-" + o.OperationID
	other, _ := r.contract.Operation("addOrganisation")
	first := r.succeeding(t, other)
	first.Body = fmt.Sprintf(`{"code":%q,"name":"某校"}`, key)
	first.Header.Set("Idempotency-Key", key)
	if got := r.demo.send(t, first); got.status != http.StatusCreated {
		t.Fatalf("a creation with a key: %s", got.text)
	}
	made := r.succeeding(t, o)
	made.Header.Set("Idempotency-Key", key)
	return to(r.demo, made)
}

// aboutTheAdministrator demotes, disables or erases the demonstration's only super
// administrator.
func aboutTheAdministrator(r *target, t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	id := map[string]string{"eraseUser": "4", "setUserRole": "4", "changeUser": "3"}[o.OperationID]
	made.Path = strings.Replace(made.Path, "/users/"+id, "/users/2", 1)
	switch o.OperationID {
	case "setUserRole":
		made.Body = `{"role":"member"}`
	case "changeUser":
		made.Body = `{"disabled":true}`
	}
	return to(r.demo, made)
}

// tooManySecrets sends the fourth secret of nobody where three are allowed; the fourth token
// of a first start likewise.
func tooManySecrets(r *target, t *testing.T, o documented) []sent {
	made := o.Requests("ok")[0]
	if o.Extensions["x-access"] == "administration" {
		made.Header.Set("Authorization", contract.Application{ID: "nobody", Secret: "wrong"}.Basic())
	}
	within := 3
	if o.OperationID == "setUpAdministrator" {
		within = int(account.DefaultLimits().CodeRefusedPerIP.Times)
	}
	for range within {
		r.plain.send(t, made)
	}
	return to(r.plain, made)
}

// overloadedAdmin sends the example to a server all of whose hashing slots are in use.
func overloadedAdmin(r *target, t *testing.T, o documented) []sent {
	if o.OperationID == "signInAdministrator" {
		return overloaded(r, t, o)
	}
	hasher := password.NewHasher(password.Options{
		Parallel: 1, Queue: 1, Wait: 1, Params: password.Params{Memory: 8, Iterations: 1, Parallelism: 1},
	})
	accounts := account.New(accountConfig(t, storetest.SQLite(t), hasher))
	busy := inProcess(t, server.Options{Accounts: accounts})
	made := o.Requests("ok")[0]
	if o.OperationID == "setUpAdministrator" {
		token, err := accounts.NewSetUpToken(t.Context())
		must(t, err)
		made.Body = fmt.Sprintf(`{"token":%q,"username":"gu.qinghe","password":%q}`, token, memberPassword)
	} else {
		for username, role := range map[string]string{"root": store.RoleSuperAdministrator, "tao.ran": store.RoleMember} {
			id, err := accounts.CommandLine().AddUser(t.Context(), account.AddedUser{
				NewUser: account.NewUser{Username: username, Password: new(memberPassword)}, Role: role,
			})
			must(t, err)
			made.Path = strings.Replace(made.Path, "/users/3", fmt.Sprint("/users/", id), 1)
		}
		made.Body = map[string]string{
			"addUser": `{"username":"gu.qinghe","password":"` + memberPassword + `"}`, "setUserPassword": `{"password":"` + memberPassword + `"}`,
		}[o.OperationID]
		r.authorise(&made, o, r.jwt(t, busy, "root", memberPassword))
	}
	keepHashing(t, hasher)
	return to(busy, made)
}

// withKeysThatCanOnlyBeRead sends what changes the keys of a server that only reads them.
func withKeysThatCanOnlyBeRead(r *target, t *testing.T, o documented) []sent {
	config := accountConfig(t, storetest.SQLite(t), password.NewHasher(password.Options{}))
	accounts := account.New(config)
	reading := inProcess(t, server.Options{Accounts: accounts, SigningKeys: readOnlyKeys{}})
	_, err := accounts.CommandLine().AddUser(t.Context(), account.AddedUser{
		NewUser: account.NewUser{Username: "root", Password: new(memberPassword)}, Role: store.RoleSuperAdministrator,
	})
	must(t, err)
	made := o.Requests("ok")[0]
	r.authorise(&made, o, r.jwt(t, reading, "root", memberPassword))
	return to(reading, made)
}

type readOnlyKeys struct{ account.NoSigningKeys }

func (readOnlyKeys) Rotate(string, time.Duration) (account.SigningKey, error) {
	return account.SigningKey{}, apierr.New(apierr.KeysReadOnly)
}

func (readOnlyKeys) Retire(string, bool) error { return apierr.New(apierr.KeysReadOnly) }

// inConflict adds a third secret, retires the newest key, or tests a disabled webhook.
func inConflict(r *target, t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	switch o.OperationID {
	case "addApplicationSecret":
		for range account.MaxApplicationSecrets {
			r.demo.send(t, made)
		}
	case "retireSigningKey":
		list, _ := r.contract.Operation("listSigningKeys")
		keys := r.demo.send(t, r.succeeding(t, list)).body["items"].([]any)
		for _, key := range keys { // the one that stays is the newest
			made.Path = "/admin/keys/" + url.PathEscape(key.(map[string]any)["kid"].(string))
			if r.demo.send(t, made).status == http.StatusConflict {
				return to(r.demo, made)
			}
		}
	case "testWebhook":
		made.Path = r.newWebhook(t)
		change, _ := r.contract.Operation("changeWebhook")
		disable := r.succeeding(t, change)
		disable.Path, disable.Body = made.Path, `{"disabled":true}`
		r.demo.send(t, disable)
		made.Path += "/test"
	}
	return to(r.demo, made)
}

// takenBy changes a user to what another has.
func takenBy(body string) builder {
	return func(r *target, t *testing.T, o documented) []sent {
		made := r.succeeding(t, o)
		made.Body = body
		return to(r.demo, made)
	}
}

// firstStart is the set-up of a server without users, by the address that it has written.
func firstStart(t *testing.T, program string, o documented, password string) []sent {
	keys := filepath.Join(t.TempDir(), "keys")
	where := serve(t, program, "--database", storetest.SQLiteURL(t), "--keys", keys)
	address, err := os.ReadFile(keys + ".setup")
	must(t, err)
	_, token, _ := strings.Cut(strings.TrimSpace(string(address)), "token=")
	made := o.Requests("ok")[0]
	made.Body = fmt.Sprintf(`{"token":%q,"username":"gu.qinghe","password":%q}`, token, password)
	return to(where, made)
}
