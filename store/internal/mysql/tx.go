package mysql

import (
	"context"

	"quartet/store/internal/engine"
)

// Write runs do in a transaction whose statements are kept prepared.
func (e *Engine) Write(ctx context.Context, do func(engine.Tx) error) error {
	return e.Server.Write(ctx, func(t engine.Tx) error { return do(tx{t}) })
}

// WriteAlone is Write: transactions are not shared.
func (e *Engine) WriteAlone(ctx context.Context, do func(engine.Tx) error) error {
	return e.Write(ctx, do)
}

// Select reads by a statement that is kept prepared.
func (e *Engine) Select(ctx context.Context, rows any, query string, args ...any) error {
	return e.Server.Select(kept{ctx}, rows, query, args...)
}

// tx is a transaction whose statements are kept prepared, but for those of ExecOnce.
type tx struct{ engine.Tx }

func (t tx) Get(ctx context.Context, row any, query string, args ...any) error {
	return t.Tx.Get(kept{ctx}, row, query, args...)
}

func (t tx) Select(ctx context.Context, rows any, query string, args ...any) error {
	return t.Tx.Select(kept{ctx}, rows, query, args...)
}

func (t tx) SelectLater(ctx context.Context, rows any, query string, args ...any) error {
	return t.Select(ctx, rows, query, args...)
}

func (t tx) Exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	return t.Tx.Exec(kept{ctx}, query, args...)
}

func (t tx) Later(ctx context.Context, query string, args []any, changed func(int64) error) error {
	return engine.Now(ctx, t, query, args, changed)
}
