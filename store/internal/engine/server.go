package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	// ConnectTimeout is how long it may take to connect, all hosts of a URL
	// together, unless it says so for each (connect_timeout). It is less than a
	// request has, which wants its answer in time.
	ConnectTimeout = 4 * time.Second
	// trusted is for how long a connection that has worked is believed to work.
	trusted = time.Second
	// checkTimeout is how long a connection may take to show that it still works. A
	// server that has vanished without a word answers nothing at all, and the
	// caller wants another connection in time.
	checkTimeout = time.Second
	// lifetime is how long a connection is used at most, so that a server behind a
	// balancer is left again after a while, and idleFor how long it is kept unused.
	lifetime = 30 * time.Minute
	idleFor  = 5 * time.Minute
	// retryTime is for how long a transaction is run again that others overtook.
	retryTime = 3 * time.Second
)

// Dialer connects to a host of a server, and notices when it vanishes.
func Dialer(timeout time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: timeout, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3,
	}}
}

// NewPool makes a pool of connections to a server.
func NewPool(db *sql.DB, driverName string, connections int) *sqlx.DB {
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(idleFor)
	db.SetConnMaxLifetime(lifetime)
	return sqlx.NewDb(db, driverName)
}

// Server is what the engines that are servers share.
type Server struct {
	DB *sqlx.DB
	// Slow has connections whose statements may take as long as they take.
	Slow     *sqlx.DB
	Watch    *Watch // of the connections of both pools
	Migrator Migrator
}

func (*Server) RetryTime() time.Duration { return retryTime }

func (s *Server) Each(ctx context.Context, query string, args, fields []any, found func()) error {
	return Each(ctx, s.DB, query, args, fields, found)
}

func (s *Server) Select(ctx context.Context, rows any, query string, args ...any) error {
	return s.DB.SelectContext(ctx, rows, s.DB.Rebind(query), args...)
}

func (s *Server) SelectOnce(ctx context.Context, rows any, query string, args ...any) error {
	return s.Select(ctx, rows, query, args...)
}

// Cached loads: other servers write to the database, and it does not say when.
func (*Server) Cached(_ context.Context, _ Key, load func() (any, error)) (any, error) {
	return load()
}

func (s *Server) Write(ctx context.Context, do func(Tx) error) error {
	return Transact(ctx, s.DB, do)
}

func (s *Server) WriteAlone(ctx context.Context, do func(Tx) error) error {
	return Transact(ctx, s.DB, do)
}

// Snapshot begins a transaction that sees the database at one moment.
func Snapshot(ctx context.Context, db *sqlx.DB) (*sqlx.Tx, error) {
	return db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// Note takes a failure for a sign that other connections are lost, unless the
// caller has gone.
func (s *Server) Note(err error) {
	if s.Migrator.Classify(err).Unavailable && !errors.Is(err, context.Canceled) {
		s.Watch.doubted.Store(time.Now().UnixNano())
	}
}

// Classify says what an error means.
func (s *Server) Classify(err error) Class { return s.Migrator.Classify(err) }

func (s *Server) Migrate(ctx context.Context) error {
	_, err := s.Migrator.Migrate(ctx, s.Slow.DB)
	return err
}

func (s *Server) MigrationStatus(ctx context.Context) (current, newest int64, err error) {
	return s.Migrator.Status(ctx, s.DB.DB)
}

func (s *Server) Connections() map[string]sql.DBStats {
	return map[string]sql.DBStats{"all": s.DB.Stats()}
}

func (s *Server) Ping(ctx context.Context) error {
	var one int
	return s.Write(ctx, func(t Tx) error { return t.Get(ctx, &one, "SELECT 1") })
}

// Checkpoint is the server's own business.
func (*Server) Checkpoint(context.Context) error { return nil }

func (*Server) Backup(context.Context, string) error { return ErrNoBackup }

func (s *Server) Close() error { return errors.Join(s.DB.Close(), s.Slow.Close()) }

// Pools gives the connections, for tests.
func (s *Server) Pools() (db, slow *sqlx.DB) { return s.DB, s.Slow }

// Watch decides which of the connections in a pool are used again: a server that
// restarts loses them all, and each of them would fail a caller. The zero value
// is ready.
type Watch struct {
	doubted atomic.Int64 // when a connection was last seen to fail, in nanoseconds since the Unix epoch
}

// Reuse is asked before a connection is used again. One that it answers
// driver.ErrBadConn for is closed, and another is taken.
func (w *Watch) Reuse(ctx context.Context, lastUse time.Time, check func(context.Context) error) error {
	if time.Since(lastUse) <= trusted && lastUse.UnixNano() > w.doubted.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if check(ctx) != nil {
		return driver.ErrBadConn
	}
	return nil
}

// Lost tells whether a connection, or the caller, has gone.
func Lost(err error) bool {
	for _, sign := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone,
		context.DeadlineExceeded, context.Canceled,
	} {
		if errors.Is(err, sign) {
			return true
		}
	}
	_, network := errors.AsType[net.Error](err)
	return network
}
