package main

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var setUpAddress = regexp.MustCompile(`(http://127\.0\.0\.1:\d+/console/#/setup\?token=qst_[0-9A-Za-z_-]{43})`)

// setUpFile is where an installation of newInstallation keeps the address.
func setUpFile(installation []string) string {
	return strings.TrimPrefix(installation[1], "sqlite:") + ".keys.setup"
}

// What is not a terminal is kept, so the address is in a file that its owner alone reads.
func TestTheAddressOfTheFirstStartIsInAFile(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	file := setUpFile(db)
	var earlier string
	for range 2 {
		s := serve(t, db...)
		contains(t, s.errs.String(), "there are no users yet", file, setUpByCommand)
		text, err := os.ReadFile(file)
		must(t, err)
		info, err := os.Stat(file)
		must(t, err)
		equal(t, "mode", info.Mode().Perm(), os.FileMode(0o600))
		address := setUpAddress.FindString(string(text))
		if address == "" || !strings.HasPrefix(address, string(s.admin)+"/") || address == earlier {
			t.Errorf("in the file: %q, before: %q", text, earlier)
		}
		_, token, _ := strings.Cut(address, "token=")
		if earlier = address; strings.Contains(s.errs.String()+s.out.String(), token) {
			t.Error("the token is in the log")
		}
		s.end(t)
	}
	done(t, at(db, "user", "add", "tang.xi", "--role", "super_administrator")...)
	s := serve(t, db...)
	if _, err := os.Stat(file); !os.IsNotExist(err) || strings.Contains(s.errs.String(), "no users yet") {
		t.Errorf("the hint stays: %v", err)
	}
}

func TestWithoutTheConsoleTheCommandIsNamed(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--no-console", "--no-admin"} {
		db := newInstallation(t)
		contains(t, serve(t, append(db, flag)...).errs.String(), "there are no users yet", setUpByCommand)
		if _, err := os.Stat(setUpFile(db)); !os.IsNotExist(err) {
			t.Errorf("%s: there is an address: %v", flag, err)
		}
	}
}

// Where the file cannot be written the server starts all the same.
func TestTheServerStartsWhereNoFileCanBeWritten(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	must(t, os.Mkdir(setUpFile(db), 0o700)) // a name that is taken
	must(t, os.WriteFile(setUpFile(db)+"/x", nil, 0o600))
	s := serve(t, db...)
	contains(t, s.errs.String(), "cannot be written", setUpByCommand)
	s.ok(t, get("/readyz"))
}

// Whoever opens the address makes the first super administrator, at any server of the
// database, and nobody after them.
func TestTheFirstSuperAdministratorIsMadeOverHTTP(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	first := serve(t, db...)
	text, err := os.ReadFile(setUpFile(db))
	must(t, err)
	_, token, _ := strings.Cut(strings.TrimSpace(string(text)), "token=")
	second := serve(t, db...) // whose address is another one
	body := func(token, password string) string {
		return `{"token":"` + token + `","username":"tang.xi","password":"` + password + `"}`
	}
	equal(t, "at the listener for everybody", first.do(t, raw("/admin/setup", body(token, "violet-otter-lantern"))).status, http.StatusNotFound)
	for _, refused := range []struct {
		token, password string
		status          int
		code            string
	}{
		{"qst_guess", "violet-otter-lantern", http.StatusForbidden, "setup_closed"},
		{token, "password1", http.StatusUnprocessableEntity, "weak_password"},
		{token, "short", http.StatusBadRequest, "invalid_field"},
	} {
		r := second.admin.do(t, raw("/admin/setup", body(refused.token, refused.password)))
		equal(t, "status: "+r.text, r.status, refused.status)
		equal(t, "code", r.body["code"], any(refused.code))
	}
	made := second.admin.do(t, raw("/admin/setup", body(token, "violet-otter-lantern")))
	equal(t, "status: "+made.text, made.status, http.StatusCreated)
	me := first.admin.ok(t, get("/admin/me").with("Authorization", "Bearer "+made.body["token"].(string)))
	equal(t, "role", me.body["role"], any("super_administrator"))
	equal(t, "username", me.body["username"], any("tang.xi"))
	for _, s := range []*running{first, second} {
		again := s.admin.do(t, raw("/admin/setup", body(token, "violet-otter-lantern")))
		equal(t, "again: "+again.text, again.body["code"], any("setup_closed"))
		if log := s.errs.String() + s.out.String(); strings.Contains(log, token) || strings.Contains(log, "violet-otter-lantern") {
			t.Error("a secret is in the log")
		}
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat(setUpFile(db)); os.IsNotExist(err) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the file of the used address stays")
		}
	}
	signedIn := first.admin.do(t, raw("/admin/session", `{"account":"tang.xi","password":"violet-otter-lantern"}`))
	equal(t, "signing in: "+signedIn.text, signedIn.status, http.StatusCreated)
}
