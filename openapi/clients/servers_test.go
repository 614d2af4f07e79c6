package clients

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"quartet/cmd/quartet/proctest"
)

// basePaths are those that the published front ends put before every path.
const basePaths = "/jeecg-boot,/prod-api,/dev-api,/admin-api,/app-api"

const allDialects = "jeecg,yudao,cas,ruoyi,jfinal"

// servers are the two programs, and the origins of web pages.
type servers struct{ honest, legacy, page, other string }

func startServers(t *testing.T) servers {
	t.Helper()
	s := servers{page: "http://" + proctest.FreeAddress(t, "127.0.0.1"), other: "http://" + proctest.FreeAddress(t, "127.0.0.1")}
	program := filepath.Join(t.TempDir(), "quartet")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "quartet/cmd/quartet").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	s.honest = s.serve(t, program)
	s.legacy = s.serve(t, program, "--legacy-status", allDialects)
	return s
}

// serve starts a demonstration on a free port and waits until it is ready. Its limits of
// one client IP are lifted, since all clients have the same.
func (s servers) serve(t *testing.T, program string, args ...string) (url string) {
	t.Helper()
	address := proctest.FreeAddress(t, "127.0.0.1")
	running := exec.Command(program, append([]string{
		"serve", "--demo", "--addr", address, "--database", "sqlite:" + filepath.Join(t.TempDir(), "quartet.db"), "--log-level", "warn",
		"--allow-origins", s.page,
		"--failures-per-ip", "100000/1m", "--code-per-ip", "100000/1m", "--register-per-ip", "100000/1m", "--register-global", "100000/1m",
	}, args...)...)
	running.Stdout, running.Stderr = t.Output(), t.Output()
	must(t, running.Start())
	t.Cleanup(func() {
		_ = running.Process.Signal(os.Interrupt)
		_ = running.Wait()
	})
	proctest.AwaitReady(t, "http://"+address)
	return "http://" + address
}

func (s servers) environment() []string {
	return []string{
		"QUARTET_HONEST=" + s.honest, "QUARTET_LEGACY=" + s.legacy,
		"QUARTET_PAGE_ORIGIN=" + s.page, "QUARTET_OTHER_ORIGIN=" + s.other,
	}
}

// reset puts the data of both demonstrations back.
func (s servers) reset(t *testing.T) {
	t.Helper()
	for _, server := range []string{s.honest, s.legacy} {
		answer, err := http.Post(server+"/demo/reset", "", nil)
		must(t, err)
		must(t, answer.Body.Close())
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("reset: %s", answer.Status)
		}
	}
}
