// Package store keeps Quartet's data in a SQL database. Its methods are atomic and
// contain no business rules: every limit, time and hash is an argument.
package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sethvargo/go-retry"

	"quartet/store/internal/engine"
	"quartet/store/internal/mysql"
	"quartet/store/internal/postgres"
	"quartet/store/internal/sqlite"
)

// Names of the engines, as returned by Engine.
const (
	SQLite   = sqlite.Name
	Postgres = postgres.Name
	MySQL    = mysql.Name
)

// Options say which database to open and its timeouts and limits.
type Options struct {
	// URL is sqlite:PATH, with PATH relative or absolute, a PostgreSQL connection
	// URL (postgres://… or postgresql://…), or
	// mysql://user:password@host:port/database for MariaDB, MySQL, TiDB or OceanBase.
	URL string
	// MaxConnections is the maximum number of connections to a server. SQLite uses one
	// connection to write and four to read.
	MaxConnections int
	// StatementTimeout is the server's statement timeout, in whole milliseconds, unless
	// the URL sets one (statement_timeout on PostgreSQL, max_statement_time on
	// MariaDB). On SQLite it is the time to wait for another process's lock.
	StatementTimeout time.Duration
	// SessionCache is the number of sessions, profiles and applications that the SQLite
	// engine caches until the next write, one or two kilobytes each; negative: none.
	// The other engines cache none.
	SessionCache int
	// MustExist makes Open fail for an SQLite file that does not exist.
	MustExist bool
	// Created is told the path of an SQLite file that Open has created, before anything
	// uses it, to change its owner. nil: nobody is told.
	Created func(path string) error
	// Accept decides whether another SQLite file that is put at the path of the open one
	// is used instead: it opens and checks it. Every call of the store fails meanwhile,
	// and Accept is called again each second until it agrees. nil: the store fails until
	// its own file is back.
	Accept func(context.Context) error
	// Moved is told when the open SQLite file is no longer at its path, why another one is
	// not used, and nil when the store works again. nil: nobody is told.
	Moved func(error)
	// Traced makes OpenTelemetry spans of the statements and transactions whose context
	// has a sampled span.
	Traced bool
}

// DefaultOptions are the values of zero fields; URL has no default.
func DefaultOptions() Options {
	return Options{MaxConnections: 16, StatementTimeout: 5 * time.Second, SessionCache: 16384}
}

func (o Options) withDefaults() engine.Options {
	defaults := DefaultOptions()
	if o.MaxConnections <= 0 {
		o.MaxConnections = defaults.MaxConnections
	}
	if o.StatementTimeout <= 0 {
		o.StatementTimeout = defaults.StatementTimeout
	}
	if o.SessionCache == 0 {
		o.SessionCache = defaults.SessionCache
	}
	return engine.Options{
		URL: o.URL, Tables: writtenTables(), MaxConnections: o.MaxConnections, StatementTimeout: o.StatementTimeout, CachedRows: o.SessionCache,
		MustExist: o.MustExist, Created: o.Created, Accept: o.Accept, Moved: o.Moved,
	}
}

// Store is the database. Its methods are safe for concurrent use.
//
// Besides the errors that a method names, it can return an UnavailableError, and any
// other failure of the engine prefixed with the method's name.
type Store struct {
	engine    engine.Engine
	cache     engine.Cache // nil: the engine has none
	retryTime time.Duration
	closed    atomic.Bool
	webhooks  atomic.Pointer[webhookMemory]
}

// Open connects to the database that o.URL names and makes sure that it answers. It
// creates a missing SQLite file, readable by its owner alone; the directory must exist.
// It does not create the tables: see Migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	opened, err := openEngine(o.withDefaults())
	if err != nil {
		return nil, failWith(engine.Class{}, "Open", err)
	}
	cache, _ := opened.(engine.Cache)
	if o.Traced {
		opened = engine.Traced{Engine: opened}
	}
	s := &Store{engine: opened, cache: cache, retryTime: opened.RetryTime()}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openEngine leaves the URL out of its errors, because it can contain a password.
func openEngine(o engine.Options) (engine.Engine, error) {
	scheme, rest, _ := strings.Cut(o.URL, ":")
	switch scheme {
	case "sqlite":
		return sqlite.Open(rest, o)
	case "postgres", "postgresql":
		return postgres.Open(o)
	case "mysql":
		return mysql.Open(o)
	default:
		return nil, errors.New("the URL must be sqlite:PATH, postgres://… or mysql://…")
	}
}

