package contracttest

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the tests change the server's database

	"quartet/cmd/quartet/proctest"
	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
	"quartet/server"
)

// target is the contract with the servers that it is replayed against.
type target struct {
	contract contract.Contract
	fixtures replay.Fixtures
	program  string  // its path
	demo     origin  // the program with --demo
	plain    origin  // the program without it
	broken   origin  // a server that fails at everything
	down     origin  // a server whose database is down
	hasty    origin  // a server that waits 50 ms for a body
	database *sql.DB // the demo's database
	second   *sql.DB // that of plain
	seen     map[string]bool
	mobiles  int
}

func newReplayed(t *testing.T) *target {
	t.Helper()
	contract, err := contract.Load()
	must(t, err)
	fixtures, err := replay.Demo(os.LookupEnv)
	must(t, err)
	program := proctest.Build(t)
	demoFile := filepath.Join(t.TempDir(), "demo.db")
	plainFile := filepath.Join(t.TempDir(), "plain.db")
	r := &target{
		contract: contract, fixtures: fixtures, program: program, seen: map[string]bool{},
		demo:  serve(t, program, "--demo", "--database", "sqlite:"+demoFile),
		plain: serve(t, program, "--failures-per-ip", "3/15m", "--look-up-per-user", "3/15m", "--trusted-proxies", "127.0.0.1/32", "--database", "sqlite:"+plainFile),
	}
	command(t, program, "user", "add", changingUser, "--password", memberPassword, "--database", "sqlite:"+plainFile)
	command(t, program, "user", "add", "tao.ran", "--password", memberPassword, "--mobile", "13900000088", "--database", "sqlite:"+plainFile)
	r.broken, r.down = broken(t), down(t)
	r.hasty = inProcess(t, server.Options{Limits: server.Limits{Time: 50 * time.Millisecond}})
	r.database, r.second = openFile(t, demoFile), openFile(t, plainFile)
	return r
}

func openFile(t *testing.T, path string) *sql.DB {
	t.Helper()
	database, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	must(t, err)
	t.Cleanup(func() { _ = database.Close() })
	return database
}

// inProcess starts a server in this process.
func inProcess(t *testing.T, o server.Options) origin {
	t.Helper()
	handler, err := server.New(o)
	must(t, err)
	listening := httptest.NewServer(handler)
	t.Cleanup(listening.Close)
	return origin(listening.URL)
}

const memberPassword = "violet-otter-lantern"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func command(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("quartet %v: %v\n%s", args, err, out)
	}
}

func serve(t *testing.T, program string, args ...string) origin {
	t.Helper()
	return origin(proctest.Serve(t, program, args...))
}

// jwt signs in by password.
func (r *target) jwt(t *testing.T, to origin, account, password string) string {
	t.Helper()
	got := to.send(t, request{
		Method: http.MethodPost, Path: "/api/user/login",
		// The client IP of the other requests may have failed too often.
		Header: http.Header{"Content-Type": {contract.MediaForm}, "X-Forwarded-For": {"203.0.113.7"}},
		Body:   url.Values{"loginAccount": {account}, "password": {password}}.Encode(),
	})
	token, _ := got.body["Jwt"].(string)
	if token == "" {
		t.Fatalf("sign in as %s: %s", account, got.text)
	}
	return token
}

// exec changes the demo's database behind the server's back.
func (r *target) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	result, err := r.database.ExecContext(t.Context(), statement, args...)
	must(t, err)
	if changed, _ := result.RowsAffected(); changed == 0 {
		t.Fatalf("nothing changed by %s", statement)
	}
}
