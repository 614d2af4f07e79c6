package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// remembering opens a store for a user with sessions 1 to n that remembers most
// rows.
func remembering(t *testing.T, most, n int) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "quartet.db"), SessionCache: most})
	noError(t, err)
	t.Cleanup(func() { noError(t, s.Close()) })
	noError(t, s.Migrate(t.Context()))
	noError(t, add(t.Context(), s, User{ID: 1, GUID: "1", Role: RoleMember}))
	for id := int64(1); id <= int64(n); id++ {
		noError(t, inTx(t, s, func(tx Tx) error {
			return tx.PutSession(t.Context(), Session{ID: id, UserID: 1, Dialect: "yudao", AccessHash: new(Digest(fmt.Sprint("access-", id)))})
		}))
	}
	return s
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// enough is how often a row must be asked for to be remembered: what is asked for
// once is not, and the first look at the database finds it changed.
const enough = 3

// askEnough asks for session 1 until it is remembered.
func askEnough(t *testing.T, s *Store) {
	t.Helper()
	for range enough {
		_, err := s.SessionByID(t.Context(), 1)
		noError(t, err)
	}
}

// With no connection left to read from, only what is remembered can be found.
func TestRowsAreRemembered(t *testing.T) {
	t.Parallel()
	s := remembering(t, 0, 2)
	noError(t, inTx(t, s, func(tx Tx) error { return tx.InsertApplication(t.Context(), Application{ID: "a"}) }))
	ask := func() error {
		_, byHash := s.SessionByAccessHash(t.Context(), "access-1")
		_, byID := s.SessionByID(t.Context(), 1)
		_, bearer := s.SessionWithUserByAccessHash(t.Context(), "access-1", "")
		_, application := s.ApplicationByID(t.Context(), "a")
		_, organisations := s.OrganisationsOfApplication(t.Context(), "a")
		return errors.Join(byHash, byID, bearer, application, organisations)
	}
	for range enough {
		noError(t, ask())
	}
	noError(t, errors.Join(s.reader.Close(), s.direct.close()))
	noError(t, ask())
	if _, err := s.SessionByID(t.Context(), 2); err == nil {
		t.Error("a session that was never read is found")
	}
	noError(t, s.SetLastSeen(t.Context(), map[int64]Time{2: 5}))
	if err := ask(); err == nil {
		t.Error("rows outlive a write")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	const most, sessions = 8, 100
	s := remembering(t, most, sessions)
	for id := int64(1); id <= sessions; id++ {
		for range enough {
			row, err := s.SessionByAccessHash(t.Context(), Digest(fmt.Sprint("access-", id)))
			noError(t, err)
			if row.ID != id {
				t.Fatalf("session %d for the token of %d", row.ID, id)
			}
		}
	}
	if kept := len(s.recent.rows); kept != most {
		t.Errorf("%d rows are kept", kept)
	}
	for range enough {
		if _, err := s.SessionByAccessHash(t.Context(), "no such"); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	}
	if _, kept := s.recent.rows[rowKey{verb: "SessionByAccessHash", text: "no such"}]; kept {
		t.Error("it is remembered that a token is unknown")
	}
}

// A watching connection that is lost costs what was remembered, and no answer.
func TestWatchingBeginsAnew(t *testing.T) {
	t.Parallel()
	s := remembering(t, 0, 1)
	askEnough(t, s)
	noError(t, s.recent.watch.line.conn.Close())
	for _, remembered := range []int{0, 1, 1} { // rows, after each call
		_, err := s.SessionByID(t.Context(), 1)
		noError(t, err)
		if kept := len(s.recent.rows); kept != remembered {
			t.Errorf("%d rows are kept, want %d", kept, remembered)
		}
	}
	noError(t, s.recent.db.Close())
	s.recent.watch.close()
	s.recent.watch = nil
	askEnough(t, s)
}

// What is asked for once does not push out what is asked for again and again.
func TestWhatIsAskedForOnceIsNotRemembered(t *testing.T) {
	t.Parallel()
	s := remembering(t, 0, 3)
	askEnough(t, s)
	for _, id := range []int64{2, 3} {
		_, err := s.SessionByID(t.Context(), id)
		noError(t, err)
	}
	if kept := len(s.recent.rows); kept != 1 {
		t.Errorf("%d rows are kept", kept)
	}
}

// A row that must be read anyway tells whether anything has changed: nobody looks
// again for what else the request asks.
func TestReadsLookForChanges(t *testing.T) {
	t.Parallel()
	s := remembering(t, 0, 3)
	noError(t, inTx(t, s, func(tx Tx) error { return tx.InsertApplication(t.Context(), Application{ID: "a"}) }))
	for range enough {
		_, err := s.ApplicationByID(t.Context(), "a")
		noError(t, err)
	}
	var before uint64
	for id := int64(1); id <= 3; id++ {
		request := AtAGlance(t.Context())
		_, err := s.SessionByID(request, id)
		noError(t, err)
		_, err = s.ApplicationByID(request, "a")
		noError(t, err)
		switch {
		case id == 1: // the connection knows by now what it has seen: to look would fail, and be seen
			before = s.recent.age
			noError(t, s.recent.watch.line.conn.Close())
		case s.recent.age != before:
			t.Errorf("request %d has looked", id)
		}
	}
}

// The connection that watches must not hold the write-ahead log back.
func TestWatchingHoldsNothing(t *testing.T) {
	t.Parallel()
	s := remembering(t, 0, 1)
	askEnough(t, s)
	noError(t, s.SetLastSeen(t.Context(), map[int64]Time{1: 5}))
	var busy, frames, moved int
	noError(t, s.writer.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved))
	if busy != 0 {
		t.Error("the log could not be emptied")
	}
	row, err := s.SessionByID(t.Context(), 1)
	noError(t, err)
	if row.LastSeenAt != 5 {
		t.Errorf("last seen at %d", row.LastSeenAt)
	}
}

func TestNothingIsRememberedWhenOff(t *testing.T) {
	t.Parallel()
	if s := remembering(t, -1, 1); s.recent != nil {
		t.Error("there is a memory")
	} else if _, err := s.SessionByID(AtAGlance(t.Context()), 1); err != nil {
		t.Error(err)
	}
}
