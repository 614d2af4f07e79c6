package store

import "context"

// Writes are verbs that share a transaction (Together). Those that the Store has
// too do and return what the Store's do, but for what they say themselves.
type Tx struct{ t tx }

// Together runs do in one transaction: when do fails, nothing of it has
// happened. On SQLite that transaction may be shared with other callers, as any
// other write's.
//
// do can run more than once, so it must begin by forgetting what an earlier run
// found. It must be quick, for others may be waiting behind it, and must call no
// verb of the Store's: where there is one writer, they would wait for do. An
// error of its own comes back wrapped.
func (s *Store) InTx(ctx context.Context, do func(Tx) error) error {
	return s.write(ctx, "Together", func(t tx) error { return do(Tx{t}) })
}