// Engine returns the name of the engine: SQLite, Postgres or MySQL.
func (s *Store) Engine() string { return s.engine.Name() }

// Connections returns the statistics of each connection pool: "writer" and "reader" on
// SQLite, "all" on a server.
func (s *Store) Connections() map[string]sql.DBStats { return s.engine.Connections() }

// Ping makes sure that the database can be read and written. On SQLite it takes the
// write lock for a moment, so it fails if another process keeps the file locked.
func (s *Store) Ping(ctx context.Context) error {
	return s.run(ctx, "Ping", func() error { return s.engine.Ping(ctx) })
}

// readinessCounter is what Ready counts, without a limit. Counters are not exported, and
// housekeeping deletes them.
var readinessCounter = RateLimit{Key: "readiness", WindowMillis: 1000, Limit: math.MaxInt32}

// Ready makes sure that the database takes a write that stays, and on SQLite that its file
// is at its path and its disk has room. It returns an UnavailableError, which is
// ErrFileMoved or ErrDiskFull where one of them is why.
func (s *Store) Ready(ctx context.Context, now Time) error {
	if err := s.Ping(ctx); err != nil {
		return err
	}
	if err := s.fail("Ready", s.engine.CheckSpace()); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error { return tx.ConsumeRateLimits(ctx, []RateLimit{readinessCounter}, now) })
}

// Close closes the database. Later calls return an UnavailableError.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.fail("Close", s.engine.Close())
}

// run executes a method: it fails if the store is closed, also during the call, retries
// conflicts with concurrent transactions, and wraps the error.
func (s *Store) run(ctx context.Context, verb string, do func() error) error {
	if s.closed.Load() {
		return s.fail(verb, errClosed)
	}
	err := s.retry(ctx, do)
	if err != nil {
		s.engine.Note(err)
		if s.closed.Load() {
			err = errors.Join(errClosed, err)
		}
	}
	return s.fail(verb, err)
}

// retry runs do again, with growing pauses, as long as the engine reports a conflict
// with a concurrent transaction. It ends with the caller's context.
func (s *Store) retry(ctx context.Context, do func() error) error {
	err := do()
	if !s.retryable(err) {
		return err
	}
	pause := retry.WithMaxDuration(s.retryTime,
		retry.WithJitterPercent(50,
			retry.WithCappedDuration(100*time.Millisecond,
				retry.NewExponential(2*time.Millisecond))))
	return retry.Do(ctx, pause, func(context.Context) error {
		err := do()
		if s.retryable(err) {
			return retry.RetryableError(err)
		}
		return err
	})
}

func (s *Store) retryable(err error) bool {
	return err != nil && (errors.Is(err, errRerun) || s.engine.Classify(err).Retry)
}

// one returns the row that a query finds, or ErrNotFound.
func one[T any](ctx context.Context, s *Store, verb, query string, args ...any) (found T, err error) {
	rows, err := many[T](ctx, s, verb, query, args...)
	switch {
	case err != nil:
		return found, err
	case len(rows) == 0:
		return found, ErrNotFound
	}
	return rows[0], nil
}

// many returns all the rows that a query finds.
func many[T any](ctx context.Context, s *Store, verb, query string, args ...any) (found []T, err error) {
	err = s.run(ctx, verb, func() error {
		found = nil
		return s.engine.Select(ctx, &found, query, args...)
	})
	return found, err
}

// each scans the rows that a query finds into the same fields, and calls found with the
// row's number after each. It avoids the reflection of Select in the busiest queries.
// Row 0 can come again: then the query was restarted. It returns ErrNotFound if there
// is no row.
func (s *Store) each(ctx context.Context, verb, query string, fields []any, found func(row int), args ...any) error {
	return s.run(ctx, verb, func() error {
		rows := 0
		err := s.engine.Each(ctx, query, args, fields, func() {
			found(rows)
			rows++
		})
		if err == nil && rows == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// cached gives what load gives, or gave before if nothing was written since.
// Other callers get the same: what it points to must not be changed.
func cached[T any](ctx context.Context, s *Store, key engine.Key, load func() (T, error)) (T, error) {
	if s.cache == nil || s.closed.Load() {
		return load() // which fails if the store is closed
	}
	found, err := s.cache.Cached(ctx, key, func() (any, error) { return load() })
	row, _ := found.(T)
	return row, err
}
