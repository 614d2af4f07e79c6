package store

import (
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
)

// The server cancels what takes longer than postgresPatience, and ends a
// transaction whose client has fallen silent, so that its locks do not stay.
// Connecting gives up a little earlier, so that a caller has an answer in time.
const (
	postgresPatience = "5000"  // milliseconds
	postgresSilence  = "10000" // milliseconds
	postgresConnect  = 4 * time.Second
	postgresRetries  = 3 * time.Second
)

func connectPostgres(o Options) (*Store, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, err
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = postgresConnect
	}
	db := openPostgres(config, postgresPatience, o.MaxConnections)
	return &Store{
		engine:   Postgres,
		reader:   db,
		writer:   db,
		probe:    "SELECT 1",
		patience: postgresRetries,
		// A migration may take as long as it takes.
		migrator: func() (*pool, func() error) {
			unhurried := openPostgres(config, "0", 2)
			return unhurried, unhurried.Close
		},
	}, nil
}

// openPostgres leaves the timeouts that the URL sets as they are.
func openPostgres(config *pgx.ConnConfig, patience string, connections int) *pool {
	config = config.Copy()
	for name, value := range map[string]string{
		"statement_timeout":                   patience,
		"idle_in_transaction_session_timeout": postgresSilence,
	} {
		if _, set := config.RuntimeParams[name]; !set {
			config.RuntimeParams[name] = value
		}
	}
	db := sqlx.NewDb(stdlib.OpenDB(*config), "pgx")
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	// A server behind a balancer is left again after a while.
	db.SetConnMaxLifetime(30 * time.Minute)
	return &pool{DB: db}
}

// The SQLSTATE codes that mean something to the store
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const (
	pgForeignKeyViolation  = "23503"
	pgUniqueViolation      = "23505"
	pgSerializationFailure = "40001"
	pgDeadlockDetected     = "40P01"
	pgUndefinedTable       = "42P01"
)

func pgCode(err error) string {
	if failed, ok := errors.AsType[*pgconn.PgError](err); ok {
		return failed.Code
	}
	return ""
}

// pgConflict gives the name of a violated unique index.
func pgConflict(err error) (string, bool) {
	failed, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || failed.Code != pgUniqueViolation {
		return "", false
	}
	return failed.ConstraintName, true
}

func pgRetryable(err error) bool {
	code := pgCode(err)
	return code == pgSerializationFailure || code == pgDeadlockDetected
}

// pgUnavailable knows the answers, and the lack of one, that say the server
// cannot be used now.
func pgUnavailable(err error) bool {
	if code := pgCode(err); code != "" {
		return pgUnavailableCode(code)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		pgconn.SafeToRetry(err)
}

func pgUnavailableCode(code string) bool {
	switch code {
	case "25006", // read_only_sql_transaction: a standby
		"3D000", // invalid_catalog_name: the database is gone
		"55P03", // lock_not_available
		"58030": // io_error
		return true
	}
	switch code[:2] {
	case "08", // connection exceptions
		"28", // invalid authorisation
		"40", // still rolled back after all retries
		"53", // insufficient resources: disk, memory, connections
		"57": // operator intervention: shutdown, statement timeout
		return true
	}
	return strings.HasPrefix(code, "XX") // internal errors of the server
}
