package main

import (
	"database/sql"
	"encoding/json"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
)

// newInstallation gives the flags of a migrated database of the test's own.
func newInstallation(t *testing.T) []string {
	t.Helper()
	database := []string{"--database", newDatabase(t)}
	done(t, append([]string{"migrate"}, database...)...)
	return database
}

// at adds the flags of an installation to a command.
func at(installation []string, args ...string) []string { return append(args, installation...) }

// asked runs a command with --json and decodes what it prints.
func asked[T any](t *testing.T, installation []string, args ...string) T {
	t.Helper()
	var value T
	decode(t, done(t, append(at(installation, args...), "--json")...), &value)
	return value
}

// listed is asked for a list, of which it gives the items.
func listed[T any](t *testing.T, installation []string, args ...string) []T {
	t.Helper()
	return asked[cli.Page[T]](t, installation, args...).Items
}

func TestUsersAreAddedShownAndListed(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	added := asked[admincmd.User](t, db, "user", "add", "tang.xi", "--password", "violet-otter-lantern", "--role", "administrator",
		"--mobile", "13900006666", "--email", "tang@example.com", "--nickname", "唐溪", "--real-name", "唐小溪")
	equal(t, "role", added.Role, "administrator")
	equal(t, "has a password", added.HasPassword, true)
	equal(t, "mobile proven", added.MobileVerified, true)
	equal(t, "e-mail proven", added.EmailVerified, true)
	equal(t, "mobile", added.Mobile, "139****6666")
	for _, who := range []string{"tang.xi", "TANG.XI", "13900006666", "tang@example.com", jsonNumber(added.ID)} {
		equal(t, who, asked[admincmd.User](t, db, "user", "show", who).ID, added.ID)
	}
	equal(t, "mobile in full", asked[admincmd.User](t, db, "user", "show", "tang.xi", "--full").Mobile, "13900006666")

	table := done(t, at(db, "user", "show", "tang.xi")...)
	contains(t, table, "tang.xi", "唐溪", "唐小溪", "administrator", "139****6666", "tang@example.com", "command_line")
	if strings.Contains(table, "13900006666") {
		t.Error("the table tells the mobile in full")
	}
	done(t, at(db, "user", "add", "second")...)
	done(t, at(db, "user", "add", "third")...)
	contains(t, done(t, at(db, "user", "list")...), "user name", "tang.xi", "second", "third", "139****6666")
	page := listed[admincmd.User](t, db, "user", "list", "--after", jsonNumber(added.ID), "--limit", "1")
	if len(page) != 1 || page[0].Username != "second" {
		t.Errorf("the page holds %v", page)
	}
	equal(t, "users beyond the last", len(listed[admincmd.User](t, db, "user", "list", "--after", "9007199254740991")), 0)
}

func TestUserCommandsTellWhatIsWrong(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi", "--mobile", "13900006666")...)
	for _, test := range []struct {
		code int
		text string
		args []string
	}{
		{cli.ExitFailed, "The user name is taken", []string{"user", "add", "Tang.Xi"}},
		{cli.ExitFailed, "The mobile is taken", []string{"user", "add", "other", "--mobile", "13900006666"}},
		{cli.ExitFailed, "mobile has the wrong format", []string{"user", "add", "other", "--mobile", "123"}},
		{cli.ExitFailed, "at least 8 characters", []string{"user", "add", "other", "--password", "short"}},
		{cli.ExitFailed, "too common", []string{"user", "add", "other", "--password", "password123"}},
		{cli.ExitFailed, "no password on standard input", []string{"user", "add", "other", "--password-stdin"}},
		{cli.ExitFailed, "No such user", []string{"user", "show", "nobody"}},
		{cli.ExitFailed, "No such user", []string{"user", "disable", "999999"}},
		{cli.ExitFailed, "No such organisation", []string{"user", "join", "tang.xi", "nowhere"}},
		{cli.ExitFailed, "No such organisation", []string{"user", "leave", "tang.xi", "nowhere"}},
		{cli.ExitUsage, "must be one of", []string{"user", "role", "tang.xi", "emperor"}},
		{cli.ExitUsage, "can't be used together", []string{"user", "add", "other", "--password", "violet-otter-lantern", "--password-stdin"}},
		{cli.ExitUsage, "expected", []string{"user", "show"}},
		{cli.ExitUsage, "unknown flag", []string{"user", "list", "--everything"}},
	} {
		refused(t, test.code, test.text, at(db, test.args...)...)
	}
	equal(t, "users", len(listed[admincmd.User](t, db, "user", "list")), 1)
}

