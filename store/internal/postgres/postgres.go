// Package postgres is the engine of PostgreSQL and compatible databases.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"quartet/store/internal/engine"
)

// Name is the name of the engine.
const Name = "postgres"

// Engine is one database of a server.
type Engine struct {
	engine.StandardSQL
	engine.Server
	config *pgx.ConnConfig
	tables []string
}

// Open creates the pools without connecting. Its errors leave the URL out, because it
// can contain a password.
func Open(o engine.Options) (*Engine, error) {
	config, err := configure(o.URL)
	if err != nil {
		return nil, err
	}
	w := &engine.Watch{}
	return &Engine{config: config, tables: o.Tables, Server: engine.Server{
		DB:       openPool(withTimeouts(config, o.StatementTimeout), o.MaxConnections, w),
		Slow:     openPool(withTimeouts(config, 0), slowConnections, w),
		Watch:    w,
		Bind:     bind,
		Migrator: engine.Migrator{Dialect: database.DialectPostgres, Provider: newProvider, Classify: Classify},
	}}, nil
}

func (*Engine) Name() string { return Name }

// Migrate returns an engine.ServerError if the user lacks rights, also those to use the
// tables.
func (e *Engine) Migrate(ctx context.Context) error {
	if err := e.Server.Migrate(ctx); err != nil {
		return e.explainRights(err)
	}
	return e.checkRights(ctx)
}

// MigrationStatus returns an engine.ServerError if the user lacks rights.
func (e *Engine) MigrationStatus(ctx context.Context) (current, newest int64, err error) {
	current, newest, err = e.Server.MigrationStatus(ctx)
	return current, newest, e.explainRights(err)
}

func (e *Engine) Snapshot(ctx context.Context) (*sqlx.Tx, error) {
	begun, err := engine.Snapshot(ctx, e.DB)
	if err != nil {
		return nil, err
	}
	const unlimited = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
	if _, err := begun.ExecContext(ctx, unlimited); err != nil {
		return nil, errors.Join(err, begun.Rollback())
	}
	return begun, nil
}

// newProvider returns the migration library's provider. Servers lock a row of a table,
// because not all compatible databases have advisory locks.
func newProvider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(200*time.Millisecond, 300))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(database.DialectPostgres, db, engine.Migrations(),
		goose.WithDisableGlobalRegistry(true), goose.WithLocker(locker),
		engine.WithoutMigrationsOf("sqlite"))
}
