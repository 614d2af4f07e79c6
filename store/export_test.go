package store

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"
)

// Write is write, for tests that look at its retries.
func (s *Store) Write(ctx context.Context, fn func(*sqlx.Tx) error) error {
	return s.write(ctx, "Write", func(t tx) error { return fn(t.Tx) })
}

// SetPatience says how long repeat goes on. Nobody may be using the store yet.
func (s *Store) SetPatience(patience time.Duration) { s.patience = patience }

// Ungroup gives every write a transaction of its own. Nobody may be using the
// store yet.
func (s *Store) Ungroup() { s.committer = nil }
