package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

func limitsOf(t *testing.T, args ...string) limitFlags {
	t.Helper()
	parsed := &commands{}
	_, err := newParser(parsed).Parse(append([]string{"serve"}, args...))
	must(t, err)
	return parsed.Serve.limitFlags
}

func TestDefaultLimitsAreThePackagesOwn(t *testing.T) {
	t.Parallel()
	flags := limitsOf(t)
	equal(t, "account", flags.account(), account.DefaultLimits())
	equal(t, "server", flags.server(), server.DefaultLimits())
	equal(t, "connections", flags.store("").MaxConnections, store.DefaultOptions().MaxConnections)
}

func TestLimitFlagsSetTheLimits(t *testing.T) {
	t.Parallel()
	flags := limitsOf(t, "--access-life", "1m", "--session-life", "60d", "--wechat-repeat", "0s", "--code-per-ip", "1/1m", "--code-global", "2/1m", "--code-budget", "9/1m",
		"--password-per-account-ip", "3/1m", "--failures-per-ip", "4/1m", "--register-per-ip", "5/1m", "--register-global", "6/1m",
		"--look-up-per-user", "7/1m", "--look-up-per-ip", "8/1m", "--look-up-per-application", "9/1m",
		"--body-limit", "1MiB", "--hash-parallel", "7", "--database-connections", "40", "--drain-timeout", "1h")
	want := account.DefaultLimits()
	perMinute := func(times int64) account.Rate { return account.Rate{Times: times, Per: time.Minute} }
	want.AccessLife, want.SessionLife, want.LastSeenInterval = time.Minute, 60*24*time.Hour, time.Second
	want.CodePerIP, want.CodeGlobal, want.CodeBudget, want.PasswordPerAccountIP = perMinute(1), perMinute(2), perMinute(9), perMinute(3)
	want.PasswordPerIP, want.CodeRefusedPerIP, want.WrongSecretPerIP = perMinute(4), perMinute(4), perMinute(4)
	want.RegisterPerIP, want.RegisterGlobal = perMinute(5), perMinute(6)
	want.LookUpPerUser, want.LookUpPerIP, want.LookUpPerApplication = perMinute(7), perMinute(8), perMinute(9)
	want.WeChatRepeat = 0
	equal(t, "account", flags.account(), want)
	equal(t, "body", flags.server().Body, 1<<20)
	equal(t, "hashes", flags.hasher().Parallel(), 7)
	equal(t, "connections", flags.store("").MaxConnections, 40)
	equal(t, "drain timeout", flags.DrainTimeout.Duration, time.Hour)
}

func TestLimitsTakeEffect(t *testing.T) {
	t.Parallel()
	s := serve(t, "--demo", "--database", newDatabase(t), "--access-life", "3m", "--body-limit", "1KiB", "--password-per-account-ip", "1/1h")
	login := func(password string) call {
		return form("/api/user/login", url.Values{"loginAccount": {"demo"}, "password": {password}})
	}
	contains(t, s.ok(t, get("/docs/tokens")).text, "3 分钟，从签发", "3 min from its issue")
	before := time.Now()
	in := s.ok(t, raw("/auth/mobile/login", loginBody)).body["data"].(map[string]any)
	expire, err := time.Parse(time.RFC3339, in["accessToken"].(map[string]any)["expire"].(string))
	must(t, err)
	if expire.After(time.Now().Add(3*time.Minute)) || expire.Before(before.Add(2*time.Minute)) {
		t.Errorf("the access token expires at %s", expire)
	}
	refusal := s.do(t, raw("/auth/mobile/login", `{"source":"`+strings.Repeat("x", 2000)+`"}`))
	equal(t, "a long body", refusal.status, http.StatusRequestEntityTooLarge)
	contains(t, refusal.text, "1.0 KiB")
	s.ok(t, login("quartet-demo"))
	equal(t, "wrong", s.do(t, login("quartet-wrong")).status, http.StatusUnauthorized)
	equal(t, "right, but locked", s.do(t, login("quartet-demo")).status, http.StatusUnauthorized)
}

func TestRequestsAreCutOffAfterTheDrainTimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, "--database", newDatabase(t), "--open-registration", "--drain-timeout", "20ms")
	begin(t, s.origin) // and never finished
	s.stop()
	<-s.ended
	equal(t, "exit code", s.code, cli.ExitFailed)
	contains(t, s.errs.String(), "they took longer than 20ms")
	s.code = cli.ExitOK // this failure is expected
}

func TestKeyCommandsKnowTheServersAccessLife(t *testing.T) {
	t.Parallel()
	database := newInstallation(t)
	done(t, at(database, "keys", "rotate", "--overlap", "0s")...)
	refused(t, cli.ExitFailed, "may live until", at(database, "keys", "retire", "1")...)
	refused(t, cli.ExitUsage, "--access-life", at(database, "keys", "retire", "1", "--access-life", "0s")...)
	for _, life := range []string{"1h", "9h"} {
		view := listed[admincmd.Key](t, database, "keys", "list", "--access-life", life)[0]
		want, err := time.ParseDuration(life)
		must(t, err)
		if got := view.RetirableAt.Sub(view.CreatedAt); got < want {
			t.Errorf("retirable %s after it was made, JWTs live %s", got, life)
		}
	}
}

func TestReplacedSigningKeysAreLogged(t *testing.T) {
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
