package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

const (
	// rollbackTimeout is the time limit of a rollback; then the connection is closed.
	rollbackTimeout = time.Second
	// unsentTries is how often a transaction is begun where the connections turn out to be
	// broken before anything was sent.
	unsentTries = 3
)

// Write runs do in a transaction that sends BEGIN, and statements whose results are not
// needed yet, together with later ones: each wait for an answer costs a round trip.
func (e *Engine) Write(ctx context.Context, do func(engine.Tx) error) error {
	return e.transact(ctx, do, "BEGIN")
}

// WriteAlone is Write, whose statements are planned each time: a long transaction fills
// tables for which a plan from before is too slow.
func (e *Engine) WriteAlone(ctx context.Context, do func(engine.Tx) error) error {
	return e.transact(ctx, do, "BEGIN", "SET LOCAL plan_cache_mode = force_custom_plan")
}

func (e *Engine) transact(ctx context.Context, do func(engine.Tx) error, begin ...string) error {
	return e.onConn(ctx, func(c *pgx.Conn) (answered bool, err error) {
		t := &tx{conn: c, begin: len(begin)}
		for _, statement := range begin {
			t.queue(statement, nil, nil)
		}
		if err = do(t); err == nil {
			err = t.commit(ctx)
		}
		if err != nil {
			t.rollBack(ctx)
		}
		return t.begun, err
	})
}

// onConn runs do on a connection of the pool, and on another one where the first turns out
// to be broken before anything was sent. The pool closes a connection that do has left
// in a transaction.
func (e *Engine) onConn(ctx context.Context, do func(*pgx.Conn) (answered bool, err error)) (err error) {
	for range unsentTries {
		held, failed := e.DB.DB.Conn(ctx)
		if failed != nil {
			return failed
		}
		var answered, done bool
		failed = held.Raw(func(raw any) error {
			c := raw.(*stdlib.Conn).Conn()
			answered, err = do(c)
			done = true
			if c.IsClosed() || c.PgConn().TxStatus() != 'I' {
				return driver.ErrBadConn
			}
			return nil
		})
		_ = held.Close() // a broken one is closed already
		switch {
		case !done:
			return failed
		case err == nil || answered || !pgconn.SafeToRetry(err):
			return err
		}
	}
	return err
}

// tx is a transaction on a connection.
type tx struct {
	conn   *pgx.Conn
	queued []statement // are sent with the next one
	begin  int         // how many statements begin it
	begun  bool        // an answer came
	failed bool
}

// statement is one that is queued, and what to do with its result.
type statement struct {
	query  string // with $1
	args   []any
	result func(pgx.BatchResults) error
	must   bool // the transaction fails by what it changes
}

// Later implements engine.Tx.Later.
func (t *tx) Later(_ context.Context, query string, args []any, changed func(int64) error) error {
	t.queue(bind(query), args, changed)
	return nil
}

func (t *tx) queue(bound string, args []any, changed func(int64) error) {
	t.queued = append(t.queued, statement{query: bound, args: args, must: changed != nil, result: func(from pgx.BatchResults) error {
		tag, err := from.Exec()
		if err == nil && changed != nil {
			err = changed(tag.RowsAffected())
		}
		return err
	}})
}

// Exec implements engine.Tx.Exec.
func (t *tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return t.exec(ctx, bind(query), args)
}

// ExecOnce implements engine.Tx.ExecOnce.
func (t *tx) ExecOnce(ctx context.Context, query string, args ...any) (int64, error) {
	return t.exec(ctx, sqlx.Rebind(sqlx.DOLLAR, query), args)
}

func (t *tx) exec(ctx context.Context, bound string, args []any) (changed int64, err error) {
	t.queue(bound, args, func(rows int64) error { changed = rows; return nil })
	err = t.Flush(ctx)
	return changed, err
}

// Select implements engine.Tx.Select.
func (t *tx) Select(ctx context.Context, rows any, query string, args ...any) error {
	if err := t.SelectLater(ctx, rows, query, args...); err != nil {
		return err
	}
	return t.Flush(ctx)
}

