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
	// ConnectTimeout is the time limit of connecting, for all hosts of a URL together,
	// unless the URL sets one for each host (connect_timeout). It is shorter than a
	// request's deadline.
	ConnectTimeout = 4 * time.Second
	// trusted is how long a connection that has worked is reused without a check.
	trusted = time.Second
	// checkTimeout is the time limit of the check of a connection. A server that has
	// vanished does not answer at all, and the caller needs another connection in time.
	checkTimeout = time.Second
	// lifetime is the maximum age of a connection, so that connections move between the
	// servers behind a load balancer; idleFor is how long an unused connection is kept.
	lifetime = 30 * time.Minute
	idleFor  = 5 * time.Minute
	// retryTime is how long a transaction is retried after conflicts with others.
	retryTime = 3 * time.Second
)

// Dialer connects to a host with keep-alive probes that detect a vanished server.
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

// Server is the common part of the engines that are servers.
type Server struct {
	DB *sqlx.DB
	// Slow has connections without a statement timeout.
	Slow  *sqlx.DB
	Watch *Watch // of both pools
	// Bind gives a query the engine's placeholders.
	Bind     func(query string) string
	Migrator Migrator
}

func (*Server) RetryTime() time.Duration { return retryTime }

func (s *Server) Select(ctx context.Context, rows any, query string, args ...any) error {
	return s.DB.SelectContext(ctx, rows, s.Bind(query), args...)
}

func (s *Server) SelectOnce(ctx context.Context, rows any, query string, args ...any) error {
	return s.Select(ctx, rows, query, args...)
}

func (s *Server) Write(ctx context.Context, do func(Tx) error) error {
	return Transact(ctx, s.DB, do)
}

func (s *Server) WriteAlone(ctx context.Context, do func(Tx) error) error {
	return Transact(ctx, s.DB, do)
}

// Snapshot begins a read-only transaction that sees the database at one point in time.
func Snapshot(ctx context.Context, db *sqlx.DB) (*sqlx.Tx, error) {
	return db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// Note checks all connections again after a connection error, unless the caller has
// gone.
func (s *Server) Note(err error) {
	if s.Migrator.Classify(err).Unavailable && !errors.Is(err, context.Canceled) {
		s.Watch.Doubt()
	}
}

// Classify classifies an error.
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

// CheckSpace does nothing: a server that cannot grow refuses to write.
func (*Server) CheckSpace() error { return nil }

// Checkpoint does nothing: servers checkpoint by themselves.
func (*Server) Checkpoint(context.Context) error { return nil }

// Scrub does nothing: the files are the server's, which vacuums and recycles them.
func (*Server) Scrub(context.Context) error { return nil }

func (*Server) Backup(context.Context, string) error { return ErrNoBackup }

// Close ends the connections.
func (s *Server) Close() error {
	_, _ = s.DB.Close(), s.Slow.Close() // that one was broken already is no failure
	return nil
}

// Pools returns the pools, for tests.
func (s *Server) Pools() (db, slow *sqlx.DB) { return s.DB, s.Slow }

// Watch decides which connections of a pool are reused. After a restart of the server
// all of them are broken, and each would fail a request. The zero value is ready.
type Watch struct {
	doubted atomic.Int64 // when a connection last failed, in nanoseconds since the Unix epoch
}

// Doubt makes every connection be checked before it is used again.
func (w *Watch) Doubt() { w.doubted.Store(time.Now().UnixNano()) }

// Reuse is called before a connection is reused. If it returns driver.ErrBadConn the
// pool closes the connection and takes another.
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

// Lost reports whether the error means that the connection, or the caller, has gone.
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
