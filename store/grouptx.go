package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/jmoiron/sqlx"
)

// The savepoint of a write of several statements in a group.
const (
	beginWrite   = "SAVEPOINT one_write"
	keepWrite    = "RELEASE SAVEPOINT one_write"
	takeBackOnly = "ROLLBACK TO SAVEPOINT one_write"
)

// errUncommitted says that a COMMIT was refused for what some row holds. Whose
// it was cannot be told any more, so nobody is told that it was theirs.
var errUncommitted = errors.New("the transaction could not be committed")

// group is a transaction that writes share. They run one after the other, so
// each sees what those before it have done.
type group struct {
	*committer
	connection *sqlx.Conn
	begun      *sqlx.Tx
	writes     []*write // the leader's own first
	lost       error    // why nothing of the transaction is kept; nil once it is committed

	statements map[string]*sqlx.Stmt // of this transaction, by query
	wanted     []string              // queries whose statement was not there
}

func (g *group) run(first *write) {
	// No caller's context may end the transaction: it is not that caller's alone.
	begun, err := g.connection.BeginTxx(context.Background(), nil)
	g.writes = g.claim(first)
	if err != nil {
		g.lost = err
		if !sqliteBusy(err) {
			g.discard()
		}
		return
	}
	g.begun, g.statements = begun, map[string]*sqlx.Stmt{}
	kept, err := g.runEach()
	if err == nil {
		err = g.end(kept)
	}
	g.lost = err
}

// runEach runs the writes and gives how many are to be kept, or what is wrong
// with the transaction as a whole.
func (g *group) runEach() (kept int, err error) {
	for _, w := range g.writes {
		if w.err = w.ctx.Err(); w.err != nil {
			continue // its caller has gone: it is not begun
		}
		if err := g.runOne(w); err != nil {
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
func (g *group) runOne(w *write) (broken error) {
	t := tx{Tx: g.begun, group: g}
	switch {
	case len(g.writes) == 1:
		w.run(t) // what it did is taken back with the transaction
		return nil
	case w.alone != nil:
		return w.runBare(t)
	}
	if _, err := t.exec(context.Background(), beginWrite); err != nil {
		return err
	}
	w.run(t)
	if sqliteBreaks(w.err) {
		return w.err
	}
	if w.err != nil {
		if _, err := t.exec(context.Background(), takeBackOnly); err != nil {
			return err
		}
	}
	_, err := t.exec(context.Background(), keepWrite)
	return err
}

// runBare runs a single statement. SQLite itself takes back what a statement did
// that is refused (https://www.sqlite.org/lang_conflict.html, ABORT), so it needs
// no savepoint, which would cost as much as the statement. After any other
// failure it is not certain that nothing was done.
func (w *write) runBare(t tx) (broken error) {
	w.call(t)
	notBegun := errors.Is(w.err, w.ctx.Err())
	if w.err == nil || notBegun || sqliteRefusal(w.err) {
		return nil
	}
	return w.err
}

// run calls fn for a caller who may have gone when it is done: then it is as if
// it had never been.
func (w *write) run(t tx) {
	w.call(t)
	if w.err == nil {
		w.err = w.ctx.Err()
	}
}

// call calls fn. A panic is its caller's, and reaches the caller with the stack
// it came from.
func (w *write) call(t tx) {
	defer func() {
		if value := recover(); value != nil {
			w.panicked = fmt.Errorf("in a write: %v\n%s", value, debug.Stack())
			w.err = w.panicked
		}
	}()
	w.err = w.fn(t)
}

// end commits what the writes have done, if there is anything.
func (g *group) end(kept int) error {
	if kept == 0 {
		return nil // close rolls back
	}
	if err := g.aboutToCommit(kept); err != nil {
		return err
	}
	err := g.begun.Commit()
	g.begun = nil
	if err == nil {
		return nil
	}
	g.discard()
	if rowFault(err) {
		return fmt.Errorf("%w: %v", errUncommitted, err)
	}
	return err
}

// close leaves no transaction open, and answers everybody.
func (g *group) close() {
	if g.begun != nil && g.begun.Rollback() != nil {
		g.discard()
	}
	_ = g.connection.Close() // discard has done so already
	for i, w := range g.writes {
		if g.lost != nil && w.panicked == nil {
			w.err = g.lost
		}
		if i > 0 {
			w.wake <- false
		}
	}
}

// discard closes the connection instead of giving it back: after a BEGIN, COMMIT
// or ROLLBACK that failed, nobody knows whether a transaction is open on it.
func (g *group) discard() {
	_ = g.connection.Raw(func(any) error { return driver.ErrBadConn })
}

// statement gives the prepared statement of a query for this transaction, nil
// when there is none yet: preparing needs a connection, and the only one is in
// use.
func (g *group) statement(query string) *sqlx.Stmt {
	if known, seen := g.statements[query]; seen {
		return known
	}
	kept, found := g.writer.statements.Load(query)
	if !found {
		g.statements[query] = nil
		g.wanted = append(g.wanted, query)
		return nil
	}
	made := g.begun.Stmtx(kept.(*sqlx.Stmt))
	g.statements[query] = made
	return made
}

// prepareWanted makes what the next transaction need not do without. If it
// fails, the next one asks again.
func (g *group) prepareWanted() {
	for _, query := range g.wanted {
		if _, err := g.writer.prepared(context.Background(), query); err != nil {
			return
		}
	}
}
