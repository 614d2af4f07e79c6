package storetest

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartet/store"
)

// PostgresVariable is the environment variable that names a PostgreSQL server
// for tests.
const PostgresVariable = "QUARTET_TEST_POSTGRES"

// SQLite opens a new migrated store in a file of the test's own.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, store.Options{URL: SQLiteURL(t)})
}

// SQLiteFile is SQLite, and names the file for tests that reach behind the
// store's back.
func SQLiteFile(t testing.TB) (s *store.Store, path string) {
	t.Helper()
	url := SQLiteURL(t)
	return Open(t, store.Options{URL: url}), strings.TrimPrefix(url, "sqlite:")
}

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
