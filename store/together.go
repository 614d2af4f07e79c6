package store

import "context"

// Tx is a transaction that writes. Its methods are what can be written.
type Tx struct{ t tx }

// InTx runs do in one transaction: when do fails, nothing of it has
// happened. On SQLite that transaction may be shared with other callers, as any
// other write's.
//
// do can run more than once, so it must begin by forgetting what an earlier run
// found. It must be quick, for others may be waiting behind it, and must call no
// verb of the Store's: where there is one writer, they would wait for do. An
// error of its own comes back wrapped.
func (s *Store) InTx(ctx context.Context, do func(Tx) error) error {
	return s.write(ctx, "InTx", func(t tx) error { return do(Tx{t}) })
}

// exec runs a writing query and gives the number of rows it changed.
func (w Tx) exec(ctx context.Context, verb, query string, args ...any) (changed int64, err error) {
	changed, err = w.t.exec(ctx, query, args...)
	return changed, fail(verb, err)
}

// change is exec for a query that must find a row.
func (w Tx) change(ctx context.Context, verb, query string, args ...any) error {
	return fail(verb, w.t.change(ctx, query, args...))
}

// insert adds a row, whose fields the query names as :column.
func (w Tx) insert(ctx context.Context, verb, query string, row any) error {
	_, err := w.t.insert(ctx, query, row)
	return fail(verb, err)
}
