// Package mysql is the engine of MariaDB, MySQL 8, TiDB and OceanBase, in the
// one dialect that all of them take.
package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// idleFor is how long a connection is kept unused, and lifetime how long it is
	// kept at most, so that a server behind a balancer is left after a while.
	idleFor  = 5 * time.Minute
	lifetime = 30 * time.Minute
	// RetryFor is how long a transaction is run again after a conflict.
	RetryFor = 3 * time.Second
)

// Options say which database to open and how patient to be with it.
type Options struct {
	URL              string // see parseURL
	MaxConnections   int
	StatementTimeout time.Duration // of a statement, its waits for locks included
	ConnectTimeout   time.Duration // of all hosts of the URL together
}

// Database is the connections to a database.
type Database struct {
	DB *sql.DB
	// Unlimited has no bound on a statement's time: for migrations, snapshots and
	// imports.
	Unlimited *sql.DB
	watch     *watch
}

// Open makes the pools, and no connection yet.
func Open(o Options) (*Database, error) {
	t, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	d := &Database{watch: &watch{}}
	if d.DB, err = openPool(t, o, o.StatementTimeout, o.MaxConnections, d.watch); err != nil {
		return nil, err
	}
	d.Unlimited, err = openPool(t, o, 0, 2, d.watch)
	return d, err
}

func openPool(t target, o Options, statement time.Duration, connections int, w *watch) (*sql.DB, error) {
	c, err := newConnector(t, o.ConnectTimeout, statement, w)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(idleFor)
	db.SetConnMaxLifetime(lifetime)
	return db, nil
}

// Note tells of an error that a statement has met, so that the connections that
// share its cause are checked before they are used again.
func (d *Database) Note(err error) { d.watch.note(err) }

// Close ends all connections.
func (d *Database) Close() error { return errors.Join(d.DB.Close(), d.Unlimited.Close()) }

// Check makes sure that the database refuses what the store relies on it to
// refuse: a row that refers to no other, and a value that is too long. Before
// the tables exist there is nothing to check.
func (d *Database) Check(ctx context.Context) (err error) {
	tx, err := d.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if undone := tx.Rollback(); !errors.Is(undone, sql.ErrTxDone) {
			err = errors.Join(err, undone)
		}
	}()
	for _, promise := range []struct {
		what, query string
		args        []any
		kept        func(error) bool
	}{
		{"foreign keys", "INSERT INTO wechat_unions (union_id, user_id) VALUES (?, ?)", []any{"check", -1}, Dangling},
		{"strict mode", "INSERT INTO metadata (name, value) VALUES (?, '')", []any{strings.Repeat("check", 100)}, Refused},
	} {
		_, err := tx.ExecContext(ctx, promise.query, promise.args...)
		switch {
		case MissingTable(err):
			return nil
		case err == nil:
			return fmt.Errorf("the server does not enforce %s", promise.what)
		case !promise.kept(err):
			return err
		}
	}
	return nil
}
