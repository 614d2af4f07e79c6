package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

// RowOutcome is what became of a row that was put. With neither of the two the
// row was refused, for the reason given.
type RowOutcome struct {
	Added   bool
	Present bool   // there was the same row already
	Column  string // that the refusal is about, if it is about one
	Reason  string
}

// Putting puts rows into a table, each with its values in order of the columns.
// It leaves rows that are there as they are, and with stop the rows after one
// that it refuses: then there are fewer outcomes than rows.
type RowInserter func(ctx context.Context, table Table, rows [][]any, stop bool) ([]RowOutcome, error)

// PutRows is the RowInserter that keeps what it has put, in one transaction.
func (s *Store) PutRows(ctx context.Context, table Table, rows [][]any, stop bool) (outcomes []RowOutcome, err error) {
	err = s.run(ctx, "PutRows", func() error {
		begun, err := s.engine.Begin(ctx, true)
		if err != nil {
			return err
		}
		defer func() { _ = begun.Rollback() }() // nothing to roll back after a commit
		if outcomes, err = s.putRows(ctx, begun, table, rows, stop); err != nil {
			return err
		}
		return begun.Commit()
	})
	return outcomes, err
}

// DryRun gives work a RowInserter whose rows are all taken back in the end. On
// SQLite nobody else can write meanwhile.
func (s *Store) DryRun(ctx context.Context, work func(RowInserter) error) error {
	if s.closed.Load() {
		return s.fail("DryRun", errClosed)
	}
	begun, err := s.engine.Begin(ctx, true)
	if err != nil {
		return s.fail("DryRun", err)
	}
	defer func() { _ = begun.Rollback() }() // a connection that is gone has done so itself
	return work(func(ctx context.Context, table Table, rows [][]any, stop bool) ([]RowOutcome, error) {
		outcomes, err := s.putRows(ctx, begun, table, rows, stop)
		return outcomes, s.fail("PutRows", err)
	})
}

// putRows tries first as if every row were new: a look at each by itself makes
// it many times slower on PostgreSQL.
func (s *Store) putRows(ctx context.Context, begun *sqlx.Tx, table Table, rows [][]any, stop bool) ([]RowOutcome, error) {
	p, err := newPutter(ctx, s, begun, table)
	if err != nil {
		return nil, err
	}
	defer p.close()
	faulty, err := p.attempt(ctx, func() error { return p.addAll(ctx, rows) })
	switch {
	case err != nil:
		return nil, err
	case faulty != nil:
		return p.putEach(ctx, rows, stop)
	}
	return slices.Repeat([]RowOutcome{{Added: true}}, len(rows)), nil
}

// errNotNew takes an attempt back because of a row that is there already.
var errNotNew = errors.New("a row is there already")

// putter puts rows of one table in one transaction.
type putter struct {
	engine.PlainTx
	store  *Store
	table  Table
	adding *sqlx.Stmt
	plain  string // INSERT that fails where adding does nothing
	find   string
	line   *rowScanner
}

func newPutter(ctx context.Context, s *Store, begun *sqlx.Tx, table Table) (*putter, error) {
	p := &putter{PlainTx: engine.PlainTx{Tx: begun}, store: s, table: table, line: newRowScanner(table)}
	names := strings.Join(table.names(), ", ")
	p.plain = "INSERT INTO " + table.Name + " (" + names + ") VALUES (?" + strings.Repeat(", ?", len(table.Columns)-1) + ")"
	p.find = "SELECT " + names + " FROM " + table.Name + " WHERE " + strings.Join(table.Key, " = ? AND ") + " = ?"
	adding, err := begun.PreparexContext(ctx, begun.Rebind(s.engine.InsertIgnore(p.plain, "")))
	p.adding = adding
	return p, err
}

func (p *putter) close() { _ = p.adding.Close() } // the transaction's end closes it as well

// addAll stops at the first row that is there already or no good.
func (p *putter) addAll(ctx context.Context, rows [][]any) error {
	for _, row := range rows {
		result, err := p.adding.ExecContext(ctx, p.table.Stored(row)...)
		if err != nil {
			return err
		}
		if added, err := result.RowsAffected(); err != nil || added == 0 {
			return errors.Join(err, errNotNew)
		}
	}
	return nil
}

// attempt runs fn and takes back what it did if a row is at fault, which it
// tells apart from what ends the whole transaction.
func (p *putter) attempt(ctx context.Context, fn func() error) (faulty, err error) {
	if _, err := p.Exec(ctx, "SAVEPOINT attempt"); err != nil {
		return nil, err
	}
	faulty = fn()
	if faulty != nil {
		if !p.rowFault(faulty) {
			return nil, faulty
		}
		if _, err := p.Exec(ctx, "ROLLBACK TO SAVEPOINT attempt"); err != nil {
			return nil, err
		}
	}
	_, err = p.Exec(ctx, "RELEASE SAVEPOINT attempt")
	return faulty, err
}

func (p *putter) putEach(ctx context.Context, rows [][]any, stop bool) ([]RowOutcome, error) {
	outcomes := make([]RowOutcome, 0, len(rows))
	for _, row := range rows {
		outcome, err := p.put(ctx, row)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, outcome)
		if stop && !outcome.Added && !outcome.Present {
			break
		}
	}
	return outcomes, nil
}

func (p *putter) put(ctx context.Context, row []any) (RowOutcome, error) {
	err := p.line.scan(p.QueryRowxContext(ctx, p.Rebind(p.find), p.table.KeyOf(row)...))
	switch {
	case err == nil:
		return p.compare(row), nil
	case !errors.Is(err, sql.ErrNoRows):
		return RowOutcome{}, err
	}
	faulty, err := p.attempt(ctx, func() error {
		_, err := p.Exec(ctx, p.plain, p.table.Stored(row)...)
		return err
	})
	if err != nil {
		return RowOutcome{}, err
	}
	if faulty != nil {
		return p.refusal(faulty), nil
	}
	return RowOutcome{Added: true}, nil
}

// compare looks at the row that has just been found.
func (p *putter) compare(row []any) RowOutcome {
	for i, value := range p.line.values() {
		if value != row[i] {
			return RowOutcome{Column: p.table.Columns[i].Name, Reason: "the row of this key that is there has another value"}
		}
	}
	return RowOutcome{Present: true}
}

// rowFault tells what one row is to blame for.
func (p *putter) rowFault(err error) bool {
	class := p.store.engine.Classify(err)
	return errors.Is(err, errNotNew) || class.Refused || class.Dangling || class.Conflict != ""
}

func (p *putter) refusal(err error) RowOutcome {
	class := p.store.engine.Classify(err)
	if what, taken := conflict(class, err); taken {
		return RowOutcome{Column: what, Reason: "another row has the same"}
	}
	if class.Dangling {
		return RowOutcome{Reason: "it refers to a row that is not there"}
	}
	return RowOutcome{Reason: "the database refuses it: " + err.Error()}
}
