package main

import (
	"database/sql"
	"strings"
	"testing"
)

// TestAnOlderProgramStartsOnNewerTables holds the page about deployment to what
// it says of going one version back.
func TestAnOlderProgramStartsOnNewerTables(t *testing.T) {
	t.Parallel()
	installation := newInstallation(t)
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(installation[1], "sqlite:"))
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	must(t, err)
	contains(t, done(t, at(installation, "migrate")...), "version 9999 (before: 9999)")
	serve(t, installation...).ok(t, get("/readyz"))
	done(t, at(installation, "user", "list")...)
}
