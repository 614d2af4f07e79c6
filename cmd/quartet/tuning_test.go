package main

import (
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/keys"
	"quartet/server/password"
	"quartet/store"
)

// parsed gives the numbers that a command line of serve sets.
func parsed(t *testing.T, args ...string) tuning {
	t.Helper()
	parser := newParser()
	_, err := parser.Parse(append([]string{"serve"}, args...))
	must(t, err)
	return parser.Model.Target.Interface().(grammar).Serve.tuning
}

// Without flags the numbers are the packages' own, field by field.
func TestDefaultsAreThePackagesOwn(t *testing.T) {
	t.Parallel()
	got := parsed(t)
	equal(t, "limits", account.Limits(got.Limits), account.DefaultLimits())
	equal(t, "bounds", server.Limits(got.Bounds), server.DefaultLimits())
	equal(t, "cost", got.Hashing.cost(), password.DefaultParams())
	hashing := password.DefaultOptions()
	equal(t, "queue", got.Hashing.HashQueue, hashing.Queue)
	equal(t, "wait", got.Hashing.HashWait, hashing.Wait)
	pool := store.DefaultOptions()
	pool.URL = "sqlite:x"
	equal(t, "pool", got.Pool.storeOptions("sqlite:x"), pool)
	equal(t, "reload", got.Upkeep.KeysReload, keys.ReloadEvery)
	equal(t, "listener", got.Listener, listenerFlags{2 * time.Second, 10 * time.Second, 15 * time.Second, time.Minute, 10 * time.Second})
}

// A field that is added to a package's options and has no flag is found here:
// all of them differ from zero once flags have filled them.
func TestNoFieldIsForgotten(t *testing.T) {
	t.Parallel()
	got := parsed(t, "--hash-parallel", "3")
	hashing := password.Options{
		Parallel: got.Hashing.HashParallel, Queue: got.Hashing.HashQueue, Wait: got.Hashing.HashWait, Params: got.Hashing.cost(),
	}
	for _, filled := range []any{got.Pool.storeOptions("sqlite:x"), hashing, hashing.Params, got.Limits, got.Bounds, got.Listener, got.Upkeep} {
		for field, value := range reflect.ValueOf(filled).Fields() {
			if value.IsZero() {
				t.Errorf("%T: no flag sets %s", filled, field.Name)
			}
		}
	}
}

