package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/democmd"
	"quartet/openapi"
	"quartet/openapi/check/contract"
)

// usesUp lists the operations whose example ends a session or deletes what others need, in
// the order in which they can follow one another.
var usesUp = []string{
	"deleteWebhook", "eraseUser", "retireSigningKey", "signOutAdministrator",
	"refreshAccessToken", "endSession", "linkWeChat", "mergeUsers", "updatePassword", "signOut", "resetForgottenPassword", "closeAccount", "resetDemo",
}

// Whoever tries the examples of the documentation page in order sees each succeed,
// and again after a reset, which is the last of them.
func TestDemoAnswersEveryExampleOfTheContract(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	tried := 0
	for range 2 {
		for _, e := range examples(t) {
			switch e.operation {
			case "closeAccount": // the session of the documented token has ended by then
				e.call = e.call.with("Authorization", s.signIn(t, "demo", "quartet-demo"))
			case "retireSigningKey": // a reset leaves the keys, so that the first may be gone
				e.call.path = strings.Replace(e.call.path, "/1?", "/"+oldestKey(t, s)+"?", 1)
			case "setUpAdministrator": // a demonstration has users
				continue
			}
			t.Run(e.name, func(t *testing.T) { s.ok(t, e.call) })
			tried++
		}
	}
	if tried < 50 {
		t.Errorf("only %d examples were found", tried)
	}
}

// oldestKey is the id of the demonstration's first signing key.
func oldestKey(t *testing.T, s *running) string {
	t.Helper()
	var keys openapi.AdminSigningKeyList
	decode(t, s.ok(t, get("/admin/keys").with("Authorization", "Bearer "+democmd.AdministratorToken)).text, &keys)
	return keys.Items[0].Kid
}

// example is one request example named ok.
type example struct {
	name, operation string
	call            call
}

// examples carry the demonstration's token and application.
func examples(t *testing.T) []example {
	t.Helper()
	spec, err := contract.Load()
	must(t, err)
	var all []example
	for _, o := range spec.Operations() {
		for _, r := range o.Requests("ok") {
			token := democmd.AccessToken
			if strings.HasPrefix(r.Path, "/admin/") {
				token = democmd.AdministratorToken
			}
			spec.Authorise(&r, o, token, contract.Application{ID: democmd.Application, Secret: democmd.ApplicationSecret})
			made := call{method: r.Method, path: r.Target(), kind: r.Header.Get("Content-Type"), body: r.Body}
			for name := range r.Header {
				made = made.with(name, r.Header.Get(name))
			}
			all = append(all, example{o.OperationID + " " + made.kind, o.OperationID, made})
		}
	}
	slices.SortStableFunc(all, func(a, b example) int {
		return slices.Index(usesUp, a.operation) - slices.Index(usesUp, b.operation)
	})
	return all
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
}
