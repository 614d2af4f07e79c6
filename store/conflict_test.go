package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"quartet/store"
	"quartet/store/internal/engine"
	"quartet/store/storetest"
)

const (
	rename = "UPDATE users SET nickname = $1 WHERE id = $2"
	see    = "SELECT nickname FROM users WHERE id = $1"
)

func code(err error) string {
	if failed, ok := errors.AsType[*pgconn.PgError](err); ok {
		return failed.Code
	}
	return ""
}

// isolated is a store whose transactions fail with 40001 when they write what another
// has written since they began; other is the other writer.
func isolated(t *testing.T) (s *store.Store, other func(query string, args ...any)) {
	t.Helper()
	url := storetest.PostgresURL(t, "default_transaction_isolation=serializable")
	s = storetest.Open(t, store.Options{URL: url})
	for id := range int64(2) {
		if err := storetest.InsertUser(t.Context(), s, invented(id+1)); err != nil {
			t.Fatal(err)
		}
	}
	raw := rawPostgres(t, url)
	return s, func(query string, args ...any) {
		t.Helper()
		if _, err := raw.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
}

// overtaken updates a row after another transaction has updated it.
func overtaken(ctx context.Context, t engine.Tx, meanwhile func()) error {
	var nickname string
	if err := t.Get(ctx, &nickname, see, 1); err != nil {
		return err
	}
	meanwhile()
	_, err := t.Exec(ctx, rename, "ours", 1)
	return err
}

func TestSerializationFailureIsRepeated(t *testing.T) {
	t.Parallel()
	s, other := isolated(t)
	var codes []string
	err := s.Write(t.Context(), func(tx engine.Tx) error {
		err := overtaken(t.Context(), tx, func() {
			if len(codes) < 2 {
				other(rename, "theirs", 1)
			}
		})
		codes = append(codes, code(err))
		return err
	})
	if err != nil || len(codes) != 3 || codes[0] != "40001" || codes[1] != "40001" || codes[2] != "" {
		t.Errorf("%v after the codes %q, want two of 40001 and then none", err, codes)
	}
	if u, err := s.UserByID(t.Context(), 1); err != nil || u.Nickname != "ours" {
		t.Errorf("the row says %q, %v", u.Nickname, err)
	}
}

func TestSerializationFailureIsRetriedForALimitedTime(t *testing.T) {
	t.Parallel()
	s, other := isolated(t)
	s.SetRetryTime(50 * time.Millisecond)
	runs := 0
	err := s.Write(t.Context(), func(tx engine.Tx) error {
		runs++
		return overtaken(t.Context(), tx, func() { other(rename, "theirs", 1) })
	})
	wantUnavailable(t, err)
	if code(err) != "40001" || runs < 2 {
		t.Errorf("%v after %d runs", err, runs)
	}
}

// Two transactions lock the same two rows in opposite order, and the engine fails one
// of them.
func TestDeadlockIsRepeated(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Options{URL: storetest.PostgresURL(t)})
	// on a busy machine they can deadlock again
	s.SetRetryTime(time.Minute)
	for id := range int64(2) {
		if err := storetest.InsertUser(t.Context(), s, invented(id+1)); err != nil {
			t.Fatal(err)
		}
	}
	firstRow := make(chan struct{}, 2)
	both := make(chan struct{})
	deadlocks := make(chan struct{}, 100)
	take := func(name string, first, second int) error {
		met := false
		return s.Write(t.Context(), func(tx engine.Tx) error {
			if _, err := tx.Exec(t.Context(), rename, name, first); err != nil {
				return err
			}
			if !met {
				met = true
				firstRow <- struct{}{}
				<-both
			}
			_, err := tx.Exec(t.Context(), rename, name, second)
			if code(err) == "40P01" {
				deadlocks <- struct{}{}
			}
			return err
		})
	}
	done := make(chan error, 2)
	go func() { done <- take("up", 1, 2) }()
	go func() { done <- take("down", 2, 1) }()
	<-firstRow
	<-firstRow
	close(both)
	if err := errors.Join(<-done, <-done); err != nil {
		t.Error(err)
	}
	if len(deadlocks) == 0 {
		t.Error("there was no deadlock to repeat after")
	}
}
