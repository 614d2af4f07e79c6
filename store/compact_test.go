package store

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
)

// beforeCompact is the last version whose tables on SQLite are those of every
// engine, and compact the one that changed them.
const (
	beforeCompact = 4
	compact       = 5
)

// The migration keeps every value and every constraint.
func TestCompactTablesKeepEverything(t *testing.T) {
	t.Parallel()
	onEachUnmigrated(t, func(t *testing.T, s *Store) {
		migrateTo(t, s, beforeCompact)
		fillAll(t, s)
		before, rules := allFacts(t, s, everyOldTable()), demands(t, s)
		noError(t, s.Migrate(t.Context()))
		if after := allFacts(t, s, tablesBefore7()); !reflect.DeepEqual(after, before) {
			t.Errorf("the tables held\n%v\nand hold\n%v", before, after)
		}
		if now := demands(t, s); !slices.Equal(now, rules) {
			t.Errorf("the tables demanded\n%s\nand demand\n%s", strings.Join(rules, "\n"), strings.Join(now, "\n"))
		}
		if s.Engine() == SQLite {
			wantSound(t, s)
		}
	})
}

// A database that is migrated full has the tables of one that is migrated empty.
func TestCompactTablesAreThoseOfANewDatabase(t *testing.T) {
	t.Parallel()
	s := unmigratedSQLite(t)
	migrateTo(t, s, beforeCompact)
	fillAll(t, s)
	noError(t, s.Migrate(t.Context()))
	const schema = "SELECT type || ' ' || name || ': ' || COALESCE(sql, '') FROM sqlite_schema ORDER BY 1"
	var migrated, made []string
	noError(t, s.reader().Select(&migrated, schema))
	noError(t, newSQLite(t).reader().Select(&made, schema))
	if !slices.Equal(migrated, made) {
		t.Errorf("migrated:\n%s\nnew:\n%s", strings.Join(migrated, "\n"), strings.Join(made, "\n"))
	}
	for _, text := range migrated {
		if strings.Contains(text, "_4") {
			t.Errorf("%s: an old table is left", text)
		}
	}
}

// An interrupted migration has changed nothing, and runs at the next start.
func TestCompactTablesAllOrNothing(t *testing.T) {
	t.Parallel()
	s := unmigratedSQLite(t)
	migrateTo(t, s, beforeCompact)
	fillAll(t, s)
	before := allFacts(t, s, everyOldTable())
	var pages int
	noError(t, s.writer().Get(&pages, "PRAGMA page_count"))
	if _, err := s.writer().Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+5)); err != nil {
		t.Fatal(err)
	}
	if _, unavailable := errors.AsType[UnavailableError](s.Migrate(t.Context())); !unavailable {
		t.Fatal("a full disk did not keep the migration from being done: nothing was tested")
	}
	if current, _, err := s.MigrationStatus(t.Context()); err != nil || current != beforeCompact {
		t.Errorf("version %d, %v", current, err)
	}
	if after := allFacts(t, s, everyOldTable()); !reflect.DeepEqual(after, before) {
		t.Errorf("the tables held\n%v\nand hold\n%v", before, after)
	}
	if _, err := s.writer().Exec("PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	noError(t, s.Migrate(t.Context()))
	if after := allFacts(t, s, tablesBefore7()); !reflect.DeepEqual(after, before) {
		t.Errorf("the tables held\n%v\nand hold\n%v", before, after)
	}
}

// Of two programs that migrate at the same time each may do the work.
func TestCompactTablesTwice(t *testing.T) {
	t.Parallel()
	s := unmigratedSQLite(t)
	migrateTo(t, s, beforeCompact)
	fillAll(t, s)
	before := allFacts(t, s, everyOldTable())
	for range 2 {
		migrateTo(t, s, compact)
		if _, err := s.writer().Exec("DELETE FROM goose_db_version WHERE version_id > ?", beforeCompact); err != nil {
			t.Fatal(err)
		}
	}
	if after := allFacts(t, s, everyOldTable()); !reflect.DeepEqual(after, before) {
		t.Errorf("the tables held\n%v\nand hold\n%v", before, after)
	}
	wantSound(t, s)
}

// Rows that were found by a value before are found by it afterwards.
func TestCompactRowsAreFound(t *testing.T) {
	t.Parallel()
	s := unmigratedSQLite(t)
	migrateTo(t, s, beforeCompact)
	fillAll(t, s)
	noError(t, s.Migrate(t.Context()))
	for n := int64(1); n <= rowsEach; n++ {
		session := Session{ID: n, AccessHash: new(Digest(digestNo("access_hash", n))), RefreshHash: new(Digest(digestNo("refresh_hash", n)))}
		if n == withNulls {
			continue
		}
		found, err := s.SessionWithUserByAccessHash(t.Context(), *session.AccessHash, "")
		if noError(t, err); found.ID != n {
			t.Errorf("session %d has the access token of session %d", found.ID, n)
		}
		refreshed, err := s.SessionByRefreshHash(t.Context(), *session.RefreshHash)
		if noError(t, err); refreshed.ID != n {
			t.Errorf("session %d has the refresh token of session %d", refreshed.ID, n)
		}
		user, err := s.UserByVerifiedMobile(t.Context(), Digest(digestNo("mobile_index", n)))
		if noError(t, err); user.ID != n {
			t.Errorf("user %d has the mobile of user %d", user.ID, n)
		}
	}
}

