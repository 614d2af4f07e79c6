package matrix

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quartet/cmd/quartet/proctest"
)

// demonstration is the server that the rows call, and the contract they are generated from.
type demonstration struct{ url, yaml, json string }

// startDemonstration builds the program, writes the rendering for clients, and serves. The
// limits of one client IP are lifted, since all rows have the same.
func startDemonstration(t *testing.T) demonstration {
	t.Helper()
	folder := t.TempDir()
	program := filepath.Join(folder, "quartet")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "quartet/cmd/quartet").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	write := func(format string) string {
		out, err := exec.CommandContext(t.Context(), program, "openapi", "--render", "client", "--format", format).Output()
		must(t, err)
		file := filepath.Join(folder, "openapi."+format)
		must(t, os.WriteFile(file, out, 0o644))
		return file
	}
	address := proctest.FreeAddress(t, "127.0.0.1")
	d := demonstration{url: "http://" + address, yaml: write("yaml"), json: write("json")}
	running := exec.Command(program, "serve", "--demo", "--addr", address, "--database", "sqlite:"+filepath.Join(folder, "quartet.db"),
		"--log-level", "error", "--failures-per-ip", "100000/1m", "--code-per-ip", "100000/1m",
		"--register-per-ip", "100000/1m", "--register-global", "100000/1m")
	running.Env, running.Stderr = withoutSettings(), t.Output()
	must(t, running.Start())
	t.Cleanup(func() {
		_ = running.Process.Signal(os.Interrupt)
		_ = running.Wait()
	})
	proctest.AwaitReady(t, d.url)
	return d
}

// withoutSettings is the environment without the settings of the server and of this test.
func withoutSettings() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "QUARTET_") })
}

func (d demonstration) environment() []string {
	return append(withoutSettings(), "CONTRACT="+d.yaml, "CONTRACT_JSON="+d.json, "BASE_URL="+d.url)
}

// reset puts the data of the demonstration back.
func (d demonstration) reset(t *testing.T) {
	t.Helper()
	answer, err := http.Post(d.url+"/demo/reset", "", nil)
	must(t, err)
	must(t, answer.Body.Close())
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("reset: %s", answer.Status)
	}
}
