package sqlite

import (
	"context"

	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

// aloneTx is an unshared transaction that keeps its prepared statements, because an
// import repeats statements of thousands of arguments. The end of the transaction closes
// them.
type aloneTx struct {
	engine.PlainTx
	prepared map[string]*sqlx.Stmt
}

func (t aloneTx) Exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	statement, known := t.prepared[query]
	if !known {
		if statement, err = t.PreparexContext(ctx, query); err != nil {
			return 0, err
		}
		t.prepared[query] = statement
	}
	result, err := statement.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t aloneTx) Later(ctx context.Context, query string, args []any, changed func(int64) error) error {
	return engine.Now(ctx, t, query, args, changed)
}
