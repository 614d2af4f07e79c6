// Package mysql is the engine of MariaDB, MySQL 8, TiDB and OceanBase, in the SQL that
// all of them understand.
package mysql

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"quartet/store/internal/engine"
)

// Name is the name of the engine.
const Name = "mysql"

// slowConnections is for migrations and exports; a migration needs two.
const slowConnections = 4

// Engine is one database of a server.
type Engine struct {
	dialect
	engine.Server
	target target
	tables []string
}

// Open creates the pools without connecting.
func Open(o engine.Options) (*Engine, error) {
	t, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	w := &engine.Watch{}
	quick, err := newConnector(t, o.StatementTimeout, w)
	if err != nil {
		return nil, err
	}
	slow, err := newConnector(t, 0, w)
	if err != nil {
		return nil, err
	}
	return &Engine{target: t, tables: o.Tables, Server: engine.Server{
		DB:       engine.NewPool(sql.OpenDB(quick), "mysql", o.MaxConnections),
		Slow:     engine.NewPool(sql.OpenDB(slow), "mysql", slowConnections),
		Watch:    w,
		Bind:     func(query string) string { return query },
		Migrator: engine.Migrator{Dialect: database.DialectMySQL, Provider: newProvider, Classify: classify},
	}}, nil
}

func (*Engine) Name() string { return Name }

func (e *Engine) Snapshot(ctx context.Context) (*sqlx.Tx, error) {
	return engine.Snapshot(ctx, e.Slow)
}

//go:embed migrations/*.sql
var embedded embed.FS

// Migrations returns the migrations of the engine.
func Migrations() fs.FS {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // impossible: the directory is embedded
	}
	return files
}

// newProvider returns the migration library's provider. Servers that migrate at once
// lock a row of a table.
func newProvider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewMySQLTableLocker(lock.WithTableLockTimeout(200*time.Millisecond, 300))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(database.DialectMySQL, db, Migrations(), goose.WithDisableGlobalRegistry(true), goose.WithLocker(locker))
}

// Migrate also makes sure that the user may use the tables, and that the server enforces
// foreign keys and column lengths. It returns an engine.ServerError if the user lacks rights.
func (e *Engine) Migrate(ctx context.Context) error {
	if err := e.Server.Migrate(ctx); err != nil {
		return e.explainRights(ctx, err)
	}
	if err := e.checkRights(ctx); err != nil {
		return err
	}
	return e.checkRefusals(ctx)
}

// MigrationStatus returns an engine.ServerError if the user lacks rights.
func (e *Engine) MigrationStatus(ctx context.Context) (current, newest int64, err error) {
	current, newest, err = e.Server.MigrationStatus(ctx)
	return current, newest, e.explainRights(ctx, err)
}

// checkRefusals tries to insert a row that violates a foreign key, and a value that is
// too long.
func (e *Engine) checkRefusals(ctx context.Context) error {
	tx, err := e.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // a lost connection has rolled back already
	for _, promise := range []struct {
		what, query string
		args        []any
		kept        func(engine.Class) bool
	}{
		{"foreign keys", "INSERT INTO wechat_unions (union_id, user_id) VALUES (?, ?)", []any{"check", -1},
			func(c engine.Class) bool { return c.Dangling }},
		{"strict mode", "INSERT INTO metadata (name, value) VALUES (?, '')", []any{strings.Repeat("check", 100)},
			func(c engine.Class) bool { return c.Refused }},
	} {
		_, err := tx.ExecContext(ctx, promise.query, promise.args...)
		switch {
		case err == nil:
			return fmt.Errorf("the server does not enforce %s", promise.what)
		case !promise.kept(classify(err)):
			return errors.Join(fmt.Errorf("%s cannot be checked", promise.what), err)
		}
	}
	return nil
}
