package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/jmoiron/sqlx"
)

// The savepoint of a write in a transaction that is shared.
const (
	savepoint  = "SAVEPOINT one_write"
	release    = "RELEASE SAVEPOINT one_write"
	rollbackTo = "ROLLBACK TO SAVEPOINT one_write"
)

// errUncommitted says that a COMMIT was refused for what some row holds. Whose
// it was cannot be told any more, so nobody is told that it was theirs.
var errUncommitted = errors.New("the transaction could not be committed")

// sharedTx is a transaction that writes share. They run one after the other, so
// each sees what those before it have done.
type sharedTx struct {
	*writer
	connection *sqlx.Conn
	begun      *sqlx.Tx
	writes     []*write // the leader's own first
	lost       error    // why nothing of the transaction is kept; nil once it is committed

	statements map[string]*sqlx.Stmt // of this transaction, by query
	missing    []string              // queries whose statement was not there
}

func (t *sharedTx) run(first *write) {
	// No caller's context may end the transaction: it is not that caller's alone.
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

// runEach runs the writes and gives how many are to be kept, or what is wrong
// with the transaction as a whole.
func (t *sharedTx) runEach() (kept int, err error) {
	for _, w := range t.writes {
		if w.err = w.ctx.Err(); w.err != nil {
			continue // its caller has gone: it is not begun
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

// runOne runs a write, and takes back what it did if it fails. broken is why the
// transaction as a whole cannot go on.
func (t *sharedTx) runOne(w *write) (broken error) {
	if len(t.writes) == 1 {
		w.run(t) // what it did is taken back with the transaction
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

// run calls do for a caller who may have gone when it is done: then it is as if
// it had never been.
func (w *write) run(t *sharedTx) {
	w.call(t)
	if w.err == nil {
		w.err = w.ctx.Err()
	}
}

// call calls do. A panic is its caller's, and reaches the caller with the stack
// it came from.
func (w *write) call(t *sharedTx) {
	defer func() {
		if value := recover(); value != nil {
			w.panicked = fmt.Errorf("in a write: %v\n%s", value, debug.Stack())
			w.err = w.panicked
		}
	}()
	w.err = w.do(t)
}

// end commits what the writes have done, if there is anything.
func (t *sharedTx) end(kept int) error {
	if kept == 0 {
		return nil // close rolls back
	}
	if t.beforeCommit != nil {
		t.beforeCommit(kept)
	}
	err := t.begun.Commit()
	t.begun = nil
	if err == nil {
		return nil
	}
	t.discard()
	if class := classify(err); class.Refused || class.Dangling {
		return fmt.Errorf("%w: %v", errUncommitted, err)
	}
	return err
}

// close leaves no transaction open, and answers everybody.
func (t *sharedTx) close() {
	if t.begun != nil && t.begun.Rollback() != nil {
		t.discard()
	}
	_ = t.connection.Close() // discard has done so already
	for i, w := range t.writes {
		if t.lost != nil && w.panicked == nil {
			w.err = t.lost
		}
		if i > 0 {
			w.wake <- false
		}
	}
}

// discard closes the connection instead of giving it back: after a BEGIN, COMMIT
// or ROLLBACK that failed, nobody knows whether a transaction is open on it.
func (t *sharedTx) discard() {
	_ = t.connection.Raw(func(any) error { return driver.ErrBadConn })
}

// statement gives the prepared statement of a query for this transaction, nil
// when there is none yet: preparing needs a connection, and the only one is in
// use.
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

// prepareMissing makes what the next transaction need not do without. If it fails,
// the next one asks again.
func (t *sharedTx) prepareMissing() {
	for _, query := range t.missing {
		made, err := t.db.PreparexContext(context.Background(), query)
		if err != nil {
			return
		}
		t.writer.statements.Store(query, made)
	}
}

// fit says how a statement is run: prepared if it is there. A context that ends is
// seen between statements only, because SQLite answers the interruption of a
// writing statement by rolling back the whole transaction, the others' writes too.
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
