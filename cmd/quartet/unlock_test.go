package main

import (
	"net/http"
	"net/url"
	"testing"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
)

// Two servers on one database: the command line lifts a lock on both.
func TestALockIsLiftedByTheCommandLine(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	servers := []*running{serve(t, "--database", db), serve(t, "--database", db)}
	installation := []string{"--database", db}
	const password = "violet-otter-lantern"
	added := asked[admincmd.User](t, installation, "user", "add", "tang.xi", "--password", password)
	try := func(s *running, password string) int {
		return s.do(t, form("/api/user/login", url.Values{"loginAccount": {"tang.xi"}, "password": {password}})).status
	}
	for i := range 5 {
		equal(t, "a wrong password", try(servers[i%2], "not the password"), http.StatusUnauthorized)
	}
	for _, s := range servers {
		equal(t, "the right password, locked", try(s, password), http.StatusUnauthorized)
	}
	unlocked := asked[admincmd.Unlocked](t, installation, "user", "unlock", "tang.xi")
	equal(t, "id", unlocked.ID, added.ID)
	if unlocked.Counters == 0 {
		t.Error("no counter was deleted")
	}
	for _, s := range servers {
		equal(t, "the right password", try(s, password), http.StatusOK)
	}
	contains(t, done(t, at(installation, "audit", "--kind", "user_unlocked")...), "command line", jsonNumber(added.ID))

	equal(t, "client ip", asked[admincmd.Unlocked](t, installation, "user", "unlock", "--client-ip", "2001:db8::1").ClientIP, "2001:db8::1")
	contains(t, done(t, at(installation, "user", "unlock", "tang.xi", "--client-ip", "127.0.0.1")...), "127.0.0.1", "tang.xi", "counters deleted")
	refused(t, cli.ExitUsage, "name a user", at(installation, "user", "unlock")...)
	refused(t, cli.ExitUsage, "--client-ip", at(installation, "user", "unlock", "--client-ip", "here")...)
	refused(t, cli.ExitFailed, "No such user", at(installation, "user", "unlock", "nobody")...)
}
