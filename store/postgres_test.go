package store_test

import (
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"quartet/store"
	"quartet/store/internal/engine"
	"quartet/store/storetest"
)

func TestUnreachableServerIsUnavailable(t *testing.T) {
	t.Parallel()
	// Port 1 of the machine itself: nobody listens, and the answer is at once.
	_, err := store.Open(t.Context(), store.Options{URL: "postgres://lin:secret@127.0.0.1:1/quartet"})
	wantUnavailable(t, err)
}

func TestMissingDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t, "database=quartet_that_is_not_there")
	_, err := store.Open(t.Context(), store.Options{URL: url})
	wantUnavailable(t, err)
}

func TestWaitForARowIsBounded(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	// Not in the URL, where it would bound the migrations as well.
	s := storetest.Open(t, store.Options{URL: url, StatementTimeout: 200 * time.Millisecond})
	if s.Engine() != store.Postgres {
		t.Errorf("engine %s", s.Engine())
	}
	if err := storetest.InsertUser(t.Context(), s, invented(1)); err != nil {
		t.Fatal(err)
	}
	other := rawPostgres(t, url)
	lock, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Exec("UPDATE users SET nickname = 'locked' WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	wantUnavailable(t, storetest.SetUserRole(t.Context(), s, 1, store.RoleMember, 1))
	wantUnavailable(t, errorOf(storetest.OpenSession(t.Context(), s, login(1), nil)))
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := errorOf(storetest.OpenSession(t.Context(), s, login(1), nil)); err != nil {
		t.Error(err)
	}
}

// A server that restarts ends every connection. Callers of that moment may be
// told that it is unavailable; then it works again, prepared statements and all.
func TestLostConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	const connections = 4
	url := storetest.PostgresURL(t, "application_name="+t.Name())
	s := storetest.Open(t, store.Options{URL: url, MaxConnections: connections})
	if err := storetest.InsertUser(t.Context(), s, invented(1)); err != nil {
		t.Fatal(err)
	}
	read := func() error {
		_, err := s.UserByID(t.Context(), 1)
		return err
	}
	write := func() error { return storetest.SetUserRole(t.Context(), s, 1, store.RoleMember, 1) }
	var warm sync.WaitGroup
	for range 10 * connections {
		warm.Go(func() {
			if err := errors.Join(read(), write()); err != nil {
				t.Error(err)
			}
		})
	}
	warm.Wait()
	_, err := rawPostgres(t, storetest.PostgresURL(t)).Exec(
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", t.Name())
	if err != nil {
		t.Fatal(err)
	}
	for range connections { // each call can meet one dead connection
		if err := read(); err != nil {
			wantUnavailable(t, err)
		}
		if err := write(); err != nil {
			wantUnavailable(t, err)
		}
	}
	for range 10 * connections {
		if err := errors.Join(read(), write()); err != nil {
			t.Fatal(err)
		}
	}
}

func rawPostgres(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// A long transaction fills tables: a plan that was made for empty ones reads all their rows
// for each of a thousand values.
func TestLongTransactionsArePlannedAnew(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	var mode string
	must(t, s.WriteAlone(t.Context(), func(tx engine.Tx) error { return tx.Get(t.Context(), &mode, "SHOW plan_cache_mode") }))
	if mode != "force_custom_plan" {
		t.Errorf("the plan cache's mode is %s", mode)
	}
	must(t, s.Write(t.Context(), func(tx engine.Tx) error { return tx.Get(t.Context(), &mode, "SHOW plan_cache_mode") }))
	if mode != "auto" {
		t.Errorf("afterwards the plan cache's mode is %s", mode)
	}
}
