package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/proctest"
	"quartet/store/storetest"
)

// Every case runs on PostgreSQL and MariaDB, answers as it must, and ends up in the results;
// the database is gone afterwards.
func TestClusterBenchEndToEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs the program")
	}
	postgres, mariadb := os.Getenv(storetest.PostgresVariable), os.Getenv(storetest.MySQLVariable)
	if postgres == "" && mariadb == "" {
		t.Skipf("to run this, set %s or %s", storetest.PostgresVariable, storetest.MySQLVariable)
	}
	o := clusterOptions{
		Program: proctest.Build(t), Postgres: postgres, Mariadb: mariadb, Rounds: 1, Duration: 10 * time.Millisecond, Clients: mostServers,
		sizes: []int{writeLimit}, sessions: writeLimit,
	}
	r, err := measureCluster(t.Context(), o)
	must(t, err)
	var printed strings.Builder
	folder := t.TempDir()
	must(t, publish(r, &printed, folder, "results-cluster"))
	for engine, url := range map[string]string{onPostgres: postgres, onMariaDB: mariadb} {
		for _, name := range clusterCases {
			if line := "bench-cluster " + engine + " " + name + " users=1000,servers=3,round-trips "; url != "" && !strings.Contains(printed.String(), line) {
				t.Errorf("no line begins with %q:\n%s", line, printed.String())
			}
		}
	}
	page, err := os.ReadFile(filepath.Join(folder, "results-cluster.md"))
	must(t, err)
	if text := string(page); !strings.Contains(text, "Not measured, because no URL was given: ") || !strings.Contains(text, onGalera) {
		t.Errorf("the page does not say what was skipped:\n%s", text)
	}
	for _, f := range r.Figures {
		if f.Statements[0] < 1 || f.RoundTrips[0] < 1 || f.Statements[1] < 1 || f.Server.PerSecond <= 0 || f.Reference.PerSecond <= 0 {
			t.Errorf("a figure is missing: %+v", f)
		}
	}
}
