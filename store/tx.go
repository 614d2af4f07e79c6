package store

import (
	"context"
	"database/sql"

	"github.com/jmoiron/sqlx"
)

// tx is a transaction of the writer, or one write's share of it. In a group its
// statements are the prepared ones, where the text is a constant. Elsewhere they
// are not prepared: preparing needs a connection, and the writer of SQLite has
// only the one in use.
type tx struct {
	*sqlx.Tx
	group    *group // nil: the transaction is the caller's alone
	composed bool   // no query comes twice
}

// composing is t for queries that are not constants, of which there are too many
// to keep their statements.
func (t tx) composing() tx {
	t.composed = true
	return t
}

// fit gives what a statement runs with. In a group a context that ends is seen
// between statements only: SQLite answers the interruption of a writing
// statement by rolling back the whole transaction, the others' writes too.
func (t tx) fit(ctx context.Context, query string) (context.Context, *sqlx.Stmt, error) {
	if t.group == nil {
		return ctx, nil, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx = context.WithoutCancel(ctx)
	if t.composed {
		return ctx, nil, nil
	}
	return ctx, t.group.statement(query), nil
}

func (t tx) get(ctx context.Context, row any, query string, args ...any) error {
	ctx, prepared, err := t.fit(ctx, query)
	switch {
	case err != nil:
		return err
	case prepared != nil:
		return prepared.GetContext(ctx, row, args...)
	}
	return t.GetContext(ctx, row, t.Rebind(query), args...)
}

// all reads all the rows that a query finds into a slice.
func (t tx) all(ctx context.Context, rows any, query string, args ...any) error {
	ctx, prepared, err := t.fit(ctx, query)
	switch {
	case err != nil:
		return err
	case prepared != nil:
		return prepared.SelectContext(ctx, rows, args...)
	}
	return t.SelectContext(ctx, rows, t.Rebind(query), args...)
}

func (t tx) exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	ctx, prepared, err := t.fit(ctx, query)
	if err != nil {
		return 0, err
	}
	var result sql.Result
	if prepared != nil {
		result, err = prepared.ExecContext(ctx, args...)
	} else {
		result, err = t.ExecContext(ctx, t.Rebind(query), args...)
	}
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// change is exec for a query that must find a row.
func (t tx) change(ctx context.Context, query string, args ...any) error {
	changed, err := t.exec(ctx, query, args...)
	if err == nil && changed == 0 {
		return ErrNotFound
	}
	return err
}

// insert adds a row, whose fields the query names as :column.
func (t tx) insert(ctx context.Context, query string, row any) (added bool, err error) {
	query, args, err := bind(query, row)
	if err != nil {
		return false, err
	}
	changed, err := t.exec(ctx, query, args...)
	return changed > 0, err
}
