package store_test

import (
	"testing"

	"quartet/store"
	"quartet/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store { return storetest.SQLite(t) })
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store { return storetest.Postgres(t) })
}

// The relatives of PostgreSQL isolate every transaction fully and ask clients to
// try again; so does PostgreSQL itself if it is told to.
func TestPostgresSerializable(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store {
		return storetest.Open(t, store.Options{URL: storetest.PostgresURL(t, "default_transaction_isolation=serializable")})
	})
}
