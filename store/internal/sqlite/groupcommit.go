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
	// maxShared is how many writes share a transaction at most, so that the
	// first of them is not kept waiting for its answer by all the others.
	maxShared = 128
	// maxWaiting is how many writes may wait for the next transaction. Whoever
	// comes then hears at once what a longer wait would tell too late.
	maxWaiting = 4096
)

var (
	errCrowded = errors.New("too many writes are waiting")
	// errUnfinished is what writes are told whose transaction was not brought to its end.
	errUnfinished = errors.New("the transaction was given up")
)

// writer is the one connection that writes. The writes of many callers share its
// transactions, because what a transaction costs is its sync of the disk. There is
// no goroutine and no timer: who finds nobody leading leads, runs all who have
// queued by the time the transaction has begun, and passes the lead on to one who
// queued meanwhile. So a write that is alone waits for nobody.
type writer struct {
	db         *sqlx.DB
	statements sync.Map // query text → *sqlx.Stmt

	// beforeCommit, unless nil, is told how many writes are about to be committed.
	// For tests.
	beforeCommit func(writes int)

	mu      sync.Mutex
	led     bool     // somebody leads, or has just been told to
	waiting []*write // in the order they came
	shared  bool     // the last transaction was; only who leads looks
}

// write is what one caller wants done, and what became of it.
type write struct {
	ctx context.Context
	do  func(engine.Tx) error

	// wake tells the caller, once, that the write is answered (false) or that it
	// is the caller's turn to lead (true).
	wake     chan bool
	err      error
	panicked error
}

// Write runs do in a transaction, with those of others before and after it. It
// returns do's error, after which nothing of do has happened; the error of the
// context, if that ended before do did; or what kept the whole transaction from
// being committed.
func (e *Engine) Write(ctx context.Context, do func(engine.Tx) error) error {
	c, w := e.writer, &write{ctx: ctx, do: do, wake: make(chan bool, 1)}
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

// enter queues a write, unless its caller can lead at once.
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

// await waits until a write is answered, or until its caller shall lead. A write
// that still waits when its context ends is never begun; one that has been taken
// up is awaited, because what becomes of it must be known.
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

// claim takes up those who wait now, as many as may share a transaction.
func (c *writer) claim(first *write) []*write {
	c.mu.Lock()
	defer c.mu.Unlock()
	others := min(len(c.waiting), maxShared-1)
	c.shared = others > 0
	claimed := append([]*write{first}, c.waiting[:others]...)
	c.waiting = slices.Delete(c.waiting, 0, others)
	return claimed
}

// pass gives the lead to the one who has waited longest, or up.
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

// lead runs one transaction: of w and those who wait.
func (c *writer) lead(w *write) {
	defer c.pass()
	if c.shared {
		// Those who were answered together come again together. They are awake and
		// about to run: let them queue, or their sync comes after one for w alone.
		runtime.Gosched()
	}
	// The wait for the connection is w's own; whatever fails later fails for all.
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
