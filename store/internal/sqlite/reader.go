package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/semaphore"

	"quartet/store/internal/row"
)

// reader is the pool of read connections.
type reader struct {
	db *sqlx.DB
	// slots limits the concurrent reads. Callers wait here with their context. The
	// reads themselves run without one, because the driver starts a goroutine for each
	// statement whose context can end.
	slots  *semaphore.Weighted
	waits  atomic.Int64
	waited atomic.Int64 // nanoseconds

	mu     sync.Mutex
	idle   []*conn // the last one was used last: its page cache is the warmest
	closed bool
}

func newReader(db *sqlx.DB) *reader { return &reader{db: db, slots: semaphore.NewWeighted(readers)} }

// with runs do on a connection. A connection that fails is closed.
func (r *reader) with(ctx context.Context, do func(*conn) error) error {
	if err := r.wait(ctx); err != nil {
		return err
	}
	defer r.slots.Release(1)
	c, err := r.take()
	if err != nil {
		return err
	}
	if err := do(c); err != nil {
		c.close()
		return err
	}
	r.put(c)
	return nil
}

func (r *reader) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.slots.TryAcquire(1) {
		return nil
	}
	start := time.Now()
	defer func() {
		r.waits.Add(1)
		r.waited.Add(int64(time.Since(start)))
	}()
	return r.slots.Acquire(ctx, 1)
}

func (r *reader) take() (*conn, error) {
	r.mu.Lock()
	last := len(r.idle) - 1
	if last < 0 {
		r.mu.Unlock()
		return newConn(context.Background(), r.db)
	}
	taken := r.idle[last]
	r.idle = r.idle[:last]
	r.mu.Unlock()
	return taken, nil
}

func (r *reader) put(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		c.close()
		return
	}
	r.idle = append(r.idle, c)
}

func (r *reader) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.idle {
		c.close()
	}
	r.idle, r.closed = nil, true
	return r.db.Close()
}

// stats returns the pool's statistics; idle connections count as in use there.
func (r *reader) stats() sql.DBStats {
	r.mu.Lock()
	defer r.mu.Unlock()
	stats := r.db.Stats()
	stats.MaxOpenConnections = readers
	stats.InUse -= len(r.idle)
	stats.Idle += len(r.idle)
	stats.WaitCount += r.waits.Load()
	stats.WaitDuration += time.Duration(r.waited.Load())
	return stats
}

func (e *Engine) Each(ctx context.Context, query string, args, fields []any, found func()) error {
	o, err := e.opened()
	if err != nil {
		return err
	}
	return o.reader.with(ctx, func(c *conn) error {
		return c.each(query, args, func(values []driver.Value) error {
			if err := row.Assign(fields, values); err != nil {
				return err
			}
			found()
			return nil
		})
	})
}

func (e *Engine) Select(ctx context.Context, rows any, query string, args ...any) error {
	o, err := e.opened()
	if err != nil {
		return err
	}
	return o.reader.with(ctx, func(c *conn) error {
		statement, err := c.kept(query)
		if err != nil {
			return err
		}
		return statement.Select(rows, args...)
	})
}

func (e *Engine) SelectOnce(ctx context.Context, rows any, query string, args ...any) error {
	o, err := e.opened()
	if err != nil {
		return err
	}
	return o.reader.with(ctx, func(c *conn) error {
		return sqlx.SelectContext(context.Background(), c.conn, rows, query, args...)
	})
}
