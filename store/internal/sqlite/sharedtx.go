package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

// The savepoint of one write in a shared transaction.
const (
	savepoint  = "SAVEPOINT one_write"
	release    = "RELEASE SAVEPOINT one_write"
	rollbackTo = "ROLLBACK TO SAVEPOINT one_write"
)

// errUncommitted is the error of a COMMIT that a constraint prevented. It cannot be
// attributed to one of the writes.
var errUncommitted = errors.New("the transaction could not be committed")

// sharedTx is a transaction that several writes share. They run one after the other,
// and each sees the changes of those before it.
type sharedTx struct {
	*writer
	connection *sqlx.Conn
	begun      *sqlx.Tx
	writes     []*write // the leader's is the first
	lost       error    // why the transaction was not committed; nil after the commit

	statements map[string]*sqlx.Stmt // of this transaction, by query
	missing    []string              // queries without a prepared statement
}

func (t *sharedTx) run(first *write) {
	// A caller's context must not end the transaction, which others share.
	begun, err := t.connection.BeginTxx(context.Background(), nil)
	t.writes = t.claim(first)
	if err != nil {
		t.lost = err
		if !classify(err).Retry {
			t.discard()
		}
		return
	}
	t.begun, t.statements = begun, map[string]*sqlx.Stmt{}
	kept, err := t.runEach()
	if err == nil {
		err = t.end(kept)
	}
	t.lost = err
}

// runEach runs the writes and returns the number of successful ones, or the error of
// the whole transaction.
func (t *sharedTx) runEach() (kept int, err error) {
	for _, w := range t.writes {
		if w.err = w.ctx.Err(); w.err != nil {
			continue // the caller has gone
		}
		if err := t.runOne(w); err != nil {
			return 0, err
		}
		if w.err == nil {
			kept++
		}
	}
	return kept, nil
}

// runOne runs a write and rolls it back if it fails. broken is the error of the whole
// transaction.
func (t *sharedTx) runOne(w *write) (broken error) {
	if len(t.writes) == 1 {
		w.run(t) // a failure rolls back the transaction
		return nil
	}
	if _, err := t.Exec(context.Background(), savepoint); err != nil {
		return err
	}
	w.run(t)
	if breaks(w.err) {
		return w.err
	}
	if w.err != nil {
		if _, err := t.Exec(context.Background(), rollbackTo); err != nil {
			return err
		}
	}
	_, err := t.Exec(context.Background(), release)
	return err
}

// run calls do. If the caller's context has ended meanwhile, the write fails.
func (w *write) run(t *sharedTx) {
	w.call(t)
	if w.err == nil {
		w.err = w.ctx.Err()
	}
}

// call calls do and recovers a panic, which is raised again in the goroutine of its
// caller, with the original stack.
func (w *write) call(t *sharedTx) {
	defer func() {
		if value := recover(); value != nil {
			w.panicked = fmt.Errorf("in a write: %v\n%s", value, debug.Stack())
			w.err = w.panicked
		}
	}()
	w.err = w.do(t)
}

// end commits if any write succeeded. The file is compared with its path before, so that
// nothing is written to a file that is lost, and after, so that nothing is acknowledged
// that is.
func (t *sharedTx) end(kept int) error {
	if kept == 0 {
		return nil // close rolls back
	}
	if t.engine.beforeCommit != nil {
		t.engine.beforeCommit(kept)
	}
	if err := t.engine.unmoved(t.file); err != nil {
		return err
	}
	err := t.begun.Commit()
	t.begun = nil
	if err == nil {
		return t.engine.unmoved(t.file)
	}
	t.discard()
	if class := classify(err); class.Refused || class.Dangling {
		return fmt.Errorf("%w: %v", errUncommitted, err)
	}
	return err
}

// close rolls back an open transaction and wakes all callers.
func (t *sharedTx) close() {
	if t.begun != nil && t.begun.Rollback() != nil {
		t.discard()
	}
	_ = t.connection.Close() // does nothing after discard
	for i, w := range t.writes {
		if t.lost != nil && w.panicked == nil {
			w.err = t.lost
		}
		if i > 0 {
			w.wake <- false
		}
	}
}

// discard closes the connection instead of returning it to the pool, because after a
// failed BEGIN, COMMIT or ROLLBACK it may still have an open transaction.
func (t *sharedTx) discard() {
	_ = t.connection.Raw(func(any) error { return driver.ErrBadConn })
}

// statement returns the prepared statement of a query for this transaction, nil if
// there is none yet: preparing needs a connection, and the only one is in use.
func (t *sharedTx) statement(query string) *sqlx.Stmt {
	if known, seen := t.statements[query]; seen {
		return known
	}
	kept, found := t.writer.statements.Load(query)
	if !found {
		t.statements[query] = nil
		t.missing = append(t.missing, query)
		return nil
	}
	made := t.begun.Stmtx(kept.(*sqlx.Stmt))
	t.statements[query] = made
	return made
}

// prepareMissing prepares the missing statements for later transactions. A failure is
// ignored, and the next transaction tries again.
func (t *sharedTx) prepareMissing() {
	for _, query := range t.missing {
		made, err := t.db.PreparexContext(context.Background(), query)
		if err != nil {
			return
		}
		t.writer.statements.Store(query, made)
	}
}

// fit returns the prepared statement of a query, if there is one, and a context that
// does not end. An ended context is noticed only between statements, because SQLite
// would answer the interruption of a writing statement by rolling back the whole
// transaction.
func (t *sharedTx) fit(ctx context.Context, query string) (context.Context, *sqlx.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	return context.WithoutCancel(ctx), t.statement(query), nil
}

func (t *sharedTx) Get(ctx context.Context, row any, query string, args ...any) error {
	ctx, prepared, err := t.fit(ctx, query)
	switch {
	case err != nil:
		return err
	case prepared != nil:
		return prepared.GetContext(ctx, row, args...)
	}
	return t.begun.GetContext(ctx, row, query, args...)
}

func (t *sharedTx) Select(ctx context.Context, rows any, query string, args ...any) error {
	ctx, prepared, err := t.fit(ctx, query)
	switch {
	case err != nil:
		return err
	case prepared != nil:
		return prepared.SelectContext(ctx, rows, args...)
	}
	return t.begun.SelectContext(ctx, rows, query, args...)
}

func (t *sharedTx) Exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	ctx, prepared, err := t.fit(ctx, query)
	switch {
	case err != nil:
		return 0, err
	case prepared == nil:
		return t.ExecOnce(ctx, query, args...)
	}
	result, err := prepared.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t *sharedTx) ExecOnce(ctx context.Context, query string, args ...any) (changed int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	result, err := t.begun.ExecContext(context.WithoutCancel(ctx), query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t *sharedTx) Later(ctx context.Context, query string, args []any, changed func(int64) error) error {
	return engine.Now(ctx, t, query, args, changed)
}

func (t *sharedTx) SelectLater(ctx context.Context, rows any, query string, args ...any) error {
	return t.Select(ctx, rows, query, args...)
}

// Flush has nothing to wait for.
func (*sharedTx) Flush(context.Context) error { return nil }