// Every number refuses what cannot be one.
func TestNumbersThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	seen, parser := 0, newParser()
	for _, option := range serveOptions(t) {
		if option.Group == nil {
			continue
		}
		seen++
		for _, text := range []string{"-1", "0", "0s", "-5s", "0/1h", "5/0s", "5/", "/1h", "many", "", "99999999999999999999", "1/1/1h"} {
			if text == "0" && (option.Name == "hash-parallel" || option.Name == "session-cache") {
				continue
			}
			if _, err := parser.Parse([]string{"serve", "--" + option.Name + "=" + text}); err == nil {
				t.Errorf("--%s takes %q", option.Name, text)
			} else if !strings.Contains(err.Error(), "--"+option.Name) {
				t.Errorf("--%s %q: the error does not name the flag: %v", option.Name, text, err)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d numbers were tried", seen)
	}
}

func TestFlagsSetNumbers(t *testing.T) {
	t.Parallel()
	got := parsed(t, "--code-resend", "3/90s", "--code-day=20/1d", "--session-life", "60d", "--access-life", "1h30m",
		"--body-limit", "1MiB", "--header-limit", "20000", "--hash-memory", "65536", "--hash-lanes", "4", "--hash-parallel", "2",
		"--idle-timeout", "2m", "--database-connections", "40", "--statement-timeout", "3s",
		"--session-cache", "500")
	equal(t, "gap", got.Limits.CodeResend, account.Rate{Times: 3, Per: 90 * time.Second})
	equal(t, "day", got.Limits.CodeDay, account.Rate{Times: 20, Per: day})
	equal(t, "session", got.Limits.SessionLife, 60*day)
	equal(t, "access", got.Limits.AccessLife, 90*time.Minute)
	equal(t, "body", got.Bounds.Body, 1<<20)
	equal(t, "headers", got.Bounds.Headers, 20000)
	equal(t, "cost", got.Hashing.cost(), password.Params{Memory: 65536, Iterations: 2, Parallelism: 4})
	equal(t, "parallel", got.Hashing.HashParallel, 2)
	equal(t, "pool", got.Pool.storeOptions(""), store.Options{
		MaxConnections: 40, StatementTimeout: 3 * time.Second, SessionCache: 500,
	})
	equal(t, "no cache", parsed(t, "--session-cache=0").Pool.storeOptions("").SessionCache, -1)
	listener := got.httpServer(nil, slog.New(slog.DiscardHandler))
	equal(t, "idle", listener.IdleTimeout, 2*time.Minute)
	equal(t, "listener's header bound", listener.MaxHeaderBytes, 256<<10)
	equal(t, "listener's raised header bound", parsed(t, "--header-limit", "1MiB").httpServer(nil, slog.New(slog.DiscardHandler)).MaxHeaderBytes, 2<<20)
	must(t, got.checkTuning())
}

func TestContradictionsAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, args string }{
		{"--access-life (31d) cannot be longer than --session-life (30d)", "--access-life=31d"},
		{"--access-life (1h) cannot be longer than --session-life (30m)", "--session-life=30m"},
		{"--refresh-grace (1h) must be shorter than --access-life", "--refresh-grace=1h"},
		{"--last-seen-interval (31m) cannot be longer than half of --access-life (30m)", "--last-seen-interval=31m"},
		{"--keys-reload (1m) must be shorter than the overlap", "--keys-reload=1m"},
		{"--provider-timeout (5s) must be shorter than --request-time (4.5s)", "--provider-timeout=5s"},
		{"--hash-wait (4.5s) must be shorter than --request-time", "--hash-wait=4.5s"},
		{"--header-timeout (11s) cannot be longer than --read-timeout", "--header-timeout=11s"},
		{"--read-timeout (15s) must be shorter than --write-timeout", "--read-timeout=15s"},
		{"(16s) must be shorter than --write-timeout (15s)", "--request-time=12s"},
		{"argon2id cost m=7,t=2,p=1 is out of bounds", "--hash-memory=7"},
		{"argon2id cost m=131073", "--hash-memory=131073"},
		{"argon2id cost m=19456,t=2,p=17", "--hash-lanes=17"},
	} {
		refused(t, exitUsage, test.text, slices.Concat([]string{"serve"}, strings.Fields(test.args))...)
	}
	must(t, parsed(t, "--access-life=30d", "--last-seen-interval=15d", "--request-time=20s", "--provider-timeout=10s", "--write-timeout=30s").checkTuning())
}

func TestTextsOfNumbersAreReadBack(t *testing.T) {
	t.Parallel()
	for text, span := range map[string]time.Duration{
		"1d": day, "30d": 30 * day, "1h": time.Hour, "1h30m": 90 * time.Minute, "90m": 90 * time.Minute,
		"4.5s": 4500 * time.Millisecond, "25h": 25 * time.Hour, "1m": time.Minute, "1m5s": 65 * time.Second, "1h0m5s": time.Hour + 5*time.Second,
	} {
		read, err := parseSpan(text)
		must(t, err)
		equal(t, text, read, span)
		again, err := parseSpan(spanText(span))
		must(t, err)
		equal(t, spanText(span), again, span)
	}
	equal(t, "shortest text", spanText(time.Hour), "1h")
	equal(t, "rate", rateText(account.Rate{Times: 10, Per: day}), "10/1d")
	equal(t, "size", sizeText(65536), "64KiB")
	equal(t, "odd size", sizeText(65537), "65537")
}
