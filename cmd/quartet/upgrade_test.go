package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/cli"
)

// withNewerTables makes the tables of an installation newer than this program. oldest is
// the oldest version whose programs can use them, "" if they do not say.
func withNewerTables(t *testing.T, installation []string, oldest string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(installation[1], "sqlite:"))
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	must(t, err)
	_, err = db.ExecContext(t.Context(), "DELETE FROM metadata WHERE name = 'compatible'")
	must(t, err)
	if oldest != "" {
		_, err = db.ExecContext(t.Context(), "INSERT INTO metadata (name, value) VALUES ('compatible', ?)", oldest)
		must(t, err)
	}
}

// Newer tables can need what this program does not do, so they say which programs can use
// them.
func TestNewerTablesAreRefusedUnlessTheySayOtherwise(t *testing.T) {
	t.Parallel()
	for _, oldest := range []string{"", "9998", "later"} {
		installation := newInstallation(t)
		withNewerTables(t, installation, oldest)
		before := read(t, strings.TrimPrefix(installation[1], "sqlite:"))
		for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"migrate"}, {"user", "list"}, {"export", filepath.Join(t.TempDir(), "x")}} {
			refused(t, cli.ExitFailed, "the database's tables are at version 9999", at(installation, args...)...)
		}
		equal(t, "the file is unchanged", read(t, strings.TrimPrefix(installation[1], "sqlite:")) == before, true)
		copied := filepath.Join(t.TempDir(), "copy.db")
		contains(t, done(t, "backup", "--database", installation[1], copied), "is complete")
	}
}

func TestNewerTablesThatAreCompatibleAreServed(t *testing.T) {
	t.Parallel()
	installation := newInstallation(t)
	withNewerTables(t, installation, "7")
	contains(t, done(t, at(installation, "migrate")...), "version 9999 (before: 9999)")
	serve(t, installation...).ok(t, get("/readyz"))
	done(t, at(installation, "user", "list")...)
}

// Tables of an older program can be copied before they are migrated.
func TestOlderTablesAreBackedUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "quartet.db"), filepath.Join(dir, "copy.db")
	db, err := sql.Open("sqlite", "file:"+path)
	must(t, err)
	_, err = db.ExecContext(t.Context(), read(t, "testdata/version5/database.sql"))
	must(t, err)
	must(t, db.Close())
	must(t, os.Chmod(path, 0o600))
	contains(t, done(t, "backup", "--database", "sqlite:"+path, copied), "is complete")
	for _, file := range []string{path, copied} {
		refused(t, cli.ExitFailed, "the database's tables are at version 5", "user", "list", "--database", "sqlite:"+file, "--keys", oldKeys(t))
	}
	provesUpgraded(t, []string{"--database", "sqlite:" + copied, "--keys", oldKeys(t)})
}
