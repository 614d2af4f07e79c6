package password

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Client is whom a hash is for: its address, and the network that the address is in, as
// texts. All without a client are one.
type Client struct{ Address, Network string }

type clientKey struct{}

// WithClient gives a context for whose hashes a client waits.
func WithClient(ctx context.Context, client Client) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// admittedKey marks the contexts of callers who have been charged by Hasher.Admit.
type admittedKey struct{}

// queue gives slots to those who wait for one. The address that has asked for the least
// of late goes first; an address that has asked often has its place taken by others when
// the queue is full. So whoever floods the queue, from one address, one network or many,
// waits behind those who do not. The requests of one address are served in order.
type queue struct {
	slots, places int
	asked         *asked
	// newestFirst prefers, of addresses that have asked equally often, the last to come:
	// where more come than are served, those who came first have waited for nothing.
	newestFirst bool

	mutex   sync.Mutex
	running int
	waiting []*waiter // in order of arrival
}

// waiter is a caller in the queue. told is sent true for a slot, and false for none.
type waiter struct {
	Client
	told chan bool
}

func newQueue(slots, places int, asked *asked, newestFirst bool) *queue {
	return &queue{slots: slots, places: places, asked: asked, newestFirst: newestFirst}
}

// enter waits for a slot, and returns the function that gives it back, which is told
// whether the password was right. The error is ErrBusy or ctx's.
func (q *queue) enter(ctx context.Context, wait time.Duration) (leave func(right bool), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, _ := ctx.Value(clientKey{}).(Client)
	charged := ctx.Value(admittedKey{}) == nil
	if charged {
		q.asked.charge(client, 1)
	}
	leave = func(right bool) {
		if right && charged {
			q.asked.charge(client, rightCosts-1)
		}
		q.leave()
	}
	w := q.ask(client)
	if w == nil {
		return leave, nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case admitted := <-w.told:
		if !admitted {
			return nil, ErrBusy
		}
		return leave, nil
	case <-timer.C:
		err = ErrBusy
	case <-ctx.Done():
		err = ctx.Err()
	}
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if i := slices.Index(q.waiting, w); i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
		return nil, err
	}
	if admitted := <-w.told; !admitted {
		return nil, ErrBusy
	}
	return leave, nil // at the last moment
}

// ask takes a slot, and returns nil, or a place in the queue, perhaps somebody else's.
// Without one, the waiter has been told.
func (q *queue) ask(client Client) *waiter {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if q.running < q.slots { // nobody waits then
		q.running++
		return nil
	}
	w := &waiter{client, make(chan bool, 1)}
	q.waiting = append(q.waiting, w)
	if len(q.waiting) > q.places {
		q.remove(q.last()).told <- false
	}
	return w
}

// leave gives a slot to whoever is first.
func (q *queue) leave() {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if len(q.waiting) == 0 {
		q.running--
		return
	}
	q.remove(q.first()).told <- true
}

func (q *queue) remove(i int) *waiter {
	w := q.waiting[i]
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return w
}

// first is who gets the next slot: of the address with the least rank the request that
// has waited longest.
func (q *queue) first() int {
	best, lowest := 0, q.asked.rank(q.waiting[0].Client)
	for i, w := range q.waiting[1:] {
		if r := q.asked.rank(w.Client); r.less(lowest) || r == lowest && q.newestFirst {
			best, lowest = i+1, r
		}
	}
	address := q.waiting[best].Address
	return slices.IndexFunc(q.waiting, func(w *waiter) bool { return w.Address == address })
}

// last is who gives up the place: of the address with the highest rank the request that
// has waited least.
func (q *queue) last() int {
	worst, highest := 0, q.asked.rank(q.waiting[0].Client)
	for i, w := range q.waiting[1:] {
		if r := q.asked.rank(w.Client); highest.less(r) || r == highest && !q.newestFirst {
			worst, highest = i+1, r
		}
	}
	address := q.waiting[worst].Address
	for i, w := range slices.Backward(q.waiting) {
		if w.Address == address {
			return i
		}
	}
	return worst
}

// load returns the number of running hashes and of waiting callers.
func (q *queue) load() (running, waiting int) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	return q.running, len(q.waiting)
}
