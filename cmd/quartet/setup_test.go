package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
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
