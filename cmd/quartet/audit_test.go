package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
)

// audited returns the events that `quartet audit --json` prints.
func audited(t *testing.T, installation []string, args ...string) []admincmd.Event {
	t.Helper()
	return listed[admincmd.Event](t, installation, append([]string{"audit"}, args...)...)
}

func kindsOf(views []admincmd.Event) string {
	var kinds []string
	for _, view := range views {
		kinds = append(kinds, view.Kind)
	}
	return strings.Join(kinds, " ")
}

// Reuse of an old pair of tokens ends the session, and the audit shows whose session it
// was and the client IP.
func TestReusedPairIsVisibleInTheAudit(t *testing.T) {
	t.Parallel()
	db := []string{"--database", newDatabase(t)}
	s := serve(t, append([]string{"--demo"}, db...)...)
	s.ok(t, raw("/auth/mobile/code", `{"mobile":"13800138000","companyType":0,"productType":7}`))
	signedIn := s.ok(t, raw("/auth/mobile/login",
		`{"companyType":0,"mobile":"13800138000","productType":7,"source":"web","validateNo":"246135"}`))
	tokens := signedIn.body["data"].(map[string]any)
	access := tokens["accessToken"].(map[string]any)["value"].(string)
	refresh := tokens["refreshToken"].(map[string]any)["value"].(string)
	pair := func(access string) call {
		return raw("/app/auth/token/refresh", fmt.Sprintf(`{"accessToken":%q,"refreshToken":%q}`, access, refresh))
	}
	next := s.ok(t, pair(access)).body["data"].(map[string]any)["value"].(string)
	s.ok(t, pair(next))
	reused := s.do(t, pair(access))
	equal(t, "status", reused.status, 401)
	equal(t, "status of the newest pair", s.do(t, pair(next)).status, 401)

	events := audited(t, db, "--kind", "refresh_reused", "--user", "demo")
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	event := events[0]
	equal(t, "reason", event.Detail["reason"], any("refresh_reused"))
	equal(t, "dialect", event.Dialect, "yudao")
	equal(t, "address", event.ClientIP, "127.0.0.1")
	opened := audited(t, db, "--kind", "sign_in", "--user", "13800138000")
	equal(t, "session", *event.SessionID, *opened[len(opened)-1].SessionID)
	contains(t, done(t, at(db, "audit", "--user", "demo")...), "refresh_reused", "reason=refresh_reused", jsonNumber(*event.SessionID))
	contains(t, s.errs.String(), "msg=audit", "kind=refresh_reused", "detail.reason=refresh_reused")
	for _, secret := range []string{access, refresh, next, "246135"} {
		if strings.Contains(done(t, at(db, "audit", "--json")...), secret) {
			t.Errorf("the audit tells %s", secret)
		}
	}
}

func TestAuditIsListedAsAskedFor(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi", "--password", "violet-otter-lantern")...)
	done(t, at(db, "org", "add", "north", "北校区")...)
	done(t, at(db, "user", "join", "tang.xi", "north")...)
	done(t, at(db, "user", "disable", "tang.xi")...)

	all := audited(t, db)
	equal(t, "kinds", kindsOf(all), "user_created organisation_added membership_added user_disabled")
	equal(t, "dialect", all[0].Dialect, "command_line")
	equal(t, "newest two", kindsOf(audited(t, db, "--limit", "2")), "membership_added user_disabled")
	equal(t, "of a user", kindsOf(audited(t, db, "--user", "tang.xi")), "user_created membership_added user_disabled")
	equal(t, "of two kinds", kindsOf(audited(t, db, "--kind", "user_created", "--kind", "user_disabled")), "user_created user_disabled")
	equal(t, "of the last hour", len(audited(t, db, "--since", "1h")), 4)
	equal(t, "until an hour ago", len(audited(t, db, "--until", "1h")), 0)
	equal(t, "since a moment", len(audited(t, db, "--since", time.Now().Add(time.Hour).Format(time.RFC3339))), 0)

	table := done(t, at(db, "audit")...)
	contains(t, table, "actor", "command line", "membership_added", "organisation=north")
	if strings.Contains(table, "北校区") || strings.Contains(table, "tang.xi") {
		t.Errorf("the audit tells names:\n%s", table)
	}
	refused(t, cli.ExitUsage, "must be one of", at(db, "audit", "--kind", "coronation")...)
	refused(t, cli.ExitUsage, "neither a time", at(db, "audit", "--since", "yesterday")...)
	refused(t, cli.ExitFailed, "No such user", at(db, "audit", "--user", "nobody")...)
}

func TestAuditIsFollowedUntilInterrupted(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"lines": nil, "JSON Lines": {"--json"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newInstallation(t)
			done(t, at(db, "org", "add", "north", "北校区")...)
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			out, ended, code := proctest.NewTranscript(), make(chan struct{}), 0
			go func() {
				defer close(ended)
				code = run(ctx, append(at(db, "audit", "--follow"), flags...), strings.NewReader(""), out, proctest.NewTranscript())
			}()
			out.Await(t, regexp.MustCompile("(organisation_added)"), ended)
			done(t, at(db, "role", "add", "teacher", "教师")...)
			out.Await(t, regexp.MustCompile("(role_added)"), ended)
			done(t, at(db, "role", "disable", "teacher")...)
			out.Await(t, regexp.MustCompile("(role_disabled)"), ended)
			interrupt()
			<-ended
			equal(t, "exit code", code, cli.ExitOK)
			equal(t, "lines", strings.Count(out.String(), "\n"), 3)
			if flags != nil {
				for line := range strings.Lines(out.String()) {
					equal(t, "JSON", json.Valid([]byte(line)), true)
				}
			}
		})
	}
}
