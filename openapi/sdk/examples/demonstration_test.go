package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"quartet/cmd/quartet/proctest"
)

// startDemonstration builds the program and serves on a free port, which it gives. Tokens live
// for a minute, so that a JWT is renewed after half of it.
func startDemonstration(t *testing.T) (server string) {
	t.Helper()
	return strings.TrimPrefix(proctest.Demonstrate(t, "--access-life", "1m"), "http://")
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

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
