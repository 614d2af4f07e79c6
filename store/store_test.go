package store_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"quartet/store"
	"quartet/store/storetest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(writerVariable); url != "" {
		writeForever(url)
	}
	code := m.Run()
	if err := storetest.DropMySQL(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Want(t, store.SQLite)
	var queries store.Queries
	t.Cleanup(func() { checkBounded(t, &queries) })
	storetest.Run(t, func(t *testing.T) *store.Store {
		s := storetest.SQLite(t)
		queries.Record(s)
		return s
	})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Want(t, store.Postgres)
	storetest.Run(t, func(t *testing.T) *store.Store { return storetest.Postgres(t) })
}

func TestMySQL(t *testing.T) {
	t.Parallel()
	storetest.Want(t, store.MySQL)
	storetest.Run(t, func(t *testing.T) *store.Store { return storetest.MySQL(t) })
}

// The relatives of PostgreSQL isolate every transaction fully and ask clients to
// try again; so does PostgreSQL itself if it is told to.
func TestPostgresSerializable(t *testing.T) {
	t.Parallel()
	storetest.Want(t, store.Postgres)
	storetest.Run(t, func(t *testing.T) *store.Store {
		return storetest.Open(t, store.Options{URL: storetest.PostgresURL(t, "default_transaction_isolation=serializable")})
	})
}

// engines are the ways to name a new, empty database.
var engines = map[string]func(t testing.TB) string{
	store.SQLite:   storetest.SQLiteURL,
	store.Postgres: func(t testing.TB) string { return storetest.PostgresURL(t) },
	store.MySQL:    func(t testing.TB) string { return storetest.MySQLURL(t) },
}

// onEachServer runs a test beside others on tables of each engine that is a server.
func onEachServer(t *testing.T, run func(t *testing.T, url string)) {
	for name, newURL := range map[string]func(*testing.T) string{
		store.Postgres: func(t *testing.T) string { return storetest.PostgresURL(t) },
		store.MySQL:    func(t *testing.T) string { return storetest.MySQLTablesURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Want(t, name)
			run(t, newURL(t))
		})
	}
}

func TestServersMigrateTogether(t *testing.T) {
	t.Parallel()
	for engine, newURL := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			url := newURL(t)
			var servers sync.WaitGroup
			for range 3 {
				servers.Go(func() {
					s, err := store.Open(t.Context(), store.Options{URL: url})
					if err != nil {
						t.Error(err)
						return
					}
					if err := errors.Join(s.Migrate(t.Context()), s.Close()); err != nil {
						t.Error(err)
					}
				})
			}
			servers.Wait()
			s := openUnmigrated(t, url)
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := storetest.InsertUser(t.Context(), s, invented(1)); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestMigrationStatusBefore(t *testing.T) {
	t.Parallel()
	for engine, newURL := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := openUnmigrated(t, newURL(t))
			for range 2 { // asking does not make the table of versions
				current, newest, err := s.MigrationStatus(t.Context())
				if err != nil || current != 0 || newest < 1 {
					t.Errorf("version %d of %d, %v", current, newest, err)
				}
			}
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if current, newest, err := s.MigrationStatus(t.Context()); err != nil || current != newest {
				t.Errorf("version %d of %d, %v", current, newest, err)
			}
		})
	}
}

// Two servers on one database see each other's writes at once, and leave one
// session of a class live.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	for engine, newURL := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			url := newURL(t)
			servers := []*store.Store{
				storetest.Open(t, store.Options{URL: url}), storetest.Open(t, store.Options{URL: url}),
			}
			if err := storetest.InsertUser(t.Context(), servers[0], invented(1)); err != nil {
				t.Fatal(err)
			}
			var logins sync.WaitGroup
			for i := range 50 {
				logins.Go(func() {
					if err := errorOf(storetest.OpenSession(t.Context(), servers[i%2], login(int64(i)+1), nil)); err != nil {
						t.Error(err)
					}
				})
			}
			logins.Wait()
			for _, s := range servers {
				live, err := s.LiveSessions(t.Context(), 1, 0, 100)
				if err != nil || len(live) != 1 {
					t.Errorf("%d live sessions, %v", len(live), err)
				}
			}
		})
	}
}

func TestOpenRefusesWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "quartet.db", "mysql://lin:secret@example:port/quartet", "sqlite:", "sqlite::memory:", "sqlite://example/quartet.db",
		"postgres://lin:secret@example:port/quartet", "sqlite:" + t.TempDir() + "/missing/quartet.db",
	} {
		_, err := store.Open(t.Context(), store.Options{URL: url})
		if err == nil {
			t.Errorf("%q was opened", url)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%v tells the password", err)
		}
	}
}

func openUnmigrated(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func invented(id int64) store.User {
	return store.User{ID: id, GUID: store.GUID(fmt.Sprint("guid-", id)), Role: store.RoleMember, Nickname: "小雨"}
}

func login(id int64) store.Session {
	return store.Session{
		ID: id, UserID: 1, Dialect: "yudao", ExclusiveClass: new("phone"), Generation: 1,
		AccessHash: new(store.Digest(fmt.Sprint("access-", id))), AccessExpiresAt: 1, ExpiresAt: 2,
	}
}

// errorOf is what a call failed with, for calls whose value does not matter.
func errorOf[T any](_ T, err error) error { return err }

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[store.UnavailableError](err); !ok {
		t.Errorf("got %v, want an UnavailableError", err)
	}
}
