package main

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
)

func TestTheAddressOfAdministration(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ flags, want string }{
		{"", "127.0.0.1:8081"},
		{"--addr 0.0.0.0:8080", "127.0.0.1:8081"},
		{"--addr 0.0.0.0:0", "127.0.0.1:0"},
		{"--demo", ""},
		{"--demo --admin-addr 127.0.0.1:9000", "127.0.0.1:9000"},
		{"--admin-addr 10.0.0.1:9000", "10.0.0.1:9000"},
		{"--admin-addr 127.0.0.1:8080", ""},
		{"--addr 127.0.0.1:0 --admin-addr 127.0.0.1:0", "127.0.0.1:0"},
	} {
		parsed := &commands{}
		_, err := newParser(parsed).Parse(append([]string{"serve"}, strings.Fields(test.flags)...))
		must(t, err)
		equal(t, test.flags, parsed.Serve.adminAddress(), test.want)
	}
}

// Outside of a demonstration nothing of administration is at the address that everybody
// reaches, and the other address is one of this computer.
func TestAdministrationIsApart(t *testing.T) {
	t.Parallel()
	s := serve(t, "--database", newDatabase(t))
	if s.admin == s.origin || !strings.HasPrefix(string(s.admin), "http://127.0.0.1:") {
		t.Errorf("administration is at %s, everything else at %s", s.admin, s.origin)
	}
	for _, path := range []string{"/metrics", "/console/", "/admin/me"} {
		equal(t, path, s.do(t, get(path)).status, http.StatusNotFound)
	}
	s.admin.ok(t, get("/metrics"))
	s.admin.ok(t, get("/readyz"))
	s.admin.ok(t, get("/console/"))
	equal(t, "an operation there", s.admin.do(t, get("/auth/sessions")).status, http.StatusNotFound)
	s.stop()
	s.awaitClosed(t)
	s.admin.awaitClosed(t)
}

func TestADemonstrationServesEverythingAtOneAddress(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	equal(t, "administration", s.admin, s.origin)
	for _, path := range []string{"/metrics", "/console/", "/docs/"} {
		s.ok(t, get(path))
	}
	apart := serve(t, "--demo", "--database", newDatabase(t), "--admin-addr", "127.0.0.1:0")
	equal(t, "the console", apart.do(t, get("/console/")).status, http.StatusNotFound)
	apart.admin.ok(t, get("/console/"))
}

func TestAdministrationCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--no-admin", "--no-console"} {
		s := serve(t, "--database", newDatabase(t), flag)
		s.admin.ok(t, get("/metrics"))
		equal(t, flag, s.admin.do(t, get("/console/")).status, http.StatusNotFound)
	}
}

func TestATakenAddressOfAdministrationIsNamed(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	database, address := newDatabase(t), proctest.FreeAddress(t, "127.0.0.1")
	refused(t, cli.ExitFailed, taken.Addr().String()+" is in use: stop the other program, or choose another address, such as --admin-addr",
		"serve", "--addr", address, "--admin-addr", taken.Addr().String(), "--database", database)
	refused(t, cli.ExitFailed, "there is no database", "user", "list", "--database", database)
	refused(t, cli.ExitUsage, "--admin-addr must be HOST:PORT", "serve", "--addr", "127.0.0.1:0", "--admin-addr", "8081", "--database", database)
}
