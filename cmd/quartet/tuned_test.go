package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sentCode asks for a code and gives what the simulated message says, and a code
// that is wrong.
func (s *running) sentCode(t *testing.T, mobile string) (right, wrong string) {
	t.Helper()
	s.ok(t, askCode(mobile))
	var sent []struct{ To, Code string }
	decode(t, s.ok(t, get("/demo/outbox")).text, &sent)
	if sent[0].To != mobile {
		t.Fatalf("the newest message goes to %s", sent[0].To)
	}
	if right = sent[0].Code; right == "111111" {
		return right, "222222"
	}
	return right, "111111"
}

// The pairs of servers differ in their options alone, and so do their answers.
func TestLimitsOfCodesTakeEffect(t *testing.T) {
	t.Parallel()
	const mobile = "13900005555"
	usual := serveDemo(t)
	right, wrong := usual.sentCode(t, mobile)
	equal(t, "another code at once", usual.do(t, askCode(mobile)).status, 429)
	for range 2 {
		equal(t, "a wrong code", usual.do(t, byCode(mobile, wrong)).status, 401)
	}
	usual.ok(t, byCode(mobile, right))

	tuned := serve(t, "--demo", "--database", newDatabase(t), "--code-resend", "2/1h", "--code-attempts", "2", "--code-life", "2m", "--access-life", "3m", "--last-seen-interval", "1m")
	before := time.Now()
	tuned.ok(t, askCode(mobile))
	right, wrong = tuned.sentCode(t, mobile)
	refusal := tuned.do(t, askCode(mobile))
	equal(t, "a third code", refusal.status, 429)
	if after := refusal.header.Get("Retry-After"); len(after) != 4 { // seconds, of an hour
		t.Errorf("Retry-After: %s", after)
	}
	other, _ := tuned.sentCode(t, "13900006666")
	in := tuned.ok(t, byCode("13900006666", other)).body["data"].(map[string]any)
	expire, err := time.Parse(time.RFC3339, in["accessToken"].(map[string]any)["expire"].(string))
	must(t, err)
	if latest := time.Now().Add(3 * time.Minute); expire.After(latest) || expire.Before(before.Add(2*time.Minute)) {
		t.Errorf("the access token expires at %s", expire)
	}
	for range 2 {
		equal(t, "a wrong code", tuned.do(t, byCode(mobile, wrong)).status, 401)
	}
	equal(t, "the right code after two wrong ones", tuned.do(t, byCode(mobile, right)).status, 401)
}

func TestLimitsOfRequestsTakeEffect(t *testing.T) {
	t.Parallel()
	usual := serveDemo(t)
	tuned := serve(t, "--demo", "--database", newDatabase(t), "--body-limit", "1KiB", "--header-limit", "2000", "--json-depth", "1", "--key-limit", "3")
	wide := serve(t, "--demo", "--database", newDatabase(t), "--body-limit", "200KiB", "--header-limit", "300KiB")
	long := func(bytes int) string { return strings.Repeat("长", bytes/3) }
	for _, test := range []struct {
		what  string
		call  call
		on    *running
		says  string
		usual int
		tuned int
	}{
		{"body", raw("/auth/mobile/login", `{"source":"`+long(2000)+`"}`), tuned, "1.0 KiB", 400, 413},
		{"wider body", raw("/auth/mobile/login", `{"source":"`+long(100_000)+`"}`), wide, "", 413, 400},
		{"headers", get("/readyz").with("X-Long", strings.Repeat("x", 3000)), tuned, "2.0 KiB", 200, 431},
		{"wider headers", get("/readyz").with("X-Long", strings.Repeat("x", 280_000)), wide, "", 431, 200},
		{"depth", raw("/api/user/create", `{"username":"ding.yi","more":{}}`), tuned, "嵌套超过 1 层", 200, 400},
		{"keys", raw("/api/user/create", `{"username":"ding.er","nickname":"二","realname":"丁","email":"ding.er@example.com"}`), tuned, "键超过 3 个", 200, 400},
		{"fields of a form", form("/api/user/login", url.Values{"loginAccount": {"demo"}, "password": {"quartet-demo"}, "a": {"1"}, "b": {"2"}}), tuned, "键超过 3 个", 200, 400},
	} {
		equal(t, test.what+" as usual", usual.do(t, test.call).status, test.usual)
		refusal := test.on.do(t, test.call)
		equal(t, test.what, refusal.status, test.tuned)
		contains(t, refusal.text, test.says)
	}
}

// A password takes longer to verify than such a server works on a request.
func TestTheTimeOfRequestsTakesEffect(t *testing.T) {
	t.Parallel()
	s := serve(t, "--demo", "--database", newDatabase(t), "--request-time", "2ms", "--provider-timeout", "1ms", "--hash-wait", "1ms")
	login := form("/api/user/login", url.Values{"loginAccount": {"demo"}, "password": {"quartet-demo"}})
	equal(t, "status", s.do(t, login).status, http.StatusServiceUnavailable)
}

func TestLimitsOfPasswordsTakeEffect(t *testing.T) {
	t.Parallel()
	s := serve(t, "--demo", "--database", newDatabase(t), "--password-per-account-ip", "1/1h")
	login := func(password string) call {
		return form("/api/user/login", url.Values{"loginAccount": {"demo"}, "password": {password}})
	}
	s.ok(t, login("quartet-demo"))
	equal(t, "wrong", s.do(t, login("quartet-wrong")).status, http.StatusUnauthorized)
	equal(t, "right, but locked", s.do(t, login("quartet-demo")).status, http.StatusUnauthorized)
}

func TestTheEndOfDrainingTakesEffect(t *testing.T) {
	t.Parallel()
	s := serve(t, "--database", newDatabase(t), "--open-registration", "--drain-timeout", "20ms")
	begin(t, s.origin) // and never finished
	s.stop()
	<-s.ended
	equal(t, "exit code", s.code, exitFailed)
	contains(t, s.errs.String(), "they took longer than 20ms to end")
	s.code = exitDone // it has been looked at
}

func TestKeyCommandsKnowTheServersAccessLife(t *testing.T) {
	t.Parallel()
	database := newInstallation(t)
	done(t, at(database, "keys", "rotate", "--overlap", "0s")...)
	refused(t, exitFailed, "may live until", at(database, "keys", "retire", "1")...)
	refused(t, exitUsage, "--access-life", at(database, "keys", "retire", "1", "--access-life", "0s")...)
	for _, life := range []string{"1h", "9h"} {
		view := asked[[]keyView](t, database, "keys", "list", "--access-life", life)[0]
		want, err := time.ParseDuration(life)
		must(t, err)
		if got := view.RetirableAt.Sub(view.CreatedAt); got < want {
			t.Errorf("retirable %s after it was made, JWTs live %s", got, life)
		}
	}
}

func TestReplacedSigningKeysAreTold(t *testing.T) {
	t.Parallel()
	const warning = "the signing keys were gone and a new one was made"
	flag, _, keys := served(t)
	must(t, os.Remove(filepath.Join(keys, "jwt-1.pem")))
	first := serve(t, flag...)
	contains(t, first.errs.String(), "level=WARN", warning, filepath.Join(keys, "jwt-1.pem"))
	first.end(t)
	if again := serve(t, flag...); strings.Contains(again.errs.String(), warning) {
		t.Error("it warns although nothing is gone")
	}
	if fresh := serve(t, "--database", newDatabase(t)); strings.Contains(fresh.errs.String(), warning) {
		t.Error("it warns of the keys of a new database")
	}
}
