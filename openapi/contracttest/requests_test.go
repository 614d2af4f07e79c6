package contracttest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
	"quartet/server/apierr"
	"quartet/store"
)

// sent is a request to one of the servers.
type sent struct {
	request
	to       origin
	unending bool // its body never ends
}

func (s sent) body() io.Reader {
	if !s.unending {
		return bytes.NewBufferString(s.Body)
	}
	never, _ := io.Pipe()
	return io.MultiReader(strings.NewReader(s.Body), never)
}

// requests are those that the contract answers with the example: those
// that need no more than a request, and those that need a hand on the database,
// other limits or another server.
func (r *target) requests(t *testing.T, o documented, status, example string) []sent {
	t.Helper()
	switch o.OperationID + " " + example {
	case "verifyMobile mobile_taken":
		return r.mobileOfAnotherUser(t, o)
	case "verifyMobile wrong_old_password":
		return withProof(`{"mobile":"13900000077","validateNo":"000000","password":"not-the-password"}`)(r, t, o)
	case "verifyMobile fresh_proof_required":
		return withProof(`{"mobile":"13900000077","validateNo":"000000"}`)(r, t, o)
	case "updateUser fresh_proof_required":
		return r.withOldSession(t, o, "2", `{"id":2,"mobile":"13900000077"}`)
	case "updatePassword fresh_proof_required":
		return r.withOldSession(t, o, "2", `{"userId":2,"newPassword":"`+memberPassword+`"}`)
	case "changeUser fresh_proof_required":
		return r.withOldSession(t, o, "2", `{"mobile":"13900000077"}`)
	case "setUserPassword fresh_proof_required", "eraseUser fresh_proof_required":
		return r.withOldSession(t, o, "2", "{}")
	case "mergeUser fresh_proof_required":
		return r.withOldSession(t, o, "3", `{"into":"2"}`)
	case "setUserRole fresh_proof_required":
		return withProof(`{"role":"member"}`)(r, t, o)
	case "changeRole fresh_proof_required":
		return withProof(`{"administers":true}`)(r, t, o)
	case "setMembership fresh_proof_required":
		r.exec(t, "INSERT INTO roles (id, code, name, created_at, administers) VALUES (800, 'principal', '校长', 1, 1)")
		return withProof(`{"roles":["principal"]}`)(r, t, o)
	case "changeApplication fresh_proof_required":
		return withProof(`{"rights":["users.read"]}`)(r, t, o)
	case "changeWebhook fresh_proof_required":
		return withProof(`{"url":"https://other.example.com/"}`)(r, t, o)
	case "closeAccount wrong_old_password":
		return withProof(`{"password":"not-the-password"}`)(r, t, o)
	case "closeAccount wrong_code":
		return withProof(`{"validateNo":"000000"}`)(r, t, o)
	case "closeAccount fresh_proof_required":
		return withProof(`{}`)(r, t, o)
	case "setUpAdministrator ok":
		return firstStart(t, r.program, o, memberPassword)
	case "setUpAdministrator weak_password":
		return firstStart(t, r.program, o, "password123")
	case "retireSigningKey ok":
		rotate, _ := r.contract.Operation("rotateSigningKey")
		r.demo.send(t, r.succeeding(t, rotate))
		return to(r.demo, r.succeeding(t, o))
	case "resetForgottenPassword user_not_found":
		mobile, code := r.codeFor(t, "reset_password")
		made := r.succeeding(t, o)
		made.Body = `{"mobile":"` + mobile + `","validateNo":"` + code + `","newPassword":"` + memberPassword + `"}`
		return to(r.demo, made)
	}
	if build := adminBuilders[example]; build != nil && isAdmin(o) && !o.HasExample(example) {
		return build(r, t, o)
	}
	if build := builders[example]; build != nil && !o.HasExample(example) {
		return build(r, t, o)
	}
	requests, _, err := r.builder(t).Requests(t.Context(), replay.Case{Operation: o, Status: status, Example: example})
	must(t, err)
	return to(r.demo, requests...)
}

func (r *target) builder(t *testing.T) replay.RequestBuilder {
	return replay.RequestBuilder{Contract: r.contract, Fixtures: r.fixtures, Tokens: newTokens{t, r}}
}

// newTokens signs in for every request.
type newTokens struct {
	t *testing.T
	r *target
}

func (n newTokens) Token(_ context.Context, role string) (string, error) {
	fields := n.r.fixtures.Credentials[role].Fields
	return n.r.jwt(n.t, n.r.demo, fields["loginAccount"].(string), fields["password"].(string)), nil
}

func (n newTokens) EndedToken(context.Context) (string, error) { return "", nil }

func to(where origin, all ...request) []sent {
	var list []sent
	for _, one := range all {
		list = append(list, sent{request: one, to: where})
	}
	return list
}

