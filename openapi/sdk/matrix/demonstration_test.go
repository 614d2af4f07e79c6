package matrix

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"quartet/cmd/quartet/proctest"
)

// demonstration is the server that the rows call, and the contract they are generated from.
type demonstration struct{ url, yaml, json string }

// startDemonstration builds the program, writes the rendering for clients, and serves. The
// limits of one client IP are lifted, since all rows have the same.
func startDemonstration(t *testing.T) demonstration {
	t.Helper()
	folder, program := t.TempDir(), proctest.Build(t)
	write := func(format string) string {
		out, err := exec.CommandContext(t.Context(), program, "openapi", "--render", "client", "--format", format).Output()
		must(t, err)
		file := filepath.Join(folder, "openapi."+format)
		must(t, os.WriteFile(file, out, 0o644))
		return file
	}
	return demonstration{yaml: write("yaml"), json: write("json"), url: proctest.Serve(t, program,
		"--demo", "--database", "sqlite:"+filepath.Join(folder, "quartet.db"), "--log-level", "error",
		"--failures-per-ip", "100000/1m", "--code-per-ip", "100000/1m", "--register-per-ip", "100000/1m", "--register-global", "100000/1m",
		"--look-up-per-user", "100000/1m", "--look-up-per-ip", "100000/1m", "--look-up-per-application", "100000/1m")}
}

func (d demonstration) environment() []string {
	return append(proctest.WithoutSettings(), "CONTRACT="+d.yaml, "CONTRACT_JSON="+d.json, "BASE_URL="+d.url)
}
