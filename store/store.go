// Package store keeps Quartet's facts in a SQL database. It offers atomic verbs
// and knows no rule: every limit, moment and hash is an argument.
package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sethvargo/go-retry"

	"quartet/store/internal/engine"
	"quartet/store/internal/mysql"
	"quartet/store/internal/postgres"
	"quartet/store/internal/sqlite"
)

// The engines a store can stand on, as Engine names them.
const (
	SQLite   = sqlite.Name
	Postgres = postgres.Name
	MySQL    = mysql.Name
)

// Options say which database to open and how patient to be with it.
type Options struct {
	// URL is sqlite:PATH, with PATH relative or absolute, a PostgreSQL connection
	// URL (postgres://… or postgresql://…), or
	// mysql://user:password@host:port/database for MariaDB, MySQL, TiDB or OceanBase.
	URL string
	// MaxConnections bounds the connections to a server. On SQLite one writes and
	// four read at a time.
	MaxConnections int
	// StatementTimeout is after how long a server gives a statement up, in whole
	// milliseconds, unless the URL says so itself (statement_timeout on PostgreSQL,
	// max_statement_time on MariaDB), and how long SQLite waits for a lock that
	// another process holds.
	StatementTimeout time.Duration
	// SessionCache is how many sessions, profiles and applications SQLite's store
	// remembers until anything is written, one or two kilobytes each; negative: none.
	// Those of servers remember none.
	SessionCache int
}

// DefaultOptions are the values that a zero field takes; URL has none.
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
		URL: o.URL, MaxConnections: o.MaxConnections, StatementTimeout: o.StatementTimeout, CachedRows: o.SessionCache,
	}
}

// Store is the database. Its methods are safe for concurrent use.
//
// Besides what a method names itself, it can return an UnavailableError, and
// any other failure of the engine with the method's name in front.
type Store struct {
	engine    engine.Engine
	retryTime time.Duration
	closed    atomic.Bool
}

// Open connects to the database that o.URL names and makes sure it answers.
// An SQLite file that does not exist is made, readable by its owner alone; its
// folder must exist. The tables are Migrate's to make.
func Open(ctx context.Context, o Options) (*Store, error) {
	opened, err := openEngine(o.withDefaults())
	if err != nil {
		return nil, failWith(engine.Class{}, "Open", err)
	}
	s := &Store{engine: opened, retryTime: opened.RetryTime()}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openEngine leaves the URL out of its errors: it can hold a password.
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

// Engine says what the store stands on: SQLite, Postgres or MySQL.
func (s *Store) Engine() string { return s.engine.Name() }

// Connections tells how the connections of each pool are used: "writer" and
// "reader" on SQLite, "all" on a server.
func (s *Store) Connections() map[string]sql.DBStats { return s.engine.Connections() }

// Ping makes sure that the database can be read and written. On SQLite it takes
// the write lock for a moment, so a file that another process keeps locked is
// found out.
func (s *Store) Ping(ctx context.Context) error {
	return s.run(ctx, "Ping", func() error { return s.engine.Ping(ctx) })
}

// Close lets go of the database. Verbs that are called later answer with an
// UnavailableError.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.fail("Close", s.engine.Close())
}

// run is the way of every verb: it refuses when the store is closed, also when
// that happens meanwhile, runs do again while others are in the way, and words the
// error.
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

// retry runs do again, with a growing pause and as long as the engine says that
// others were in the way. It ends with the caller's context.
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
	return err != nil && (errors.Is(err, errOvertaken) || s.engine.Classify(err).Retry)
}

// one reads the row that a query finds, or ErrNotFound.
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

// many reads all the rows that a query finds.
func many[T any](ctx context.Context, s *Store, verb, query string, args ...any) (found []T, err error) {
	err = s.run(ctx, verb, func() error {
		found = nil
		return s.engine.Select(ctx, &found, query, args...)
	})
	return found, err
}

// each reads the rows that a query finds into the same fields, and calls found
// with the row's number after each: the busiest queries spare themselves the
// search for fields by name. Number 0 can come again: then the query has begun anew. No row at all is ErrNotFound.
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
	if s.closed.Load() {
		return load() // which fails
	}
	found, err := s.engine.Cached(ctx, key, func() (any, error) { return load() })
	row, _ := found.(T)
	return row, err
}
