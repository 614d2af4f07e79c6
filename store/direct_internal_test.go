package store

import (
	"database/sql/driver"
	"errors"
	"testing"
)

func (d *direct) idleNow() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.idle)
}

// A connection on which anything went wrong is not used again, and the next
// caller gets another.
func TestFailedConnectionsAreNotUsedAgain(t *testing.T) {
	t.Parallel()
	s := remembering(t, -1, 1)
	read := func(query string, scan func([]driver.Value) error) error {
		return s.direct.each(t.Context(), query, nil, scan)
	}
	good := func() {
		t.Helper()
		noError(t, read("SELECT id FROM users", func([]driver.Value) error { return nil }))
		if kept := s.direct.idleNow(); kept != 1 {
			t.Errorf("%d connections are kept", kept)
		}
	}
	good()
	refused := errors.New("refused")
	if err := read("SELECT id FROM users", func([]driver.Value) error { return refused }); !errors.Is(err, refused) {
		t.Error(err)
	}
	if kept := s.direct.idleNow(); kept != 0 {
		t.Errorf("%d connections are kept", kept)
	}
	good()
	if err := read("SELECT nothing FROM users", nil); err == nil {
		t.Error("a query that is none was answered")
	}
	good()
	if err := read("DELETE FROM users", nil); err == nil {
		t.Error("a connection that reads has written")
	}
	good()
}

// A query that has to begin anew tells what it finds then, not what it found before.
func TestQueriesBeginAnew(t *testing.T) {
	t.Parallel()
	s := remembering(t, -1, 1)
	busy := lockedOut(t, s)
	var id int64
	var found []int
	err := s.eachScanned(t.Context(), "Test", "SELECT id FROM users", []any{&id}, func(row int) error {
		if found = append(found, row); len(found) == 1 {
			err := inTx(t, s, func(tx Tx) error {
				_, err := tx.exec(t.Context(), "Test", "DELETE FROM users")
				return err
			})
			noError(t, err)
			return busy
		}
		return nil
	})
	if !errors.Is(err, ErrNotFound) || len(found) != 1 {
		t.Errorf("%v after rows %v", err, found)
	}
}

// lockedOut gives the error of a writer that finds another at work.
func lockedOut(t *testing.T, s *Store) error {
	t.Helper()
	other, err := openSQLite(s.path, Options{}, 1, "_txlock=immediate")
	noError(t, err)
	defer other.Close()
	first, err := s.writer.Begin()
	noError(t, err)
	defer first.Rollback()
	_, err = other.Begin()
	if !retryable(err) {
		t.Fatal(err)
	}
	return err
}

// The busiest reads are counted among the reader's, and end with the store.
func TestBusiestConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	s := remembering(t, -1, 1)
	before := s.Connections()["reader"]
	noError(t, s.direct.each(t.Context(), "SELECT id FROM users", nil, func([]driver.Value) error {
		if now := s.Connections()["reader"]; now.InUse != before.InUse+1 {
			t.Errorf("%d in use, %d before", now.InUse, before.InUse)
		}
		return nil
	}))
	if now := s.Connections()["reader"]; now.InUse != before.InUse || now.OpenConnections != before.OpenConnections+1 {
		t.Errorf("%+v, before %+v", now, before)
	}
	taken, err := s.direct.take(t.Context())
	noError(t, err)
	noError(t, s.Close())
	s.direct.put(taken) // was under way when the store was closed
	if open := s.direct.db.Stats().OpenConnections; open != 0 {
		t.Errorf("%d connections stay open", open)
	}
}

func TestColumnsFindTheirFields(t *testing.T) {
	t.Parallel()
	var (
		text     string
		textNil  *string
		whole    int
		long     int64
		longNil  *int64
		at       Time
		atNil    *Time
		fields   = []any{&text, &textNil, &whole, &long, &longNil, &at, &atNil}
		anything = []driver.Value{"a", "b", int64(1), int64(2), int64(3), int64(4), int64(5)}
	)
	noError(t, assign(fields, anything))
	if text != "a" || *textNil != "b" || whole != 1 || long != 2 || *longNil != 3 || at != 4 || *atNil != 5 {
		t.Error(text, *textNil, whole, long, *longNil, at, *atNil)
	}
	noError(t, assign(fields, []driver.Value{"", nil, int64(0), int64(0), nil, int64(0), nil}))
	if textNil != nil || longNil != nil || atNil != nil {
		t.Error("null is not nil")
	}
	if err := assign(fields, anything[1:]); err == nil {
		t.Error("a column is missing")
	}
	for i, field := range fields {
		if err := assign([]any{field}, []driver.Value{1.5}); err == nil {
			t.Errorf("field %d takes a fraction", i)
		}
		_, nullable := map[int]bool{1: true, 4: true, 6: true}[i]
		if err := assign([]any{field}, []driver.Value{nil}); (err == nil) != nullable {
			t.Errorf("field %d and null: %v", i, err)
		}
	}
	if err := assign([]any{new(bool)}, []driver.Value{int64(1)}); err == nil {
		t.Error("a kind of field that is not known")
	}
}
