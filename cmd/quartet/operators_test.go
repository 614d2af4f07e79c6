package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
)

// pages follows next from the first page to the last, and gives the items' keys.
func pages[T any](t *testing.T, installation []string, total int64, key func(T) string, args ...string) string {
	t.Helper()
	var keys []string
	for next := []string(nil); ; {
		page := asked[cli.Page[T]](t, installation, append(append(args, "--limit", "2"), next...)...)
		equal(t, "total", page.Total, total)
		for _, item := range page.Items {
			keys = append(keys, key(item))
		}
		if page.Next == nil {
			return strings.Join(keys, " ")
		}
		equal(t, "items of a page that is not the last", len(page.Items), 2)
		next = []string{"--after", *page.Next}
	}
}

func TestListsGoOnToTheirEnd(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	for _, name := range []string{"ann", "bob", "cid", "dan"} {
		done(t, at(db, "user", "add", name)...)
		for _, command := range []string{"org", "role", "app"} {
			done(t, at(db, command, "add", name, "名 "+name)...)
		}
	}
	const all = "ann bob cid dan"
	users := func(u admincmd.User) string { return u.Username }
	equal(t, "users", pages(t, db, 4, users, "user", "list"), all)
	equal(t, "found users", pages(t, db, 2, users, "user", "find", "n"), "ann dan")
	for _, command := range []string{"org", "role"} {
		equal(t, command, pages(t, db, 4, func(e admincmd.Entry) string { return e.Code }, command, "list"), all)
	}
	equal(t, "applications", pages(t, db, 4, func(a admincmd.Application) string { return a.ID }, "app", "list"), all)
	kinds := func(e admincmd.Event) string { return strings.TrimSuffix(e.Kind, "_added") }
	equal(t, "audit", pages(t, db, 16, kinds, "audit", "--after", "0"), strings.TrimSpace(strings.Repeat("user_created organisation role application ", 4)))

	first := done(t, at(db, "user", "list", "--limit", "3")...)
	third := asked[admincmd.User](t, db, "user", "show", "cid")
	contains(t, first, fmt.Sprintf("3 of 4; next: --after %d\n", third.ID))
	contains(t, done(t, at(db, "user", "list", "--after", jsonNumber(third.ID))...), "dan", "1 of 4\n")
	contains(t, done(t, at(db, "audit", "--limit", "1")...), "application_added", "1 of 16\n")
	refused(t, cli.ExitUsage, "--after", at(db, "user", "list", "--after", "x")...)
	refused(t, cli.ExitUsage, "the list has no x", at(db, "org", "list", "--after", "x")...)
	refused(t, cli.ExitUsage, "--limit", at(db, "user", "list", "--limit", "0")...)
}

