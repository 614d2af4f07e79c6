package store

import (
	"os"
	"testing"
)

// longLog leaves a write-ahead log longer than logLimit, with a row in it that
// the database file lacks, as a killed server can: whoever reads meanwhile keeps
// the log from being folded at the commit.
func longLog(t *testing.T, s *Store) {
	t.Helper()
	reading, err := s.reader.BeginTxx(t.Context(), nil)
	noError(t, err)
	var users int
	noError(t, reading.Get(&users, "SELECT COUNT(*) FROM users"))
	_, err = s.writer.ExecContext(t.Context(), "CREATE TABLE long (bytes BLOB)")
	noError(t, err)
	_, err = s.writer.ExecContext(t.Context(), "INSERT INTO long VALUES (zeroblob(?))", logLimit+1)
	noError(t, err)
	noError(t, s.Checkpoint(t.Context())) // a reader is no reason to fail
	if folded(t, s) {
		t.Fatal("the log is folded although somebody reads what was before it")
	}
	noError(t, reading.Rollback())
}

// folded tells whether the database file has the long row, without its log:
// SQLite looks for none beside a file that it is told nobody changes.
func folded(t *testing.T, s *Store) bool {
	t.Helper()
	db, err := openSQLite(s.path, DefaultOptions(), 1, "immutable=1")
	noError(t, err)
	defer db.Close()
	var rows int
	err = db.GetContext(t.Context(), &rows, "SELECT COUNT(*) FROM long")
	return err == nil && rows == 1
}

func logSize(t *testing.T, s *Store) int64 {
	t.Helper()
	log, err := os.Stat(s.path + "-wal")
	noError(t, err)
	return log.Size()
}

func TestALongLogIsFoldedAndCut(t *testing.T) {
	t.Parallel()
	s := newSQLite(t)
	longLog(t, s)
	noError(t, s.Checkpoint(t.Context()))
	if !folded(t, s) {
		t.Error("the database file lacks what is in the log")
	}
	if size := logSize(t, s); size <= logLimit {
		t.Fatalf("the log is %d bytes: nothing is left to be cut", size)
	}
	noError(t, add(t.Context(), s, User{ID: 1, GUID: "1", Role: RoleMember}))
	if size := logSize(t, s); size > logLimit {
		t.Errorf("the log is still %d bytes", size)
	}
	_, err := s.UserByID(t.Context(), 1)
	noError(t, err)
}

func TestAShortLogIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newSQLite(t)
	s.folder = func() (*pool, error) {
		t.Error("a connection is opened")
		return openSQLite(s.path, DefaultOptions(), 1)
	}
	noError(t, s.Checkpoint(t.Context()))
}
