package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"quartet/store"
)

// PostgresVariable and MySQLVariable are the environment variables that name a
// PostgreSQL and a MariaDB server for tests.
const (
	PostgresVariable = "QUARTET_TEST_POSTGRES"
	MySQLVariable    = "QUARTET_TEST_MYSQL"
)

// EnginesVariable is the environment variable that says which engines are tested: their
// names, separated by commas. If it is not set, all are.
const EnginesVariable = "QUARTET_TEST_ENGINES"

// Engines returns the names of the engines to test.
func Engines(t testing.TB) []string {
	t.Helper()
	all := []string{store.SQLite, store.Postgres, store.MySQL}
	chosen := os.Getenv(EnginesVariable)
	if chosen == "" {
		return all
	}
	names := strings.Split(chosen, ",")
	for _, name := range names {
		if !slices.Contains(all, name) {
			t.Fatalf("%s is a list of %s, not %q", EnginesVariable, strings.Join(all, ","), chosen)
		}
	}
	return names
}

// Want skips the test unless the engine is to be tested.
func Want(t testing.TB, engine string) {
	t.Helper()
	if !slices.Contains(Engines(t), engine) {
		t.Skipf("%s leaves out %s", EnginesVariable, engine)
	}
}

// SQLite opens a new migrated store in a file of the test's own.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	s, _ := SQLiteFile(t)
	return s
}

// SQLiteFile is SQLite, and returns the file for tests that change it directly.
func SQLiteFile(t testing.TB) (s *store.Store, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "quartet.db")
	template, err := migrated()
	if err == nil {
		err = os.WriteFile(path, template, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return Open(t, store.Options{URL: "sqlite:" + path}), path
}

// migrated is the file of a migrated database. Migrating one takes longer than most tests.
var migrated = sync.OnceValues(func() (template []byte, err error) {
	folder, err := os.MkdirTemp("", "quartet-store")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path, ctx := filepath.Join(folder, "quartet.db"), context.Background()
	s, err := store.Open(ctx, store.Options{URL: "sqlite:" + path})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.Migrate(ctx), s.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// SQLiteURL names a database file of the test's own that does not exist yet.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "quartet.db")
}

// Postgres opens a new migrated store in a schema of the test's own, or skips
// the test where no server is named.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, store.Options{URL: PostgresURL(t)})
}

// PostgresURL makes a schema for the test and gives the URL of a database in
// which it is the only one. parameters are settings of the connection, such as
// "default_transaction_isolation=serializable". The test is skipped where no
// server is named.
func PostgresURL(t testing.TB, parameters ...string) string {
	t.Helper()
	server := os.Getenv(PostgresVariable)
	if server == "" {
		t.Skipf("to run this on PostgreSQL, set %s to a URL such as postgres://postgres@127.0.0.1:5432/postgres", PostgresVariable)
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	schema := "quartet_" + strings.ToLower(rand.Text())
	if _, err := db.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return withParameters(t, server, append(parameters, "search_path="+schema))
}

func withParameters(t testing.TB, server string, parameters []string) string {
	t.Helper()
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	for _, parameter := range parameters {
		name, value, _ := strings.Cut(parameter, "=")
		query.Set(name, value)
	}
	address.RawQuery = query.Encode()
	return address.String()
}

// Open opens and migrates a store, and closes it with the test.
func Open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
