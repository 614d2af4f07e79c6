package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
)

const (
	// mostTogether is how many writes share a transaction at most, so that the
	// first of them is not kept waiting for its answer by all the others.
	mostTogether = 128
	// mostWaiting is how many writes may wait for the next transaction. Whoever
	// comes then hears at once what a longer wait would tell too late.
	mostWaiting = 4096
)

var (
	errCrowded = errors.New("too many writes are waiting")
	// errUnfinished is what a group is told whose leader did not come to its end.
	errUnfinished = errors.New("the transaction was given up")
)

// committer lets the writes of many callers share the transactions of SQLite's
// one writer, because what a transaction costs is its sync of the disk. There is
// no goroutine and no timer: who finds nobody leading leads, runs all who have
// queued by the time the transaction has begun, and passes the lead on to one
// who queued meanwhile. So a write that is alone waits for nobody.
type committer struct {
	writer *pool
	// beforeCommit, unless nil, is told how many writes are about to be
	// committed, and can refuse. For tests.
	beforeCommit func(writes int) error

	mu      sync.Mutex
	led     bool     // somebody leads, or has just been told to
	waiting []*write // in the order they came
	shared  bool     // the last transaction was; only who leads looks
}

// write is what one caller wants done, and what became of it.
type write struct {
	ctx context.Context
	fn  func(tx) error
	// alone does what fn does where no transaction is needed; nil unless fn is a
	// single statement.
	alone func() error

	// wake tells the caller, once, that the write is answered (false) or that it
	// is the caller's turn to lead (true).
	wake     chan bool
	err      error
	panicked error
}

// do runs a write in a transaction, with those of others before and after it. It
// returns fn's error, after which nothing of fn has happened; the error of the
// write's context, if that ended before fn did; or what kept the whole
// transaction from being committed. nil is returned after the commit, never
// before. fn is over when do returns.
func (c *committer) do(w *write) error {
	w.wake = make(chan bool, 1)
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
func (c *committer) enter(w *write) (leads bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.led:
		c.led = true
		return true, nil
	case len(c.waiting) >= mostWaiting:
		return false, errCrowded
	}
	c.waiting = append(c.waiting, w)
	return false, nil
}

// await waits until a write is answered, or until its caller shall lead. A write
// that still waits when its context ends is never begun; one that has been taken
// up is awaited, because what becomes of it must be known.
func (c *committer) await(w *write) (leads bool) {
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

func (c *committer) leave(w *write) bool {
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
func (c *committer) claim(first *write) []*write {
	c.mu.Lock()
	defer c.mu.Unlock()
	others := min(len(c.waiting), mostTogether-1)
	c.shared = others > 0
	claimed := append([]*write{first}, c.waiting[:others]...)
	c.waiting = slices.Delete(c.waiting, 0, others)
	return claimed
}

// pass gives the lead to the one who has waited longest, or up.
func (c *committer) pass() {
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

// lead runs one group: w and those who wait.
func (c *committer) lead(w *write) {
	defer c.pass()
	if c.shared {
		// Those who were answered together come again together. They are awake and
		// about to run: let them queue, or their sync comes after one for w alone.
		runtime.Gosched()
	}
	if w.alone != nil && c.nobodyWaits() {
		c.shared = false
		w.err = c.commitAlone(w)
		return
	}
	// The wait for the connection is w's own; whatever fails later fails for all.
	connection, err := c.writer.Connx(w.ctx)
	if err != nil {
		w.err = err
		return
	}
	g := &group{committer: c, connection: connection, lost: errUnfinished}
	defer g.prepareWanted()
	defer g.close()
	g.run(w)
}

func (c *committer) nobodyWaits() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting) == 0
}

// commitAlone saves a single statement the BEGIN and COMMIT around it: SQLite
// makes a transaction of it.
func (c *committer) commitAlone(w *write) error {
	if err := c.aboutToCommit(1); err != nil {
		return err
	}
	return w.alone()
}

func (c *committer) aboutToCommit(writes int) error {
	if c.beforeCommit == nil {
		return nil
	}
	return c.beforeCommit(writes)
}
