package contracttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"quartet/openapi/conform"
)

// sent is a request on its way to one of the servers.
type sent struct {
	request
	to origin
}

// provoke gives the requests that the contract answers with the example: the
// documented ones of that name where there are any, otherwise the example that
// succeeds, spoilt in the way the failure is about.
func (r *replay) provoke(t *testing.T, o documented, status, example string) []sent {
	t.Helper()
	if status == "default" {
		return r.ourFault(t, o)
	}
	if spoil := spoilers[example]; spoil != nil {
		return spoil(r, t, o)
	}
	if o.OperationID == "verifyMobile" && example == "mobile_taken" {
		return r.anothersMobile(t, o)
	}
	named := o.Requests(example)
	if len(named) == 0 || example != "ok" && !hasExample(o, example) {
		return nil
	}
	for i := range named {
		r.authorise(&named[i], o, r.tokenFor(t, o, example))
	}
	return to(r.demo, named...)
}

func to(where origin, all ...request) []sent {
	var list []sent
	for _, one := range all {
		list = append(list, sent{one, where})
	}
	return list
}

func hasExample(o documented, example string) bool {
	for _, p := range o.Parameters {
		if p.Value.Examples[example] != nil {
			return true
		}
	}
	if o.RequestBody != nil {
		for _, media := range o.RequestBody.Value.Content {
			if media.Examples[example] != nil {
				return true
			}
		}
	}
	return false
}

// tokenFor signs in as whoever the example is about: a few failures are for
// administrators only.
func (r *replay) tokenFor(t *testing.T, o documented, example string) string {
	t.Helper()
	administrators := map[string][]string{
		"updateUser":     {"user_not_found", "email_taken", "mobile_taken", "username_taken"},
		"updatePassword": {"user_not_found"},
	}
	if o.Security == nil || len(*o.Security) == 0 {
		return ""
	}
	if slices.Contains(administrators[o.OperationID], example) {
		return r.jwt(t, r.demo, "admin", "quartet-admin")
	}
	return r.jwt(t, r.demo, "demo", "quartet-demo")
}

// authorise puts the token, and the demonstration's application, where the
// operation wants them.
func (r *replay) authorise(made *request, o documented, token string) {
	r.contract.Authorise(made, o, token, "1")
}

// succeeding is the example that succeeds, authorised.
func (r *replay) succeeding(t *testing.T, o documented) request {
	t.Helper()
	made := o.Requests("ok")[0]
	r.authorise(&made, o, r.tokenFor(t, o, "ok"))
	return made
}

type spoiler func(r *replay, t *testing.T, o documented) []sent

var spoilers map[string]spoiler

func init() {
	spoilers = map[string]spoiler{
		"invalid_field":          lacking,
		"malformed_body":         withBody(func(string) string { return "{" }, func(string) string { return "a=%zz" }),
		"duplicate_field":        withBody(func(f string) string { return fmt.Sprintf(`{%q:"1",%q:"1"}`, f, f) }, func(f string) string { return f + "=1&" + f + "=1" }),
		"misspelled_field":       withBody(func(f string) string { return fmt.Sprintf(`{%q:"1"}`, title(f)) }, func(f string) string { return title(f) + "=1" }),
		"body_too_large":         withBody(func(string) string { return `"` + strings.Repeat("a", 70_000) + `"` }, func(string) string { return "a=" + strings.Repeat("a", 70_000) }),
		"unsupported_media_type": foreignMedia,
		"headers_too_large":      longHeader,
		"unauthenticated":        anonymous,
		"unknown_application":    unknownApplication,
		"token_expired":          afterSession("access_expires_at = 1, expires_at = 1"),
		"session_ended":          afterSession("ended_at = 1, end_reason = 'logout'"),
		"session_replaced":       afterSession("ended_at = 1, end_reason = 'replaced'"),
		"replaced":               afterSession("ended_at = 1, end_reason = 'replaced'"),
		"refresh_reused":         reusedPair,
		"too_many_requests":      onceTooOften,
		"sms_unavailable":        withoutDemo,
		"path_not_found":         withoutDemo,
		"forbidden":              forbidden,
		"unavailable":            databaseDown,
		"not_modified":           alreadyHeld,
	}
}