func wantSound(t *testing.T, s *Store) {
	t.Helper()
	if verdict := setting(t, s.writer(), "PRAGMA integrity_check"); verdict != "ok" {
		t.Error(verdict)
	}
	var dangling []string
	noError(t, s.writer().Select(&dangling, `SELECT "table" FROM pragma_foreign_key_check`))
	if len(dangling) > 0 {
		t.Errorf("dangling rows of %v", dangling)
	}
}

func TestPackedTextsComeBack(t *testing.T) {
	t.Parallel()
	hash, id := strings.Repeat("0af9", 16), "0af9c3d2-1b2c-4d5e-8f90-a1b2c3d4e5f6"
	for text, bytes := range map[string]int{hash: 32, strings.ToUpper(hash): 0, hash[1:]: 0, hash + "0": 0, strings.Repeat("xyzw", 16): 0, "": 0} {
		var back Digest
		wantPacked(t, text, bytes, Digest(text).Value, back.Scan)
		if string(back) != text {
			t.Errorf("%q comes back as %q", text, back)
		}
	}
	for text, bytes := range map[string]int{
		id: 16, strings.ToUpper(id): 0, "{" + id + "}": 0, "urn:uuid:" + id: 0, strings.ReplaceAll(id, "-", ""): 0, "guid-1": 0, "": 0,
	} {
		var back GUID
		wantPacked(t, text, bytes, GUID(text).Value, back.Scan)
		if string(back) != text {
			t.Errorf("%q comes back as %q", text, back)
		}
	}
	for _, column := range []any{nil, int64(1), []byte("\xffshort"), true} {
		if err := new(Digest).Scan(column); err == nil {
			t.Errorf("%v was read as a hash", column)
		}
		if err := new(GUID).Scan(column); err == nil {
			t.Errorf("%v was read as a GUID", column)
		}
	}
}

// The space of the old tables is returned, if there is enough.
func TestMigratingShrinksTheFile(t *testing.T) {
	t.Parallel()
	s := unmigratedSQLite(t)
	migrateTo(t, s, beforeCompact)
	if _, err := s.writer().Exec(`WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
		INSERT INTO audit_events SELECT n, n, 'sign_in', NULL, NULL, NULL, '', '', hex(zeroblob(1000)) FROM n`); err != nil {
		t.Fatal(err)
	}
	noError(t, s.Migrate(t.Context()))
	if free := setting(t, s.writer(), "PRAGMA freelist_count"); free != "0" {
		t.Errorf("%s pages are free", free)
	}
	var events int
	noError(t, s.reader().Get(&events, "SELECT COUNT(*) FROM audit_events"))
	if events != 5000 {
		t.Errorf("%d events are left", events)
	}
	path := setting(t, s.reader(), "SELECT file FROM pragma_database_list")
	if log, err := os.Stat(path + "-wal"); err != nil || log.Size() > 64<<10 {
		t.Errorf("the write-ahead log stays as large as it has grown: %v, %v", log, err)
	}
	for _, p := range []*sqlx.DB{s.writer(), s.reader()} {
		if mode := setting(t, p, "PRAGMA journal_mode"); mode != "wal" {
			t.Errorf("the journal's mode is %s", mode)
		}
	}
}

// Programs before version 11 left what they deleted in the file.
func TestMigratingOverwritesWhatWasDeleted(t *testing.T) {
	t.Parallel()
	const deleted = "invented-name-of-somebody-deleted"
	s := unmigratedSQLite(t)
	migrateTo(t, s, 10)
	for _, statement := range []string{
		"PRAGMA secure_delete = 0",
		"INSERT INTO audit_events (id, at, kind, dialect, client_ip, detail) VALUES (1, 1, 'a', '', '', '" + deleted + "')",
		"DELETE FROM audit_events",
		"PRAGMA secure_delete = 1",
		"PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		if _, err := s.writer().Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	path := setting(t, s.reader(), "SELECT file FROM pragma_database_list")
	holds := func() bool {
		content, err := os.ReadFile(path)
		noError(t, err)
		log, err := os.ReadFile(path + "-wal")
		noError(t, err)
		return strings.Contains(string(content)+string(log), deleted)
	}
	if !holds() {
		t.Fatal("the file does not hold what was deleted")
	}
	noError(t, s.Migrate(t.Context()))
	if holds() {
		t.Error("the file still holds what was deleted")
	}
}

// Dialects that were named after envelopes get the names of frameworks.
func TestOldDialectsGetTheirNames(t *testing.T) {
	t.Parallel()
	onEachUnmigrated(t, func(t *testing.T, s *Store) {
		migrateTo(t, s, compact)
		fillAll(t, s)
		old := []string{"result", "data", "status", "flat", "state", "command_line"}
		for i, dialect := range old[:rowsEach] {
			_, err := s.writer().Exec(s.writer().Rebind("UPDATE sessions SET style = ? WHERE id = ?"), dialect, i+1)
			noError(t, err)
		}
		for i, dialect := range old[len(old)-rowsEach:] {
			_, err := s.writer().Exec(s.writer().Rebind("UPDATE audit_events SET style = ? WHERE id = ?"), dialect, i+1)
			noError(t, err)
		}
		noError(t, s.Migrate(t.Context()))
		for table, want := range map[string][]string{
			"sessions": {"jeecg", "yudao", "cas", "ruoyi"}, "audit_events": {"cas", "ruoyi", "jfinal", "command_line"},
		} {
			var got []string
			noError(t, s.reader().Select(&got, "SELECT dialect FROM "+table+" ORDER BY id"))
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v", table, got)
			}
		}
	})
}