func TestUsersAreFoundAndSet(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := serve(t, "--database", db)
	installation := []string{"--database", db}
	const password = "violet-otter-lantern"
	added := asked[admincmd.User](t, installation, "user", "add", "tang.xi", "--password", password, "--nickname", "唐溪", "--role", "administrator")
	done(t, at(installation, "user", "add", "other", "--mobile", "13900007777")...)
	done(t, at(installation, "user", "disable", "other")...)

	set := func(args ...string) admincmd.User {
		return asked[admincmd.User](t, installation, append([]string{"user", "set", "tang.xi"}, args...)...)
	}
	signIn := func(name string) int {
		return s.do(t, form("/api/user/login", url.Values{"loginAccount": {name}, "password": {password}})).status
	}
	equal(t, "a mobile that nobody vouches for", set("--mobile", "13900006666").MobileVerified, false)
	equal(t, "sign-in by it", signIn("13900006666"), http.StatusUnauthorized)
	equal(t, "a mobile that the operator vouches for", set("--mobile-verified").MobileVerified, true)
	equal(t, "sign-in by it", signIn("13900006666"), http.StatusOK)
	equal(t, "an unverified mobile", set("--no-mobile-verified").MobileVerified, false)
	changed := set("--email", "tang@example.com", "--email-verified", "--real-name", "唐小溪", "--nickname", "")
	equal(t, "e-mail verified", changed.EmailVerified, true)
	equal(t, "names", changed.RealName+changed.Nickname, "唐小溪")

	for args, want := range map[string]string{
		"唐小": "tang.xi", "TANG@": "tang.xi", "13900006666": "tang.xi", jsonNumber(added.ID): "tang.xi", added.GUID: "tang.xi",
		"13900007777": "other", "nobody": "", "n": "tang.xi", "%": "",
	} {
		var names []string
		for _, user := range listed[admincmd.User](t, installation, "user", "find", args) {
			names = append(names, user.Username)
		}
		equal(t, args, strings.Join(names, " "), want)
	}
	equal(t, "disabled", listed[admincmd.User](t, installation, "user", "list", "--disabled")[0].Username, "other")
	equal(t, "administrators", listed[admincmd.User](t, installation, "user", "list", "--role", "administrator")[0].Username, "tang.xi")

	refused(t, cli.ExitFailed, "The mobile is taken", at(installation, "user", "set", "tang.xi", "--mobile", "13900007777", "--mobile-verified")...)
	refused(t, cli.ExitFailed, "mobile is required", at(installation, "user", "set", "tang.xi", "--mobile", "", "--mobile-verified")...)
	refused(t, cli.ExitUsage, "name something to change", at(installation, "user", "set", "tang.xi")...)
	equal(t, "what was refused changed nothing", asked[admincmd.User](t, installation, "user", "show", "tang.xi", "--full").Mobile, "13900006666")
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	servers := []*running{serve(t, "--database", db), serve(t, "--database", db)}
	installation := []string{"--database", db}
	const password = "violet-otter-lantern"
	var jwts []string
	for _, name := range []string{"tang.xi", "other"} {
		done(t, at(installation, "user", "add", name, "--password", password)...)
	}
	for _, name := range []string{"tang.xi", "tang.xi", "tang.xi", "other"} {
		jwts = append(jwts, servers[0].signIn(t, name, password))
	}
	live := func(want ...int) {
		t.Helper()
		for i, jwt := range jwts {
			for _, s := range servers {
				equal(t, fmt.Sprint("session ", i), s.do(t, get("/auth/sessions").with("Authorization", jwt)).status, want[i])
			}
		}
	}
	ids := func(s admincmd.Session) string { return jsonNumber(s.ID) }
	all := strings.Fields(pages(t, installation, 4, ids, "session", "list"))
	equal(t, "of a user", pages(t, installation, 3, ids, "session", "list", "tang.xi"), strings.Join(all[:3], " "))
	first := listed[admincmd.Session](t, installation, "session", "list", "tang.xi")[0]
	equal(t, "the first", first.Dialect+first.Way+first.ClientIP, "jfinalpassword127.0.0.1")
	contains(t, done(t, at(installation, "session", "list")...), "jfinal", "password", "4 of 4")

	live(200, 200, 200, 200)
	equal(t, "ended", asked[admincmd.EndedSessions](t, installation, "session", "end", all[0]).Ended, 1)
	live(401, 200, 200, 200)
	refused(t, cli.ExitFailed, "session "+all[0], at(installation, "session", "end", all[0])...)
	contains(t, done(t, at(installation, "session", "end", "--user", "tang.xi")...), "Sessions ended: 2.")
	live(401, 401, 401, 200)
	equal(t, "live sessions", pages(t, installation, 1, ids, "session", "list"), all[3])
	contains(t, done(t, at(installation, "session", "list", "--ended")...), "ended_by_operator", "4 of 4")
	equal(t, "in the audit", len(audited(t, installation, "--kind", "session_ended")), 2)
	refused(t, cli.ExitUsage, "name sessions", at(installation, "session", "end")...)
	refused(t, cli.ExitUsage, "name sessions", at(installation, "session", "end", "1", "--user", "tang.xi")...)
}