// authorise adds the token and the demonstration's application with its secret.
func (r *target) authorise(made *request, o documented, token string) {
	r.contract.Authorise(made, o, token, contract.Application{ID: r.fixtures.Application, Secret: r.fixtures.ApplicationSecret})
}

// succeeding is the example that succeeds, authorised.
func (r *target) succeeding(t *testing.T, o documented) request {
	t.Helper()
	requests, _, err := r.builder(t).Requests(t.Context(), replay.Case{Operation: o, Status: success(o), Example: "ok"})
	must(t, err)
	if len(requests) == 0 { // the fixtures skip it
		requests = o.Requests("ok")
		r.authorise(&requests[0], o, r.jwt(t, r.demo, "admin", "quartet-admin"))
	}
	return requests[0]
}

// success is the status of an operation's success.
func success(o documented) string {
	return slices.MinFunc(slices.Collect(maps.Keys(o.Responses.Map())), strings.Compare)
}

// builder builds the requests of one example's name.
type builder func(r *target, t *testing.T, o documented) []sent

var builders map[string]builder

func init() {
	builders = map[string]builder{
		"unauthenticated":   anonymous,
		"token_expired":     withSession("access_expires_at = 1, expires_at = 1"),
		"session_ended":     withSession("ended_at = 1, end_reason = 'logout'"),
		"session_replaced":  withSession("ended_at = 1, end_reason = 'replaced'"),
		"replaced":          withSession("ended_at = 1, end_reason = 'replaced'"),
		"refresh_reused":    reusedPair,
		"too_many_requests": overLimit,
		"sms_unavailable":   withoutDemo,
		"path_not_found":    withoutDemo,
		"forbidden":         forbidden,

		"fresh_proof_required": withSession("created_at = 1"),
		"internal":             serverFault,
		"unavailable":          databaseDown,
		"file_moved":           notReady(apierr.FileMoved),
		"disk_full":            notReady(apierr.DiskFull),
		"overloaded":           overloaded,
		"not_modified":         alreadyHeld,
		"body_too_slow":        unending,
	}
}

// alreadyHeld sends the ETag of the first answer.
func alreadyHeld(r *target, t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	again := made.Clone()
	again.Header.Set("If-None-Match", r.demo.send(t, made).header.Get("ETag"))
	return to(r.demo, again)
}

// unending sends the example to the hasty server, with a body that does not end.
func unending(r *target, _ *testing.T, o documented) []sent {
	all := to(r.hasty, o.Requests("ok")[0])
	all[0].unending = true
	return all
}

// anonymous sends the example without a token to the server without --demo, where
// only administrators create users.
func anonymous(r *target, _ *testing.T, o documented) []sent {
	all := to(r.plain, o.Requests("ok")...)
	for i := range all {
		r.authorise(&all[i].request, o, "")
	}
	return all
}

// withSession sends the token of a session that is changed in the database.
func withSession(change string) builder {
	return func(r *target, t *testing.T, o documented) []sent {
		if o.OperationID == "refreshAccessToken" {
			access, refresh := r.pair(t)
			r.exec(t, "UPDATE sessions SET "+change+" WHERE id = (SELECT max(id) FROM sessions)")
			return to(r.demo, refreshing(access, refresh))
		}
		made := r.succeeding(t, o)
		r.exec(t, "UPDATE sessions SET "+change+" WHERE id = (SELECT max(id) FROM sessions)")
		return to(r.demo, made)
	}
}

// withProof sends a body with the token of a session that was opened long ago.
func withProof(body string) builder {
	return func(r *target, t *testing.T, o documented) []sent {
		all := withSession("created_at = 1")(r, t, o)
		all[0].Body = body
		return all[:1]
	}
}

// withOldSession sends a body about a user, with the token of a super administrator, whose
// id is 2, from a session that was opened long ago.
func (r *target) withOldSession(t *testing.T, o documented, userID, body string) []sent {
	made := o.Requests("ok")[0]
	made.Path, made.Body = strings.NewReplacer("{userId}", userID).Replace(o.Path), body
	if o.Method == http.MethodDelete {
		made.Body = ""
	}
	made.Header.Set("Content-Type", contract.MediaJSON)
	r.authorise(&made, o, r.jwt(t, r.demo, "admin", "quartet-admin"))
	r.exec(t, "UPDATE sessions SET created_at = 1 WHERE id = (SELECT max(id) FROM sessions)")
	return to(r.demo, made)
}

func (r *target) postJSON(t *testing.T, path, body string) answer {
	t.Helper()
	return r.demo.send(t, request{Method: http.MethodPost, Path: path, Header: http.Header{"Content-Type": {contract.MediaJSON}}, Body: body})
}

