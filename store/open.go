package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync/atomic"
	"time"
)

// The engines a store can stand on, as Engine names them.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Options say which database to open and how patient to be with it.
type Options struct {
	// URL is sqlite:PATH, with PATH relative or absolute, or a PostgreSQL
	// connection URL (postgres://… or postgresql://…).
	URL string
	// BusyTimeout is how long an SQLite statement waits for a lock that another
	// process holds.
	BusyTimeout time.Duration
	// MaxConnections bounds the connections to PostgreSQL. SQLite always has one
	// writer and one that watches for changes; four read at a time, of eight: the
	// busiest reads have their own.
	MaxConnections int
	// StatementTimeout is after how long PostgreSQL gives a statement up, in whole
	// milliseconds, unless the URL says so itself (statement_timeout).
	StatementTimeout time.Duration
	// ConnectTimeout is how long it may take to connect to PostgreSQL, all hosts
	// of the URL together, unless it says so itself for each (connect_timeout).
	ConnectTimeout time.Duration
	// SessionCache is how many sessions, profiles and applications SQLite's store
	// remembers until anything is written, one or two kilobytes each; negative: none.
	// PostgreSQL's remembers none.
	SessionCache int
}

// DefaultOptions are the values that a zero field takes; URL has none.
func DefaultOptions() Options {
	return Options{
		BusyTimeout: 5 * time.Second, MaxConnections: 16, StatementTimeout: 5 * time.Second,
		ConnectTimeout: 4 * time.Second, // less than a request has, which wants its answer in time
		SessionCache:   16384,
	}
}

func (o Options) withDefaults() Options {
	usual := DefaultOptions()
	if o.BusyTimeout <= 0 {
		o.BusyTimeout = usual.BusyTimeout
	}
	if o.MaxConnections <= 0 {
		o.MaxConnections = usual.MaxConnections
	}
	if o.StatementTimeout <= 0 {
		o.StatementTimeout = usual.StatementTimeout
	}
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = usual.ConnectTimeout
	}
	if o.SessionCache == 0 {
		o.SessionCache = usual.SessionCache
	}
	return o
}

// Store is the database. Its methods are safe for concurrent use.
//
// Besides what a method names itself, it can return an UnavailableError, and
// any other failure of the engine with the method's name in front.
type Store struct {
	engine string
	path   string
	reader *pool
	writer *pool   // on PostgreSQL the reader itself
	direct *direct // the busiest reads; nil: they are the reader's
	recent *recent // rows read before; nil for none
	watch  *watch  // over the connections to PostgreSQL; nil on SQLite
	probe  string
	// patience is how long repeat goes on trying.
	patience time.Duration
	closed   atomic.Bool

	// migrator opens what migrations run on, and says how to let go of it.
	migrator func() (*pool, func() error)
	// folder opens what the write-ahead log is folded by; nil on PostgreSQL.
	folder func() (*pool, error)

	// committer lets writes share transactions; nil where each has its own.
	committer *committer
}

// Open connects to the database that o.URL names and makes sure it answers.
// An SQLite file that does not exist is made, readable by its owner alone; its
// folder must exist. The tables are Migrate's to make.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := connect(o.withDefaults())
	if err != nil {
		return nil, fail("Open", err)
	}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect leaves the URL out of its errors: it can hold a password.
func connect(o Options) (*Store, error) {
	scheme, rest, _ := strings.Cut(o.URL, ":")
	switch scheme {
	case "sqlite":
		return connectSQLite(rest, o)
	case "postgres", "postgresql":
		return connectPostgres(o)
	default:
		return nil, errors.New("the URL must be sqlite:PATH or postgres://…")
	}
}

// Engine says what the store stands on: SQLite or Postgres.
func (s *Store) Engine() string { return s.engine }

// Connections tells how the connections of each pool are used: "writer" and
// "reader" on SQLite, "all" on PostgreSQL.
func (s *Store) Connections() map[string]sql.DBStats {
	if s.reader == s.writer {
		return map[string]sql.DBStats{"all": s.reader.Stats()}
	}
	return map[string]sql.DBStats{
		"writer": s.writer.Stats(),
		"reader": s.direct.added(s.reader.turns.added(s.reader.Stats())),
	}
}

// Ping makes sure that reader and writer answer. On SQLite the writer takes the
// write lock for a moment, so a file that another process keeps locked is
// found out.
func (s *Store) Ping(ctx context.Context) error {
	return s.guard("Ping", func() error {
		return s.repeat(ctx, func() error {
			var answer int
			// The writer first: it is the one that can make a new file ready.
			err := s.transact(ctx, func(t tx) error { return t.get(ctx, &answer, s.probe) })
			if err != nil {
				return err
			}
			return s.reader.GetContext(ctx, &answer, s.probe)
		})
	})
}

// Close lets go of the database. Verbs that are called later answer with an
// UnavailableError.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	// SQLite's last connection to close moves the write-ahead log into the
	// database file, which a reader, being query_only, may not do.
	var err error
	if s.recent != nil {
		err = s.recent.close()
	}
	if s.direct != nil {
		err = errors.Join(err, s.direct.close())
	}
	err = errors.Join(err, s.reader.Close())
	if s.writer != s.reader {
		err = errors.Join(err, s.writer.Close())
	}
	return fail("Close", err)
}
