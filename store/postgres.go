package store

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The server ends a transaction whose client has fallen silent, so that its
// locks do not stay.
const (
	postgresSilence = "10000" // milliseconds
	postgresRetries = 3 * time.Second
)

func connectPostgres(o Options) (*Store, error) {
	config, err := preparePostgres(o)
	if err != nil {
		return nil, err
	}
	w := &watch{}
	db := openPostgres(withTimeouts(config, o.StatementTimeout), o.MaxConnections, w)
	return &Store{
		engine:   Postgres,
		reader:   db,
		writer:   db,
		watch:    w,
		probe:    "SELECT 1",
		patience: postgresRetries,
		// A migration may take as long as it takes.
		migrator: func() (*pool, func() error) {
			unhurried := openPostgres(withTimeouts(config, 0), 2, &watch{})
			return unhurried, unhurried.Close
		},
	}, nil
}

// withTimeouts is config with the timeouts that its URL does not set. The server
// cancels what takes longer than patience; 0 is no bound.
func withTimeouts(config *pgx.ConnConfig, patience time.Duration) *pgx.ConnConfig {
	config = config.Copy()
	// Rounded up: 0 would be no bound at all.
	millis := int64((patience + time.Millisecond - 1) / time.Millisecond)
	for name, value := range map[string]string{
		"statement_timeout":                   strconv.FormatInt(millis, 10),
		"idle_in_transaction_session_timeout": postgresSilence,
	} {
		if _, set := config.RuntimeParams[name]; !set {
			config.RuntimeParams[name] = value
		}
	}
	return config
}

// The SQLSTATE codes that mean something to the store
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const (
	pgReadOnly             = "25006" // a standby, or closed for writing
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

// pgRetryable knows the answers after which surely nothing was done. A server
// that may not be written to has lost its connection by then (OnPgError), so the
// next try looks for one that may.
func pgRetryable(err error) bool {
	switch pgCode(err) {
	case pgSerializationFailure, pgDeadlockDetected, pgReadOnly:
		return true
	default:
		return false
	}
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
	case pgReadOnly,
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

// pgRefusal tells whether a value is no good: its form (class 22) or what it
// would break (class 23).
func pgRefusal(err error) bool {
	code := pgCode(err)
	return strings.HasPrefix(code, "22") || strings.HasPrefix(code, "23")
}