// codeFor sends a code to a mobile of nobody.
func (r *target) codeFor(t *testing.T, purpose string) (mobile, code string) {
	t.Helper()
	r.mobiles++
	mobile = fmt.Sprintf("139000010%02d", r.mobiles)
	r.postJSON(t, "/auth/mobile/code", `{"mobile":"`+mobile+`","purpose":"`+purpose+`"}`)
	var outbox []struct{ To, Code string }
	must(t, json.Unmarshal([]byte(r.demo.send(t, request{Method: http.MethodGet, Path: "/demo/outbox"}).text), &outbox))
	if len(outbox) == 0 || outbox[0].To != mobile {
		t.Fatalf("no code in the outbox: %v", outbox)
	}
	return mobile, outbox[0].Code
}

// pair signs in a new user by a one-time code.
func (r *target) pair(t *testing.T) (access, refresh string) {
	t.Helper()
	mobile, code := r.codeFor(t, "sign_in")
	got := r.postJSON(t, "/auth/mobile/login", `{"companyType":0,"mobile":"`+mobile+`","productType":0,"source":"","validateNo":"`+code+`"}`)
	data, _ := got.body["data"].(map[string]any)
	if data == nil {
		t.Fatalf("sign in by code: %s", got.text)
	}
	value := func(name string) string { return data[name].(map[string]any)["value"].(string) }
	return value("accessToken"), value("refreshToken")
}

func refreshing(access, refresh string) request {
	return request{
		Method: http.MethodPost, Path: "/app/auth/token/refresh", Header: http.Header{"Content-Type": {contract.MediaJSON}},
		Body: fmt.Sprintf(`{"accessToken":%q,"refreshToken":%q}`, access, refresh),
	}
}

// reusedPair refreshes twice and sends the first pair again.
func reusedPair(r *target, t *testing.T, _ documented) []sent {
	first, refresh := r.pair(t)
	access := first
	for range 2 {
		got := r.demo.send(t, refreshing(access, refresh))
		data, _ := got.body["data"].(map[string]any)
		if data == nil {
			t.Fatalf("refresh: %s", got.text)
		}
		access = data["value"].(string)
	}
	return to(r.demo, refreshing(first, refresh))
}

func withoutDemo(r *target, _ *testing.T, o documented) []sent {
	return to(r.plain, o.Requests("ok")[0])
}

func forbidden(r *target, t *testing.T, o documented) []sent {
	switch o.OperationID {
	case "createUser": // registration is open in the demo
		made := o.Requests("ok")[0]
		r.authorise(&made, o, r.jwt(t, r.plain, "tao.ran", memberPassword))
		return to(r.plain, made)
	case "closeAccount": // of a super administrator
		made := o.Requests("ok")[0]
		r.authorise(&made, o, r.jwt(t, r.demo, "admin", "quartet-admin"))
		return to(r.demo, made)
	case "getWeChatUserInfo":
		made := o.Requests("ok")[0]
		made.Body = `{"code":"disabled-person-disabled-person1"}`
		id, _ := r.demo.send(t, made).body["id"].(string)
		r.exec(t, "UPDATE users SET disabled_at = 1 WHERE guid = ?", store.GUID(id))
		return to(r.demo, made)
	case "signInByWeChat", "signInByWeChatMobile":
		made := o.Requests("ok")[0]
		made.Body = map[string]string{
			"signInByWeChat":       `{"code":"disabled-person-disabled-person2"}`,
			"signInByWeChatMobile": `{"phoneCode":"disabled-person-disabled-person3"}`,
		}[o.OperationID]
		data, _ := r.demo.send(t, made).body["data"].(map[string]any)
		r.exec(t, "UPDATE users SET disabled_at = 1 WHERE id = ?", data["userInfo"].(map[string]any)["id"])
		return to(r.demo, made)
	}
	all := o.Requests("forbidden")
	for i := range all {
		r.authorise(&all[i], o, r.jwt(t, r.demo, "demo", "quartet-demo"))
	}
	return to(r.demo, all...)
}

// serverFault sends the example to a server that fails at everything.
func serverFault(r *target, t *testing.T, o documented) []sent {
	return to(r.broken, r.succeeding(t, o))
}

// databaseDown sends the example to a server whose database is down.
func databaseDown(r *target, _ *testing.T, o documented) []sent {
	all := to(r.down, o.Requests("ok")[0])
	r.authorise(&all[0].request, o, "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW")
	return all
}

// mobileOfAnotherUser lets the administrator verify the demo user's mobile, with its
// code made valid again.
func (r *target) mobileOfAnotherUser(t *testing.T, o documented) []sent {
	r.exec(t, "UPDATE one_time_codes SET used_at = NULL, attempts = 0, attempts_of_others = 0 WHERE purpose = 'verify_mobile'")
	made := o.Requests("ok")[0]
	r.authorise(&made, o, r.jwt(t, r.demo, "admin", "quartet-admin"))
	return to(r.demo, made)
}
