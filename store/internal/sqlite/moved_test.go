package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quartet/store/internal/engine"
)

// patience is the time limit of waiting for what the watcher does each second.
const patience = 30 * time.Second

// text returns the text of a row, "" if it is not there.
func (e *Engine) text(t *testing.T, id int) (text string, err error) {
	t.Helper()
	var found []string
	err = e.Select(t.Context(), &found, "SELECT COALESCE(text, '') FROM t WHERE id = ?", id)
	return strings.Join(append(found, "none")[:1], ""), err
}

func (e *Engine) set(ctx context.Context, id int, text string) error {
	return e.Write(ctx, func(tx engine.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO t (id, text) VALUES (?, ?)", id, text)
		return err
	})
}

// await waits until the file can be used, or cannot.
func (e *Engine) await(t *testing.T, usable bool) {
	t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		if _, err := e.opened(); (err == nil) == usable {
			return
		}
	}
	_, err := e.opened()
	t.Fatalf("the file is not as it should be: %v", err)
}

func wantMoved(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, engine.ErrFileMoved) || !classify(err).Unavailable {
		t.Errorf("%s: %v", what, err)
	}
}

func TestNothingIsAcknowledgedOnceTheFileIsGone(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(path string) error{
		"removed": os.Remove,
		"moved":   func(path string) error { return os.Rename(path, path+".away") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := open(t, engine.Options{}, 1)
			noError(t, e.Ping(t.Context()))
			noError(t, take(e.path))
			wantMoved(t, "a shared write", e.insert(t.Context(), 2))
			wantMoved(t, "a write alone", e.WriteAlone(t.Context(), func(engine.Tx) error { return nil }))
			wantMoved(t, "a ping", e.Ping(t.Context()))
			wantMoved(t, "a checkpoint", e.Checkpoint(t.Context()))
			_, err := e.text(t, 1)
			wantMoved(t, "a read", err)
			_, err = e.Snapshot(t.Context())
			wantMoved(t, "a snapshot", err)
			_, err = os.Stat(e.path)
			if !errors.Is(err, os.ErrNotExist) {
				t.Error("a new file was made")
			}
		})
	}
}

// The file goes between the last statement of a write and its commit, and right after the
// commit.
func TestAFileThatGoesDuringAWriteIsNoticed(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 1)
	wantMoved(t, "a shared write", e.Write(t.Context(), func(tx engine.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO t (id) VALUES (2)")
		return errors.Join(err, os.Rename(e.path, e.path+".away"))
	}))
	noError(t, os.Rename(e.path+".away", e.path))
	noError(t, e.Ping(t.Context()))
	text, err := e.text(t, 2)
	noError(t, err)
	if text != "none" {
		t.Error("the write was not rolled back")
	}
}

func TestTheSameFileIsUsedAgain(t *testing.T) {
	t.Parallel()
	var told atomic.Int32
	e := open(t, engine.Options{CachedRows: 9, Moved: func(error) { told.Add(1) }}, 1)
	noError(t, e.Ping(t.Context()))
	noError(t, e.set(t.Context(), 2, "kept"))
	noError(t, os.Rename(e.path, e.path+".away"))
	e.await(t, false) // nobody has asked
	noError(t, os.Rename(e.path+".away", e.path))
	e.await(t, true)
	text, err := e.text(t, 2)
	noError(t, err)
	if text != "kept" {
		t.Error("a write was lost")
	}
	noError(t, e.insert(t.Context(), 3))
	if told.Load() != 2 {
		t.Errorf("told %d times", told.Load())
	}
}

// another makes a file with other rows beside the first.
func another(t *testing.T, text string) (path string) {
	t.Helper()
	other := open(t, engine.Options{}, 0)
	noError(t, other.set(t.Context(), 1, text))
	path = filepath.Join(t.TempDir(), "copy.db")
	noError(t, other.Backup(t.Context(), path))
	return path
}