// SelectLater implements engine.Tx.SelectLater.
func (t *tx) SelectLater(_ context.Context, rows any, query string, args ...any) error {
	t.queued = append(t.queued, statement{query: bind(query), args: args, result: func(from pgx.BatchResults) error {
		found, err := from.Query()
		if err != nil {
			return err
		}
		defer found.Close()
		if err := scanAll(found, rows); err != nil {
			return err
		}
		found.Close()
		return found.Err()
	}})
	return nil
}

// Get implements engine.Tx.Get.
func (t *tx) Get(ctx context.Context, row any, query string, args ...any) error {
	one := reflect.ValueOf(row).Elem()
	rows := reflect.New(reflect.SliceOf(one.Type()))
	if err := t.Select(ctx, rows.Interface(), query, args...); err != nil {
		return err
	}
	if rows.Elem().Len() == 0 {
		return sql.ErrNoRows
	}
	one.Set(rows.Elem().Index(0))
	return nil
}

// Flush sends what is queued, and reads the results.
func (t *tx) Flush(ctx context.Context) error {
	if len(t.queued) == 0 {
		return nil
	}
	if t.failed {
		return sql.ErrTxDone
	}
	batch, sent := &pgx.Batch{}, t.queued
	for _, s := range sent {
		batch.Queue(s.query, s.args...)
	}
	t.queued = nil
	results := t.conn.SendBatch(ctx, batch)
	var err error
	for _, s := range sent {
		if err = s.result(results); err != nil {
			break
		}
		t.begun = true
	}
	err = errors.Join(err, closed(results, err))
	t.failed = err != nil
	return err
}

// closed ends the results, and returns an error that is not known.
func closed(results pgx.BatchResults, known error) error {
	if err := results.Close(); known == nil {
		return err
	}
	return nil
}

// commit sends what is queued together with COMMIT, unless the transaction fails by a
// result of it.
func (t *tx) commit(ctx context.Context) error {
	if !t.begun && len(t.queued) == t.begin {
		return nil // there is nothing to commit
	}
	for _, s := range t.queued {
		if s.must {
			if err := t.Flush(ctx); err != nil {
				return err
			}
			break
		}
	}
	t.queued = append(t.queued, statement{query: "COMMIT", result: func(from pgx.BatchResults) error {
		tag, err := from.Exec()
		if err == nil && tag.String() == "ROLLBACK" {
			err = pgx.ErrTxCommitRollback // it had failed before
		}
		return err
	}})
	return t.Flush(ctx)
}

// rollBack ends the transaction, if it can in time.
func (t *tx) rollBack(ctx context.Context) {
	if t.conn.IsClosed() || t.conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	_, _ = t.conn.Exec(ctx, "ROLLBACK") // else the connection is closed
}

// longestKept is the length of the longest text whose bound form is kept. Longer ones list
// values, and are not constants.
const longestKept = 4096

var kept sync.Map // text with ? → with $1

// bind gives a query the placeholders of PostgreSQL.
func bind(query string) string {
	if known, ok := kept.Load(query); ok {
		return known.(string)
	}
	bound := sqlx.Rebind(sqlx.DOLLAR, query)
	if len(query) <= longestKept {
		kept.Store(query, bound)
	}
	return bound
}

// scanAll reads rows into a slice of structs or values.
func scanAll(rows pgx.Rows, into any) error {
	slice := reflect.ValueOf(into).Elem()
	slice.SetLen(0)
	of := slice.Type().Elem()
	if _, scans := reflect.New(of).Interface().(sql.Scanner); of.Kind() == reflect.Struct && !scans {
		return sqlx.StructScan(named{rows}, into)
	}
	for rows.Next() {
		value := reflect.New(of)
		if err := rows.Scan(value.Interface()); err != nil {
			return err
		}
		slice.Set(reflect.Append(slice, value.Elem()))
	}
	return rows.Err()
}

// named are rows as sqlx reads them.
type named struct{ pgx.Rows }

func (r named) Close() error {
	r.Rows.Close()
	return nil
}

func (r named) Columns() (names []string, _ error) {
	for _, field := range r.FieldDescriptions() {
		names = append(names, field.Name)
	}
	return names, nil
}
