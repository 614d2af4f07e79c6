package main

import (
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi"
)

func TestAUserIsExportedAndDeleted(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := serve(t, "--database", db)
	installation := []string{"--database", db}
	const password = "violet-otter-lantern"
	added := asked[admincmd.User](t, installation, "user", "add", "tang.xi", "--password", password,
		"--nickname", "唐溪", "--mobile", "13900006666", "--email", "tang@example.com")
	done(t, at(installation, "org", "add", "north", "北校区")...)
	done(t, at(installation, "user", "join", "tang.xi", "north")...)
	jwt := s.signIn(t, "tang.xi", password)

	var copied openapi.PersonalData
	text := done(t, at(installation, "user", "export", "tang.xi")...)
	decode(t, text, &copied)
	equal(t, "id", copied.User.Id, added.ID)
	equal(t, "mobile", *copied.User.Mobile, "13900006666")
	equal(t, "organisations", copied.Organisations[0].Name, "北校区")
	equal(t, "sessions", len(copied.Sessions), 1)
	if strings.Contains(text, "argon2") || strings.Contains(text, jwt) {
		t.Error("the copy holds a secret")
	}
	equal(t, "copies in the audit", len(audited(t, installation, "--kind", "data_copied")), 1)

	remove := at(installation, "user", "delete", "tang.xi")
	refused(t, cli.ExitUsage, "this erases the user "+jsonNumber(added.ID)+" (tang.xi) and everything that names them, which cannot be undone", remove...)
	s.ok(t, get("/auth/sessions").with("Authorization", jwt))
	contains(t, done(t, append(remove, "--yes")...), "Deleted: "+jsonNumber(added.ID))
	equal(t, "the session of the one who went", s.do(t, get("/auth/sessions").with("Authorization", jwt)).status, http.StatusUnauthorized)
	refused(t, cli.ExitFailed, "No such user", append(remove, "--yes")...)
	refused(t, cli.ExitFailed, "No such user", at(installation, "user", "export", "tang.xi")...)
	contains(t, done(t, at(installation, "audit")...), "user_erased", "command line")
	equal(t, "who has the number now", asked[admincmd.User](t, installation, "user", "add", "other", "--mobile", "13900006666").ID != added.ID, true)
	s.end(t)
	path := strings.TrimPrefix(db, "sqlite:")
	for _, file := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, name := range []string{"tang.xi", "tang@example.com", "唐溪"} {
			if strings.Contains(string(content), name) {
				t.Errorf("%s is still in %s", name, file)
			}
		}
	}
}

// Whether or not the last super administrator can sign in, they are not erased.
func TestTheLastSuperAdministratorIsNotDeleted(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi", "--role", "super_administrator")...)
	remove := at(db, "user", "delete", "tang.xi", "--yes")
	refused(t, cli.ExitFailed, "This is the last super administrator", remove...)
	file, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(db[1], "sqlite:"))
	must(t, err)
	_, err = file.ExecContext(t.Context(), "UPDATE users SET disabled_at = 1")
	must(t, errors.Join(err, file.Close()))
	refused(t, cli.ExitFailed, "This is the last super administrator", remove...)
	done(t, at(db, "user", "add", "li.na", "--role", "super_administrator")...)
	done(t, remove...)
}

func TestAClosedAccountIsShownAsOne(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := serve(t, "--database", db)
	installation := []string{"--database", db}
	const password = "violet-otter-lantern"
	done(t, at(installation, "user", "add", "tang.xi", "--password", password)...)
	equal(t, "erased at", asked[admincmd.User](t, installation, "user", "show", "tang.xi").ErasedAt == nil, true)
	jwt := s.signIn(t, "tang.xi", password)
	s.ok(t, raw("/auth/account/close", `{"password":"`+password+`"}`).with("Authorization", jwt))
	if at := asked[admincmd.User](t, installation, "user", "show", "tang.xi").ErasedAt; at == nil || at.Before(time.Now()) {
		t.Errorf("erased at %v", at)
	}
	contains(t, done(t, at(installation, "user", "show", "tang.xi")...), "closed, erased at")
	s.ok(t, form("/api/user/login", url.Values{"loginAccount": {"tang.xi"}, "password": {password}}))
	equal(t, "erased at, after a sign-in", asked[admincmd.User](t, installation, "user", "show", "tang.xi").ErasedAt == nil, true)
}
