package client

import (
	"os/exec"
	"strings"
	"testing"
)

// TestClientBringsNoServer: who imports the client gets neither the server nor
// the framework it stands on.
func TestClientBringsNoServer(t *testing.T) {
	text, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	imported := strings.Fields(string(text))
	if len(imported) < 10 {
		t.Fatalf("only %d packages seen", len(imported))
	}
	for _, path := range imported {
		ours := strings.HasPrefix(path, "quartet/") && path != "quartet/openapi/sdk/go"
		if ours || strings.Contains(path, "labstack") || strings.Contains(path, "kin-openapi") {
			t.Errorf("the client imports %s", path)
		}
	}
}
