// Package postgres is the engine of PostgreSQL and its relatives.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"quartet/store/internal/engine"
)

// Name is the engine's.
const Name = "postgres"

// retryTime is for how long a transaction is run again that others overtook.
const retryTime = 3 * time.Second

// Engine is one database of a server.
type Engine struct {
	engine.StandardSQL
	db *sqlx.DB
	// slow makes a connection whose statements may take as long as they take.
	slow  *sqlx.DB
	watch *watch
}

// Open makes the pools, and no connection yet. Errors leave the URL out: it can
// hold a password.
func Open(o engine.Options) (*Engine, error) {
	config, err := configure(o.URL)
	if err != nil {
		return nil, err
	}
	w := &watch{}
	return &Engine{
		db:    openPool(withTimeouts(config, o.StatementTimeout), o.MaxConnections, w),
		slow:  openPool(withTimeouts(config, 0), slowConnections, &watch{}),
		watch: w,
	}, nil
}

func (*Engine) Name() string { return Name }

func (*Engine) RetryTime() time.Duration { return retryTime }

func (e *Engine) Each(ctx context.Context, query string, args, fields []any, found func()) error {
	return engine.Each(ctx, e.db, query, args, fields, found)
}

func (e *Engine) Select(ctx context.Context, rows any, query string, args ...any) error {
	return e.db.SelectContext(ctx, rows, e.db.Rebind(query), args...)
}

func (e *Engine) SelectOnce(ctx context.Context, rows any, query string, args ...any) error {
	return e.Select(ctx, rows, query, args...)
}

// Cached loads: other servers write to the database, and it does not say when.
func (*Engine) Cached(_ context.Context, _ engine.Key, load func() (any, error)) (any, error) {
	return load()
}

func (e *Engine) Write(ctx context.Context, do func(engine.Tx) error) error {
	return engine.Transact(ctx, e.db, do)
}

func (e *Engine) WriteAlone(ctx context.Context, do func(engine.Tx) error) error {
	return engine.Transact(ctx, e.db, do)
}

func (e *Engine) Begin(ctx context.Context, write bool) (*sqlx.Tx, error) {
	options := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	if write {
		options = nil
	}
	begun, err := e.db.BeginTxx(ctx, options)
	if err != nil {
		return nil, err
	}
	const unlimited = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
	if _, err := begun.ExecContext(ctx, unlimited); err != nil {
		return nil, errors.Join(err, begun.Rollback())
	}
	return begun, nil
}

// Note takes a failure for a sign that other connections are lost, unless the
// caller has gone.
func (e *Engine) Note(err error) {
	if e.Classify(err).Unavailable && !errors.Is(err, context.Canceled) {
		e.watch.note()
	}
}

func (e *Engine) migrator() engine.Migrator {
	return engine.Migrator{Dialect: database.DialectPostgres, Provider: newProvider, Classify: e.Classify}
}

// newProvider makes what applies the migrations. Servers agree by a row of a
// table, which all relatives of PostgreSQL have, unlike advisory locks.
func newProvider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(200*time.Millisecond, 300))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(database.DialectPostgres, db, engine.Migrations(),
		goose.WithDisableGlobalRegistry(true), goose.WithLocker(locker),
		goose.WithExcludeNames([]string{"00005_compact_sqlite.sql", "00006_dialects_sqlite.sql"}))
}

func (e *Engine) Migrate(ctx context.Context) error {
	_, err := e.migrator().Migrate(ctx, e.slow.DB)
	return err
}

func (e *Engine) MigrationStatus(ctx context.Context) (current, newest int64, err error) {
	return e.migrator().Status(ctx, e.db.DB)
}

func (e *Engine) Connections() map[string]sql.DBStats {
	return map[string]sql.DBStats{"all": e.db.Stats()}
}

func (e *Engine) Ping(ctx context.Context) error {
	var one int
	return e.Write(ctx, func(t engine.Tx) error { return t.Get(ctx, &one, "SELECT 1") })
}

// Checkpoint is the server's own business.
func (*Engine) Checkpoint(context.Context) error { return nil }

func (*Engine) Backup(context.Context, string) error { return engine.ErrNoBackup }

func (e *Engine) Close() error { return errors.Join(e.db.Close(), e.slow.Close()) }

// Pool gives the connections, for tests.
func (e *Engine) Pool() (db, slow *sqlx.DB) { return e.db, e.slow }
