package sqlite

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

const (
	// maxShared is the maximum number of writes in a transaction, which limits how long
	// the first one waits for its answer.
	maxShared = 128
	// maxWaiting is the maximum number of queued writes. Further ones fail at once
	// instead of timing out later.
	maxWaiting = 4096
)

var (
	errCrowded = errors.New("too many writes are waiting")
	// errUnfinished is the error of writes whose transaction did not end, because of a
	// panic.
	errUnfinished = errors.New("transaction abandoned")
)

// writer is the one write connection. It commits the writes of many callers together,
// because the sync of the disk is the main cost of a transaction. There is no goroutine
// and no timer: if nobody leads, a caller becomes the leader, runs all writes that are
// queued when the transaction has begun, and then passes the lead to a write that was
// queued meanwhile. A single write therefore never waits.
type writer struct {
	db         *sqlx.DB
	engine     *Engine
	file       *openFile
	statements sync.Map // query text → *sqlx.Stmt

	mu      sync.Mutex
	led     bool     // there is a leader, or the lead is being passed on
	waiting []*write // in order of arrival
	shared  bool     // the last transaction was shared; only the leader reads it
}

// write is one caller's write and its result.
type write struct {
	ctx context.Context
	do  func(engine.Tx) error

	// wake receives one value: false when the write is done, true if its caller must
	// lead.
	wake     chan bool
	err      error
	panicked error
}

// Write runs do in a transaction, together with the writes of other callers. It returns
// the error of do, whose changes are then rolled back; the error of the context, if it
// ended before do did; or the error of the whole transaction.
func (e *Engine) Write(ctx context.Context, do func(engine.Tx) error) error {
	o, err := e.opened()
	if err != nil {
		return err
	}
	c, w := o.writer, &write{ctx: ctx, do: do, wake: make(chan bool, 1)}
	leads, err := c.enter(w)
	if err != nil {
		return err
	}
	if leads || c.await(w) {
		c.lead(w)
	}
	if w.panicked != nil {
		panic(w.panicked)
	}
	return w.err
}

// enter makes the caller the leader, or queues its write.
func (c *writer) enter(w *write) (leads bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.led:
		c.led = true
		return true, nil
	case len(c.waiting) >= maxWaiting:
		return false, errCrowded
	}
	c.waiting = append(c.waiting, w)
	return false, nil
}

// await waits until the write is done, or until its caller must lead. A queued write
// whose context ends is not run; one that has been claimed is awaited, because its
// result must be known.
func (c *writer) await(w *write) (leads bool) {
	select {
	case leads = <-w.wake:
		return leads
	case <-w.ctx.Done():
	}
	if c.leave(w) {
		w.err = w.ctx.Err()
		return false
	}
	return <-w.wake
}

func (c *writer) leave(w *write) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.Index(c.waiting, w)
	if at < 0 {
		return false
	}
	c.waiting = slices.Delete(c.waiting, at, at+1)
	return true
}

// claim takes the queued writes, up to maxShared.
func (c *writer) claim(first *write) []*write {
	c.mu.Lock()
	defer c.mu.Unlock()
	others := min(len(c.waiting), maxShared-1)
	c.shared = others > 0
	claimed := append([]*write{first}, c.waiting[:others]...)
	c.waiting = slices.Delete(c.waiting, 0, others)
	return claimed
}

// pass passes the lead to the oldest queued write, or ends it.
func (c *writer) pass() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) == 0 {
		c.led = false
		return
	}
	next := c.waiting[0]
	c.waiting = slices.Delete(c.waiting, 0, 1)
	next.wake <- true
}

// lead runs one transaction with w and the queued writes.
func (c *writer) lead(w *write) {
	defer c.pass()
	if c.shared {
		// The callers whose writes were committed together usually write again
		// together. Yield so that they can queue, or they would wait for a transaction
		// of w alone.
		runtime.Gosched()
	}
	// Waiting for the connection can fail for w alone; any later failure is
	// everybody's.
	connection, err := c.db.Connx(w.ctx)
	if err != nil {
		w.err = err
		return
	}
	t := &sharedTx{writer: c, connection: connection, lost: errUnfinished}
	defer t.prepareMissing()
	defer t.close()
	t.run(w)
}
