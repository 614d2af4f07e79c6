package store

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"
)

// turns lets so many read at a time as a pool has connections. Whoever waits
// does so here, where the wait honours a context, and not in the pool.
type turns struct {
	tokens chan struct{}
	waits  atomic.Int64
	waited atomic.Int64 // nanoseconds
}

func newTurns(most int) *turns { return &turns{tokens: make(chan struct{}, most)} }

func (t *turns) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case t.tokens <- struct{}{}:
		return nil
	default:
		return t.wait(ctx)
	}
}

func (t *turns) wait(ctx context.Context) error {
	start := time.Now()
	defer func() {
		t.waits.Add(1)
		t.waited.Add(int64(time.Since(start)))
	}()
	select {
	case t.tokens <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turns) done() { <-t.tokens }

// added gives the pool's figures with the waits that took place here.
func (t *turns) added(stats sql.DBStats) sql.DBStats {
	stats.WaitCount += t.waits.Load()
	stats.WaitDuration += time.Duration(t.waited.Load())
	return stats
}
