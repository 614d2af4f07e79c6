package sqlite

import (
	"errors"
	"testing"

	"quartet/store/internal/engine"
)

// enough is how often a row must be read until it is cached.
const enough = 3

// loads asks for a row and tells whether it was read.
func loads(t *testing.T, e *Engine, id int64) (loaded bool) {
	t.Helper()
	found, err := e.Cached(t.Context(), engine.Key{Method: "m", ID: id}, func() (any, error) {
		loaded = true
		var ids []int64
		err := e.Select(t.Context(), &ids, "SELECT id FROM t WHERE id = ?", id)
		if err == nil && len(ids) == 0 {
			err = errMissing
		}
		return ids, err
	})
	if err != nil {
		if !errors.Is(err, errMissing) {
			t.Error(err)
		}
		return loaded
	}
	if ids := found.([]int64); len(ids) != 1 || ids[0] != id {
		t.Errorf("%v for %d", ids, id)
	}
	return loaded
}

var errMissing = errors.New("missing")

func askEnough(t *testing.T, e *Engine, id int64) {
	t.Helper()
	for range enough {
		loads(t, e, id)
	}
}

// Any write, by any process, ends the caching.
func TestRowsAreRememberedUntilSomethingIsWritten(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{CachedRows: 9}, 2)
	other, err := Open(e.path, engine.Options{})
	noError(t, err)
	t.Cleanup(func() { noError(t, other.Close()) })
	for _, by := range []*Engine{e, other} {
		askEnough(t, e, 1)
		if loads(t, e, 1) {
			t.Error("a row is read again")
		}
		noError(t, by.Write(t.Context(), func(tx engine.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE t SET text = COALESCE(text, '') || 'x'")
			return err
		}))
		if !loads(t, e, 1) {
			t.Error("a row outlives a write")
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	const most, rows = 8, 100
	e := open(t, engine.Options{CachedRows: most}, rows)
	for id := range int64(rows) {
		askEnough(t, e, id+1)
	}
	if kept := len(e.now().cache.rows); kept != most {
		t.Errorf("%d rows are kept", kept)
	}
	askEnough(t, e, rows+1)
	if !loads(t, e, rows+1) {
		t.Error("it is remembered that a row is missing")
	}
}

// Rows that are read once do not evict rows that are read repeatedly.
func TestWhatIsAskedForOnceIsNotRemembered(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{CachedRows: 99}, 3)
	askEnough(t, e, 1)
	loads(t, e, 2)
	loads(t, e, 3)
	if kept := len(e.now().cache.rows); kept != 1 {
		t.Errorf("%d rows are kept", kept)
	}
}

// A watching connection that is lost costs what was remembered, and no answer.
func TestWatchingBeginsAnew(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{CachedRows: 9}, 1)
	askEnough(t, e, 1)
	noError(t, e.now().cache.watcher.conn.Close())
	if !loads(t, e, 1) {
		t.Error("a row is believed that nobody could check")
	}
	askEnough(t, e, 1)
	if loads(t, e, 1) {
		t.Error("nothing is remembered any more")
	}
	e.now().cache.watcher.close()
	e.now().cache.watcher = nil
	noError(t, e.now().cache.db.Close())
	if !loads(t, e, 1) {
		t.Error("a row is believed that nobody can check")
	}
}

// The connection that watches must not hold the write-ahead log back.
func TestWatchingHoldsNothing(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{CachedRows: 9}, 1)
	askEnough(t, e, 1)
	noError(t, e.insert(t.Context(), 2))
	var busy, frames, moved int
	noError(t, e.now().writer.db.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved))
	if busy != 0 {
		t.Error("the log could not be emptied")
	}
	loads(t, e, 1)
}

func TestNothingIsRememberedWhenOff(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{CachedRows: -1}, 1)
	askEnough(t, e, 1)
	if !loads(t, e, 1) {
		t.Error("a row is remembered")
	}
}
