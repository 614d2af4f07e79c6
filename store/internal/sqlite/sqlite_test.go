package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

// open opens a new file that holds the table t with the rows 1 to n.
func open(t *testing.T, o engine.Options, n int) *Engine {
	t.Helper()
	if o.StatementTimeout == 0 {
		o.StatementTimeout = 5 * time.Second
	}
	e, err := Open(filepath.Join(t.TempDir(), "quartet.db"), o)
	noError(t, err)
	t.Cleanup(func() { noError(t, e.Close()) })
	_, err = e.now().writer.db.Exec("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
	noError(t, err)
	for id := 1; id <= n; id++ {
		noError(t, e.insert(t.Context(), id))
	}
	return e
}

func (e *Engine) insert(ctx context.Context, id int) error {
	return e.Write(ctx, func(tx engine.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO t (id) VALUES (?)", id)
		return err
	})
}

// now returns the file that is open.
func (e *Engine) now() *openFile { return e.file.Load().openFile }

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 0)
	for _, c := range []struct {
		of            *sqlx.DB
		pragma, value string
	}{
		{e.now().writer.db, "journal_mode", "wal"},
		{e.now().writer.db, "synchronous", "2"}, // FULL
		{e.now().writer.db, "foreign_keys", "1"},
		{e.now().writer.db, "busy_timeout", "50"},
		{e.now().writer.db, "mmap_size", "0"},
		{e.now().writer.db, "query_only", "0"},
		{e.now().reader.db, "journal_mode", "wal"},
		{e.now().reader.db, "busy_timeout", "50"},
		{e.now().reader.db, "mmap_size", "0"},
		{e.now().reader.db, "query_only", "1"},
	} {
		var value string
		noError(t, c.of.Get(&value, "PRAGMA "+c.pragma))
		if value != c.value {
			t.Errorf("%s is %s, want %s", c.pragma, value, c.value)
		}
	}
	connections := e.Connections()
	if w, r := connections["writer"].MaxOpenConnections, connections["reader"].MaxOpenConnections; w != 1 || r != 4 {
		t.Errorf("%d writers and %d readers", w, r)
	}
}

// A connection on which anything went wrong is not used again, and the next caller
// gets another.
func TestFailedConnectionsAreNotUsedAgain(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 1)
	read := func(query string, found func()) error {
		return e.Each(t.Context(), query, nil, []any{new(int64)}, found)
	}
	wantIdle := func(want int) {
		t.Helper()
		if stats := e.Connections()["reader"]; stats.Idle != want || stats.InUse != 0 {
			t.Errorf("%d connections are idle and %d in use", stats.Idle, stats.InUse)
		}
	}
	good := func() {
		t.Helper()
		noError(t, read("SELECT id FROM t", func() {
			if stats := e.Connections()["reader"]; stats.InUse != 1 {
				t.Errorf("%d in use", stats.InUse)
			}
		}))
		wantIdle(1)
	}
	good()
	if err := read("SELECT nothing FROM t", nil); err == nil {
		t.Error("a query that is none was answered")
	}
	wantIdle(0)
	good()
	if err := read("DELETE FROM t", nil); err == nil {
		t.Error("a connection that reads has written")
	}
	good()
}

func TestConnectionsEndWithTheEngine(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 1)
	noError(t, e.now().reader.with(t.Context(), func(*conn) error {
		noError(t, e.now().reader.close())
		return nil // was under way when the engine was closed
	}))
	if open := e.now().reader.db.Stats().OpenConnections; open != 0 {
		t.Errorf("%d connections stay open", open)
	}
}

// Readers wait for each other no longer than their context lasts.
func TestReadersTakeTurns(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 1)
	noError(t, e.now().reader.slots.Acquire(t.Context(), readers))
	soon, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := e.Select(soon, new([]int), "SELECT id FROM t"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	e.now().reader.slots.Release(readers)
	noError(t, e.Select(t.Context(), new([]int), "SELECT id FROM t"))
	if stats := e.Connections()["reader"]; stats.WaitCount != 1 || stats.WaitDuration <= 0 {
		t.Errorf("%d waits of %s", stats.WaitCount, stats.WaitDuration)
	}
}

func TestConstantStatementsAreKept(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 0)
	for i := range 3 {
		noError(t, e.Select(t.Context(), new([]int), "SELECT id FROM t"))
		noError(t, e.SelectOnce(t.Context(), new([]int), fmt.Sprint("SELECT id FROM t WHERE id = ", i)))
		noError(t, e.Write(t.Context(), func(tx engine.Tx) error {
			_, err := tx.Exec(t.Context(), "DELETE FROM t WHERE id = ?", 9)
			_, once := tx.ExecOnce(t.Context(), fmt.Sprint("DELETE FROM t WHERE id = ", i))
			return errors.Join(err, once)
		}))
	}
	if kept := len(e.now().reader.idle[0].prepared); kept != 1 {
		t.Errorf("%d statements that read are kept", kept)
	}
	kept := 0
	e.now().writer.statements.Range(func(any, any) bool { kept++; return true })
	if kept != 1 {
		t.Errorf("%d statements that write are kept", kept)
	}
}

func TestTooManyWritersAreRefused(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 0)
	e.now().writer.led, e.now().writer.waiting = true, make([]*write, maxWaiting)
	if err := e.insert(t.Context(), 1); !errors.Is(err, errCrowded) || !e.Classify(err).Unavailable {
		t.Error(err)
	}
}

// longLog leaves a write-ahead log longer than logLimit, with a row in it that
// the database file lacks, as a killed server can: whoever reads meanwhile keeps
// the log from being moved at the commit.
func longLog(t *testing.T, e *Engine) {
	t.Helper()
	reading, err := e.Snapshot(t.Context())
	noError(t, err)
	noError(t, reading.Get(new(int), "SELECT COUNT(*) FROM t"))
	_, err = e.now().writer.db.Exec("CREATE TABLE long (bytes BLOB)")
	noError(t, err)
	_, err = e.now().writer.db.Exec("INSERT INTO long VALUES (zeroblob(?))", logLimit+1)
	noError(t, err)
	noError(t, e.Checkpoint(t.Context())) // a reader is no reason to fail
	if moved(t, e) {
		t.Fatal("the log is moved although somebody reads what was before it")
	}
	noError(t, reading.Rollback())
}

// moved tells whether the database file has the long row, without its log: SQLite
// looks for none beside a file that it is told nobody changes.
func moved(t *testing.T, e *Engine) bool {
	t.Helper()
	db, err := e.now().pool(busyWait, 1, "immutable=1")
	noError(t, err)
	defer db.Close()
	var rows int
	err = db.Get(&rows, "SELECT COUNT(*) FROM long")
	return err == nil && rows == 1
}

func logSize(t *testing.T, e *Engine) int64 {
	t.Helper()
	log, err := os.Stat(e.path + "-wal")
	noError(t, err)
	return log.Size()
}

func TestALongLogIsMovedAndCut(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 0)
	longLog(t, e)
	noError(t, e.Checkpoint(t.Context()))
	if !moved(t, e) {
		t.Error("the database file lacks what is in the log")
	}
	if size := logSize(t, e); size <= logLimit {
		t.Fatalf("the log is %d bytes: nothing is left to be cut", size)
	}
	noError(t, e.insert(t.Context(), 1))
	if size := logSize(t, e); size > logLimit {
		t.Errorf("the log is still %d bytes", size)
	}
	var found []int
	noError(t, e.Select(t.Context(), &found, "SELECT id FROM t"))
	if len(found) != 1 {
		t.Error(found)
	}
}