func TestUserIsDisabledEnabledAndGivenARole(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi")...)
	equal(t, "disabled", asked[admincmd.User](t, db, "user", "disable", "tang.xi").Disabled, true)
	equal(t, "disabled", asked[admincmd.User](t, db, "user", "enable", "tang.xi").Disabled, false)
	equal(t, "role", asked[admincmd.User](t, db, "user", "role", "tang.xi", "super_administrator").Role, "super_administrator")
}

func TestUserJoinsAndLeaves(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi")...)
	done(t, at(db, "org", "add", "north", "北校区")...)
	done(t, at(db, "role", "add", "teacher", "教师")...)
	joined := asked[admincmd.User](t, db, "user", "join", "tang.xi", "north", "--role", "teacher")
	equal(t, "memberships", jsonText(joined.Memberships), `[{"organisation":"north","name":"北校区","roles":["teacher"]}]`)
	contains(t, done(t, at(db, "user", "show", "tang.xi")...), "north 北校区: teacher")
	refused(t, cli.ExitFailed, "No such role", at(db, "user", "join", "tang.xi", "north", "--role", "captain")...)
	without := asked[admincmd.User](t, db, "user", "leave", "tang.xi", "north", "--role", "teacher")
	equal(t, "memberships", jsonText(without.Memberships), `[{"organisation":"north","name":"北校区","roles":[]}]`)
	equal(t, "memberships", len(asked[admincmd.User](t, db, "user", "leave", "tang.xi", "north").Memberships), 0)
	refused(t, cli.ExitFailed, "The user has no such membership", at(db, "user", "leave", "tang.xi", "north")...)
}

func TestPasswordIsReadFromStandardInput(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := serve(t, "--database", db)
	for _, args := range [][]string{{"user", "add", "tang.xi"}, {"user", "reset-password", "tang.xi"}} {
		secret := "from-stdin-" + args[1]
		result := commandWith(t, secret+"\r\nnot this line\n", append(args, "--password-stdin", "--database", db)...)
		equal(t, "exit code", result.code, cli.ExitOK)
		if strings.Contains(result.out, secret) {
			t.Errorf("%s prints a password that somebody chose", args[1])
		}
		s.signIn(t, "tang.xi", secret)
	}
}

func TestResetPasswordMakesOneUpAndEndsSessions(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := serve(t, "--database", db)
	installation := []string{"--database", db}
	done(t, at(installation, "user", "add", "tang.xi", "--password", "violet-otter-lantern")...)
	jwt := s.signIn(t, "tang.xi", "violet-otter-lantern")
	reset := asked[admincmd.PasswordReset](t, installation, "user", "reset-password", "tang.xi")
	equal(t, "old session", s.do(t, get("/auth/sessions").with("Authorization", jwt)).status, 401)
	s.signIn(t, "tang.xi", reset.Password)
	contains(t, done(t, at(installation, "user", "reset-password", "tang.xi")...), "new password", "tang.xi")
}

// A running server applies changes of the command line at the next request.
func TestDisablingIsSeenByARunningServer(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := serve(t, "--database", db)
	done(t, "user", "add", "tang.xi", "--password", "violet-otter-lantern", "--database", db)
	jwt := s.signIn(t, "tang.xi", "violet-otter-lantern")
	s.ok(t, get("/auth/sessions").with("Authorization", jwt))
	done(t, "user", "disable", "tang.xi", "--database", db)
	equal(t, "status", s.do(t, get("/auth/sessions").with("Authorization", jwt)).status, 401)
}

// Names that an older program has stored must not be able to send control characters to a terminal.
func TestControlCharactersDoNotReachTheTerminal(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi")...)
	file, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(db[1], "sqlite:"))
	must(t, err)
	defer file.Close()
	_, err = file.ExecContext(t.Context(), "UPDATE users SET nickname = ?", "a\x1b[2J\u202e\u0085b")
	must(t, err)
	shown := done(t, at(db, "user", "show", "tang.xi")...)
	if strings.ContainsAny(shown, "\x1b\u202e\u0085") {
		t.Errorf("the table holds control characters: %q", shown)
	}
}

func jsonText(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

func jsonNumber(id int64) string { return jsonText(id) }