func title(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// lacking leaves out what is required, or sends a parameter that cannot be.
func lacking(r *replay, t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	if o.RequestBody != nil {
		made.Body = ""
		if made.Header.Get("Content-Type") == conform.MediaJSON {
			made.Body = "{}"
		}
		made.Query.Del("frontType")
		return to(r.demo, made)
	}
	for _, p := range o.Parameters {
		if p.Value.In == "path" {
			made.Path = strings.ReplaceAll(o.Path, "{"+p.Value.Name+"}", strings.Repeat("x", 200))
		}
		made.Query.Del(p.Value.Name)
		if p.Value.Schema.Value.Type.Is("array") {
			made.Query.Set(p.Value.Name, "nobody")
		}
	}
	return to(r.demo, made)
}

// alreadyHeld asks again for what the caller has.
func alreadyHeld(r *replay, t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	again := made.Clone()
	again.Header.Set("If-None-Match", r.demo.send(t, made).header.Get("ETag"))
	return to(r.demo, again)
}

// withBody breaks every form of the body; the writers get a field's name.
func withBody(inJSON, inForm func(field string) string) spoiler {
	return func(r *replay, t *testing.T, o documented) []sent {
		var all []sent
		for mediaType, media := range o.RequestBody.Value.Content {
			made := r.succeeding(t, o)
			write := inForm
			if mediaType == conform.MediaJSON {
				write = inJSON
			}
			made.Header.Set("Content-Type", mediaType)
			made.Body = write(slices.Sorted(maps.Keys(conform.Closed(media.Schema.Value).Properties))[0])
			all = append(all, sent{made, r.demo})
		}
		return all
	}
}

func foreignMedia(r *replay, t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	made.Header.Set("Content-Type", "text/plain")
	made.Body = "hello"
	return to(r.demo, made)
}

func longHeader(r *replay, t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	made.Header.Set("X-Long", strings.Repeat("a", 20_000))
	return to(r.demo, made)
}

// anonymous sends the example without its token. Without --demo, since there
// anybody may create users.
func anonymous(r *replay, _ *testing.T, o documented) []sent {
	if hasExample(o, "unauthenticated") {
		return to(r.demo, o.Requests("unauthenticated")...)
	}
	var all []sent
	for _, made := range o.Requests("ok") {
		all = append(all, sent{made, r.plain})
	}
	if o.OperationID == "getUserInfo" {
		for i := range all {
			all[i].Header.Set("X-App-Id", "1")
		}
	}
	return all
}

func unknownApplication(r *replay, t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	made.Header.Set("X-App-Id", "nobody")
	return to(r.demo, made)
}

// afterSession calls with a session that the database says is over.
func afterSession(how string) spoiler {
	return func(r *replay, t *testing.T, o documented) []sent {
		if o.OperationID == "refreshAccessToken" {
			access, refresh := r.pair(t)
			r.exec(t, "UPDATE sessions SET "+how+" WHERE id = (SELECT max(id) FROM sessions)")
			return to(r.demo, refreshing(access, refresh))
		}
		made := r.succeeding(t, o)
		r.exec(t, "UPDATE sessions SET "+how+" WHERE id = (SELECT max(id) FROM sessions)")
		return to(r.demo, made)
	}
}

// pair signs in by a one-time code as somebody new.
func (r *replay) pair(t *testing.T) (access, refresh string) {
	t.Helper()
	r.mobiles++
	mobile := fmt.Sprintf("139000010%02d", r.mobiles)
	post := func(path, body string) answer {
		return r.demo.send(t, request{Method: http.MethodPost, Path: path, Header: http.Header{"Content-Type": {conform.MediaJSON}}, Body: body})
	}
	post("/auth/mobile/code", `{"mobile":"`+mobile+`"}`)
	var outbox []struct{ To, Code string }
	must(t, json.Unmarshal([]byte(r.demo.send(t, request{Method: http.MethodGet, Path: "/demo/outbox"}).text), &outbox))
	if len(outbox) == 0 || outbox[0].To != mobile {
		t.Fatalf("no code in the outbox: %v", outbox)
	}
	got := post("/auth/mobile/login", `{"companyType":0,"mobile":"`+mobile+`","productType":0,"source":"","validateNo":"`+outbox[0].Code+`"}`)
	data, _ := got.body["data"].(map[string]any)
	if data == nil {
		t.Fatalf("sign in by code: %s", got.text)
	}
	value := func(name string) string { return data[name].(map[string]any)["value"].(string) }
	return value("accessToken"), value("refreshToken")
}

func refreshing(access, refresh string) request {
	return request{
		Method: http.MethodPost, Path: "/app/auth/token/refresh", Header: http.Header{"Content-Type": {conform.MediaJSON}},
		Body: fmt.Sprintf(`{"accessToken":%q,"refreshToken":%q}`, access, refresh),
	}
}

// reusedPair refreshes twice and comes back with the first pair.
func reusedPair(r *replay, t *testing.T, _ documented) []sent {
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

// onceTooOften sends what is within the limit, and gives what is not: the second
// code within a minute, the 61st user within an hour, the fourth wrong code
// where three are allowed.
func onceTooOften(r *replay, t *testing.T, o documented) []sent {
	within, where, made := 1, r.demo, r.succeeding(t, o)
	switch o.OperationID {
	case "createUser":
		within, made = 60, o.Requests("weak_password")[0] // counted like any other, and cheap
	case "signInByMobile":
		// Not in the demonstration: the tests would not get in there any more.
		within, where, made = 3, r.plain, o.Requests("wrong_code")[0]
	}
	for range within {
		where.send(t, made)
	}
	return to(where, made)
}

func withoutDemo(r *replay, _ *testing.T, o documented) []sent {
	return to(r.plain, o.Requests("ok")[0])
}

func forbidden(r *replay, t *testing.T, o documented) []sent {
	switch o.OperationID {
	case "createUser": // registration is open in the demo
		made := o.Requests("ok")[0]
		r.authorise(&made, o, r.jwt(t, r.plain, "tao.ran", memberPassword))
		return to(r.plain, made)
	case "getWeChatUserInfo":
		made := o.Requests("ok")[0]
		made.Body = `{"code":"disabled-person-disabled-person1"}`
		id, _ := r.demo.send(t, made).body["id"].(string)
		r.exec(t, "UPDATE users SET disabled_at = 1 WHERE guid = ?", id)
		return to(r.demo, made)
	}
	all := o.Requests("forbidden")
	for i := range all {
		r.authorise(&all[i], o, r.jwt(t, r.demo, "demo", "quartet-demo"))
	}
	return to(r.demo, all...)
}

// ourFault is the example sent to a server whose rules panic; operations that
// need no rules are called by a method that nobody documents.
func (r *replay) ourFault(t *testing.T, o documented) []sent {
	made := r.succeeding(t, o)
	if slices.Contains([]string{"getHealth", "getReadiness", "getMetrics", "getSpecAsYaml", "getSpecAsJson", "getJsonWebKeys", "getDemoOutbox"}, o.OperationID) {
		made.Method = http.MethodPatch
	}
	return to(r.broken, made)
}

// databaseDown asks the server whose database does not answer.
func databaseDown(r *replay, _ *testing.T, o documented) []sent {
	return to(r.broken, o.Requests("ok")[0])
}

// anothersMobile has the administrator prove the demo user's mobile, with its
// code made good again.
func (r *replay) anothersMobile(t *testing.T, o documented) []sent {
	r.exec(t, "UPDATE one_time_codes SET used_at = NULL, attempts = 0 WHERE purpose = 'verify_mobile'")
	made := o.Requests("ok")[0]
	r.authorise(&made, o, r.jwt(t, r.demo, "admin", "quartet-admin"))
	return to(r.demo, made)
}
