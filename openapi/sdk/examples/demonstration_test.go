package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quartet/cmd/quartet/proctest"
)

// startDemonstration builds the program and serves on a free port, which it gives. Tokens live
// for a minute, so that a JWT is renewed after half of it.
func startDemonstration(t *testing.T) (server string) {
	t.Helper()
	folder := t.TempDir()
	program := filepath.Join(folder, "quartet")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "quartet/cmd/quartet").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	server = proctest.FreeAddress(t, "127.0.0.1")
	running := exec.Command(program, "serve", "--demo", "--addr", server, "--database", "sqlite:"+filepath.Join(folder, "quartet.db"),
		"--log-level", "error", "--access-life", "1m")
	running.Env, running.Stderr = withoutSettings(), t.Output()
	must(t, running.Start())
	t.Cleanup(func() {
		_ = running.Process.Signal(os.Interrupt)
		_ = running.Wait()
	})
	proctest.AwaitReady(t, "http://"+server)
	return server
}

// missing gives the first command of a quickstart's file tools that is not installed, and the way to it.
func missing(t *testing.T, folder string) (command, how string) {
	t.Helper()
	tools, err := os.ReadFile(filepath.Join(folder, "tools"))
	must(t, err)
	for line := range strings.Lines(string(tools)) {
		command, how, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, err := exec.LookPath(os.ExpandEnv(command)); err != nil {
			return command, strings.TrimSpace(how)
		}
	}
	return "", ""
}

// withoutSettings is the environment without the settings of the server and of this test.
func withoutSettings() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "QUARTET_") })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
