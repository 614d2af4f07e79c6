package clients

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the tables of README.md")

// TestClients runs the families of clients one after the other. Without QUARTET_CLIENTS it
// is skipped, since it needs more than Go; QUARTET_CLIENTS=all runs all of them,
// QUARTET_CLIENTS=node,java some.
func TestClients(t *testing.T) {
	chosen := os.Getenv("QUARTET_CLIENTS")
	if chosen == "" {
		t.Skip("to run this, use make test-clients, or set QUARTET_CLIENTS=all")
	}
	names := []string{"all"}
	for _, f := range families {
		names = append(names, f.name)
	}
	for name := range strings.SplitSeq(chosen, ",") {
		if !slices.Contains(names, name) {
			t.Fatalf("there is no family %q, only %s", name, strings.Join(names, ", "))
		}
	}
	servers := startServers(t)
	ran := map[string]matrix{}
	for _, f := range families {
		if chosen != "all" && !strings.Contains(","+chosen+",", ","+f.name+",") {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			if tool := f.missing(); tool != "" {
				if os.Getenv("CI") == "true" {
					t.Fatalf("%s is missing", tool)
				}
				t.Skipf("skipped: %s, since %s is missing. To run it: %s", f.name, tool, f.how)
			}
			servers.reset(t)
			steps := readSteps(t, f.run(t, servers.environment()))
			ran[f.name] = newMatrix(t, steps)
			ran[f.name].check(t)
			t.Logf("what works, and with which options:\n\n%s", languages[0].family(ran[f.name]))
		})
	}
	if !t.Failed() || *update {
		checkPages(t, ran)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