func TestAnotherFileIsOpenedAnew(t *testing.T) {
	t.Parallel()
	var accepts atomic.Bool
	e := open(t, engine.Options{CachedRows: 9, Accept: func(context.Context) error {
		if !accepts.Load() {
			return errors.New("its keys are not known")
		}
		return nil
	}}, 0)
	noError(t, e.Ping(t.Context()))
	noError(t, e.set(t.Context(), 1, "old"))
	for range 3 {
		_, err := e.Cached(t.Context(), engine.Key{ID: 1}, func() (any, error) { return "old", nil })
		noError(t, err)
	}
	noError(t, os.Rename(e.path, e.path+".away"))
	noError(t, os.Rename(another(t, "new"), e.path))
	wantMoved(t, "a write before it is accepted", e.insert(t.Context(), 2))
	err := e.Ping(t.Context())
	wantMoved(t, "a ping before it is accepted", err)
	if !strings.Contains(err.Error(), "its keys are not known") {
		t.Error("it is not said why the file is not used")
	}
	accepts.Store(true)
	e.await(t, true)
	text, err := e.text(t, 1)
	noError(t, err)
	row, cacheErr := e.Cached(t.Context(), engine.Key{ID: 1}, func() (any, error) { return "new", nil })
	noError(t, cacheErr)
	if text != "new" || row != "new" {
		t.Errorf("the row is %s, the cached one %s", text, row)
	}
	noError(t, e.insert(t.Context(), 2))
	noError(t, CheckIntegrity(t.Context(), e.path))

	// What was only in the log of the old file is in that file.
	old, err := Open(e.path+".away", engine.Options{StatementTimeout: time.Second})
	noError(t, err)
	defer func() { noError(t, old.Close()) }()
	if text, err = old.text(t, 1); err != nil || text != "old" {
		t.Errorf("the old file has lost a row: %s %v", text, err)
	}
}

// What is in a log that somebody removes is in the open file of the process still.
func TestARemovedLogLosesNothing(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 0)
	noError(t, e.Ping(t.Context()))
	noError(t, e.inspect(t.Context())) // which sees the log
	noError(t, e.set(t.Context(), 1, "kept"))
	noError(t, os.Remove(e.path+walSuffix))
	wantMoved(t, "a write", e.set(t.Context(), 2, "refused"))
	e.await(t, true)
	text, err := e.text(t, 1)
	noError(t, err)
	if text != "kept" {
		t.Error("a write was lost")
	}
	noError(t, e.insert(t.Context(), 3))
	noError(t, CheckIntegrity(t.Context(), e.path))
}

// A backup that is copied over a database whose server was killed has that database's log
// beside it.
func TestACopyBesideAnOlderLogIsRefused(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{}, 5)
	killed := filepath.Join(t.TempDir(), "quartet.db") // as a kill leaves it
	for _, suffix := range []string{"", walSuffix} {
		content, err := os.ReadFile(e.path + suffix)
		noError(t, err)
		noError(t, os.WriteFile(killed+suffix, content, 0o600))
	}
	log, err := os.ReadFile(killed + walSuffix)
	noError(t, err)
	refusedFile := func(what string) {
		t.Helper()
		_, err := Open(killed, engine.Options{StatementTimeout: time.Second})
		if err == nil || !strings.Contains(err.Error(), "does not belong") {
			t.Errorf("%s: %v", what, err)
		}
		now, err := os.ReadFile(killed + walSuffix)
		noError(t, err)
		if string(now) != string(log) {
			t.Errorf("%s: the log was changed", what)
		}
	}
	database, err := os.ReadFile(killed)
	noError(t, err)
	noError(t, os.Remove(killed))
	refusedFile("the file is missing")
	copied, err := os.ReadFile(another(t, "copied"))
	noError(t, err)
	noError(t, os.WriteFile(killed, copied, 0o600))
	refusedFile("a copy")

	noError(t, os.WriteFile(killed, database, 0o600))
	again, err := Open(killed, engine.Options{StatementTimeout: time.Second})
	noError(t, err)
	defer func() { noError(t, again.Close()) }()
	if text, err := again.text(t, 5); err != nil || text != "" {
		t.Errorf("the right file: %q %v", text, err)
	}
}

// A file that is overwritten in place stays the same file by its device and inode.
func TestADamagedFileIsUnavailable(t *testing.T) {
	t.Parallel()
	for code, damage := range map[string]func(database []byte){
		"malformed":      func(database []byte) { clear(database[100:]) },
		"not a database": func(database []byte) { clear(database) },
	} {
		path := another(t, "kept")
		database, err := os.ReadFile(path)
		noError(t, err)
		damage(database)
		noError(t, os.WriteFile(path, database, 0o600))
		db, err := sql.Open("sqlite", path)
		noError(t, err)
		_, err = db.ExecContext(t.Context(), "SELECT * FROM t")
		if err == nil || !strings.Contains(err.Error(), code) || !classify(err).Unavailable {
			t.Errorf("%s: %v, %+v", code, err, classify(err))
		}
		noError(t, db.Close())
	}
}
