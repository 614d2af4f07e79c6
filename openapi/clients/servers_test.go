package clients

import (
	"database/sql"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // the test makes tokens expire

	"quartet/cmd/quartet/proctest"
)

// basePaths are those that the published front ends put before every path.
const basePaths = "/jeecg-boot,/prod-api,/dev-api,/admin-api,/app-api"

const allDialects = "jeecg,yudao,cas,ruoyi,jfinal"

// servers are the two programs, the origins of web pages, and where to make tokens expire.
type servers struct{ honest, legacy, page, other, expire string }

func startServers(t *testing.T) servers {
	t.Helper()
	s := servers{page: origin(t, "app.quartet.example"), other: origin(t, "app.other.example")}
	program := proctest.Build(t)
	files := map[string]string{"honest": filepath.Join(t.TempDir(), "honest.db"), "legacy": filepath.Join(t.TempDir(), "legacy.db")}
	s.honest = s.serve(t, program, files["honest"])
	s.legacy = s.serve(t, program, files["legacy"], "--legacy-status", allDialects)
	s.expire = expirer(t, files)
	return s
}

// origin gives one of a name that only the browser resolves: --demo allows pages of this
// computer by itself.
func origin(t *testing.T, host string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(proctest.FreeAddress(t, "127.0.0.1"))
	must(t, err)
	return "http://" + net.JoinHostPort(host, port)
}

// expirer serves POST ?mode=…, which makes all access tokens of that server expire.
func expirer(t *testing.T, files map[string]string) (url string) {
	t.Helper()
	databases := map[string]*sql.DB{}
	for mode, file := range files {
		database, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
		must(t, err)
		t.Cleanup(func() { _ = database.Close() })
		databases[mode] = database
	}
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		database := databases[r.URL.Query().Get("mode")]
		if database == nil {
			http.Error(w, "unknown mode", http.StatusBadRequest)
		} else if _, err := database.ExecContext(r.Context(), "UPDATE sessions SET access_expires_at = 1"); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	t.Cleanup(listening.Close)
	return listening.URL
}

// serve starts a demonstration. Its limits of one client IP are lifted, since all clients
// have the same.
func (s servers) serve(t *testing.T, program, file string, args ...string) (url string) {
	t.Helper()
	return proctest.Serve(t, program, append([]string{
		"--demo", "--database", "sqlite:" + file, "--log-level", "error",
		"--allow-origins", s.page, "--base-path", basePaths,
		"--failures-per-ip", "100000/1m", "--code-per-ip", "100000/1m", "--register-per-ip", "100000/1m", "--register-global", "100000/1m",
		"--look-up-per-user", "100000/1m", "--look-up-per-ip", "100000/1m", "--look-up-per-application", "100000/1m",
	}, args...)...)
}

func (s servers) environment() []string {
	return []string{
		"QUARTET_HONEST=" + s.honest, "QUARTET_LEGACY=" + s.legacy,
		"QUARTET_PAGE_ORIGIN=" + s.page, "QUARTET_OTHER_ORIGIN=" + s.other, "QUARTET_EXPIRE=" + s.expire,
	}
}

// reset puts the data of both demonstrations back.
func (s servers) reset(t *testing.T) {
	t.Helper()
	for _, server := range []string{s.honest, s.legacy} {
		proctest.Reset(t, server)
	}
}
