package main

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/cli"
)

// awaitReady waits until /readyz answers a status, for the 5 s that the guarantee gives it.
func (s *running) awaitReady(t *testing.T, status int) reply {
	t.Helper()
	limit := time.Now().Add(5 * time.Second)
	for {
		answer := s.do(t, get("/readyz").with("Accept-Language", "en"))
		if answer.status == status {
			return answer
		}
		if time.Now().After(limit) {
			t.Fatalf("after 5 s /readyz answers %d, not %d: %s\n%s", answer.status, status, answer.text, s.errs)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// signInStatus is the HTTP status of a sign-in.
func (s *running) signInStatus(t *testing.T, name, password string) int {
	t.Helper()
	return s.do(t, form("/api/user/login", url.Values{"loginAccount": {name}, "password": {password}})).status
}

const bossPassword = "violet-otter-lantern"

// installationOf makes an installation with a user, and returns it with the path of its
// database.
func installationOf(t *testing.T, user string) (installation []string, path string) {
	t.Helper()
	installation = newInstallation(t)
	done(t, at(installation, "user", "add", user, "--role", "administrator", "--password", bossPassword)...)
	return installation, strings.TrimPrefix(installation[1], "sqlite:")
}

func TestAMovedDatabaseIsNotServed(t *testing.T) {
	t.Parallel()
	installation, path := installationOf(t, "boss")
	server := serve(t, installation...)
	jwt := server.signIn(t, "boss", bossPassword)
	server.awaitReady(t, http.StatusOK)

	must(t, os.Rename(path, path+".away"))
	created := server.do(t, raw("/api/user/create", `{"username":"lost"}`).with("Jwt", jwt))
	equal(t, "a write right after the move", created.status, http.StatusServiceUnavailable)
	answer := server.awaitReady(t, http.StatusServiceUnavailable)
	contains(t, answer.text, `"detail":"The file of the database was moved, removed or replaced; the log has more"`)
	contains(t, server.errs.String(), "the database is not available", path)
	refused(t, cli.ExitFailed, "503 Service Unavailable: The file of the database was moved", "health", "--addr", strings.TrimPrefix(string(server.origin), "http://"))
	equal(t, "a read", server.do(t, get("/auth/sessions").with("token", jwt)).status, http.StatusServiceUnavailable)
	equal(t, "a sign-in", server.signInStatus(t, "boss", bossPassword), http.StatusServiceUnavailable)
	server.ok(t, get("/healthz"))

	must(t, os.Rename(path+".away", path))
	server.awaitReady(t, http.StatusOK)
	contains(t, server.errs.String(), "the database is available again")
	server.ok(t, get("/auth/sessions").with("token", jwt))
	server.ok(t, raw("/api/user/create", `{"username":"kept"}`).with("Jwt", jwt))
}

func TestARemovedDatabaseIsNotServed(t *testing.T) {
	t.Parallel()
	installation, path := installationOf(t, "boss")
	server := serve(t, installation...)
	jwt := server.signIn(t, "boss", bossPassword)
	must(t, os.Remove(path))
	for range 3 {
		created := server.do(t, raw("/api/user/create", `{"username":"lost"}`).with("Jwt", jwt))
		equal(t, "a write", created.status, http.StatusServiceUnavailable)
	}
	server.awaitReady(t, http.StatusServiceUnavailable)
	if _, err := os.Stat(path); err == nil {
		t.Error("the server has made another database")
	}
}

func TestAnotherDatabaseIsServedOnceItIsChecked(t *testing.T) {
	t.Parallel()
	installation, path := installationOf(t, "boss")
	backup := path + ".backup"
	done(t, "backup", "--database", installation[1], backup)
	_, stranger := installationOf(t, "stranger")
	foreign := path + ".foreign"
	done(t, "backup", "--database", "sqlite:"+stranger, foreign)

	server := serve(t, installation...)
	jwt := server.signIn(t, "boss", bossPassword)
	later := server.ok(t, raw("/api/user/create", `{"username":"later"}`).with("Jwt", jwt)).body["userId"]

	must(t, os.Rename(foreign, path)) // which was used with other keys
	server.awaitReady(t, http.StatusServiceUnavailable)
	<-server.errs.Holds("do not belong to this database")
	equal(t, "a sign-in", server.signInStatus(t, "stranger", bossPassword), http.StatusServiceUnavailable)

	must(t, os.Rename(backup, path)) // which is from before the session and the later user
	server.awaitReady(t, http.StatusOK)
	equal(t, "a token of the old file", server.do(t, get("/auth/sessions").with("token", jwt)).status, http.StatusUnauthorized)
	jwt = server.signIn(t, "boss", bossPassword)
	again := server.ok(t, raw("/api/user/create", `{"username":"later"}`).with("Jwt", jwt)).body["userId"]
	if again == later {
		t.Error("the user of the old file is there")
	}
	server.end(t)
	contains(t, done(t, at(installation, "user", "list")...), "boss", "later")
}