func TestWhatIsDeletedIsGone(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi")...)
	done(t, at(db, "org", "add", "north", "北校区")...)
	done(t, at(db, "role", "add", "teacher", "教师")...)
	done(t, at(db, "app", "add", "portal", "门户", "--org", "north")...)
	done(t, at(db, "app", "secret", "add", "portal")...)
	done(t, at(db, "user", "join", "tang.xi", "north", "--role", "teacher")...)
	for _, of := range []struct{ command, key, told string }{
		{"role", "teacher", "this deletes the role 新名, and takes it from 1 members"},
		{"org", "north", "this deletes the organisation 新名 with its 1 memberships"},
		{"app", "portal", "this deletes the application 新名 with its secrets"},
	} {
		contains(t, done(t, at(db, of.command, "rename", of.key, "新名")...), "新名", of.key)
		refused(t, cli.ExitFailed, "The name must be", at(db, of.command, "rename", of.key, " ")...)
		refused(t, cli.ExitFailed, "No such", at(db, of.command, "rename", "unknown", "新名")...)
		refused(t, cli.ExitUsage, of.told+", which cannot be undone: repeat the command with --yes", at(db, of.command, "delete", of.key)...)
		contains(t, done(t, at(db, of.command, "show", of.key)...), "新名")
		equal(t, "deleted", asked[admincmd.Deleted](t, db, of.command, "delete", of.key, "--yes").Deleted, of.key)
		refused(t, cli.ExitFailed, "No such", at(db, of.command, "delete", of.key, "--yes")...)
	}
	equal(t, "memberships", len(asked[admincmd.User](t, db, "user", "show", "tang.xi").Memberships), 0)
	contains(t, done(t, at(db, "audit")...), "role_renamed", "role_deleted", "organisation_renamed", "organisation_deleted", "application_renamed", "application_deleted")
}

// A command that waits for a password ends at the first signal, and says so.
func TestAnInterruptIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	ctx, interrupt := context.WithCancel(t.Context())
	input, typing := io.Pipe()
	defer typing.Close()
	errs := proctest.NewTranscript()
	go interrupt()
	code := run(ctx, at(db, "user", "add", "tang.xi", "--password-stdin"), input, io.Discard, errs)
	equal(t, "exit code", code, cli.ExitInterrupted)
	contains(t, errs.String(), "quartet: interrupted")
	equal(t, "users", len(listed[admincmd.User](t, db, "user", "list")), 0)
}

func TestTwoUsersAreMerged(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := serve(t, "--database", db)
	installation := []string{"--database", db}
	const password = "violet-otter-lantern"
	old := asked[admincmd.User](t, installation, "user", "add", "old", "--mobile", "13900006666", "--password", password)
	stays := asked[admincmd.User](t, installation, "user", "add", "stays", "--nickname", "唐溪")
	jwt := s.signIn(t, "old", password)
	merge := at(installation, "user", "merge", "old", "stays")
	refused(t, cli.ExitUsage, fmt.Sprintf("this merges the user %d (old) into the user %d (stays)", old.ID, stays.ID), merge...)
	refused(t, cli.ExitUsage, "both are the user", at(installation, "user", "merge", "old", "13900006666", "--yes")...)
	refused(t, cli.ExitFailed, "No such user", at(installation, "user", "merge", "old", "nobody", "--yes")...)
	done(t, at(installation, "user", "disable", "stays")...)
	refused(t, cli.ExitFailed, "neither may be disabled", append(merge, "--yes")...)
	done(t, at(installation, "user", "enable", "stays")...)

	merged := asked[admincmd.User](t, installation, "user", "merge", "old", "stays", "--yes")
	equal(t, "id", merged.ID, stays.ID)
	equal(t, "mobile", merged.Mobile+merged.Nickname, "139****6666唐溪")
	equal(t, "the session of the one who went", s.do(t, get("/auth/sessions").with("Authorization", jwt)).status, http.StatusUnauthorized)
	s.signIn(t, "13900006666", password)
	equal(t, "who is found by the old id", listed[admincmd.User](t, installation, "user", "find", jsonNumber(old.ID))[0].ID, stays.ID)
	refused(t, cli.ExitFailed, "No such user", at(installation, "user", "show", "old")...)
	contains(t, done(t, at(installation, "audit")...), "user_merged", "command line")
}
