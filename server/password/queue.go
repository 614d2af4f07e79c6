package password

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Client is whom a hash is for: its address, and the network that the address is in, as
// texts. All without a client are one.
type Client struct{ Address, Network string }

type clientKey struct{}

// WithClient gives a context for whose hashes a client waits.
func WithClient(ctx context.Context, client Client) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

const (
	// addressesOfNetwork is how many addresses a network counts as in the queue.
	addressesOfNetwork = 8
	// useHalves is the time in which half of what an address has used is forgotten.
	useHalves = time.Minute
	// rightCosts is what a right password costs, of what any other hash does.
	rightCosts = 1.0 / 8
	// mostUses is how many addresses and networks each are remembered.
	mostUses = 10_000
)

// queue gives hashing slots to those who wait for one. The address that has asked for the
// least of late goes first, and of equal ones the last to come; an address that has asked
// often has its place taken by others when the queue is full. So whoever floods the queue,
// from one address, one network or many, waits behind those who do not. The requests of
// one address are served in order.
type queue struct {
	slots, places int
	now           func() time.Time

	mutex     sync.Mutex
	running   int
	waiting   []*waiter // in order of arrival
	addresses *lru.Cache[string, use]
	networks  *lru.Cache[string, use]
}

// waiter is a caller in the queue. told is sent true for a slot, and false for none.
type waiter struct {
	Client
	told chan bool
}

// use is how often was asked, as of a time.
type use struct {
	amount float64
	at     time.Time
}

func (u use) asOf(now time.Time) float64 {
	return u.amount * math.Exp2(-float64(max(0, now.Sub(u.at)))/float64(useHalves))
}

func newQueue(slots, places int) *queue {
	q := &queue{slots: slots, places: places, now: time.Now}
	var err error
	if q.addresses, err = lru.New[string, use](mostUses); err == nil {
		q.networks, err = lru.New[string, use](mostUses)
	}
	if err != nil {
		panic(err) // impossible: the size is positive
	}
	return q
}

// enter waits for a slot, and returns the function that gives it back, which is told
// whether the password was right. The error is ErrBusy or ctx's.
func (q *queue) enter(ctx context.Context, wait time.Duration) (leave func(right bool), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, _ := ctx.Value(clientKey{}).(Client)
	leave = func(right bool) { q.leave(client, right) }
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
	q.charge(client, 1)
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
func (q *queue) leave(client Client, right bool) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if right {
		q.charge(client, rightCosts-1)
	}
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

// charge adds to what a client has asked for.
func (q *queue) charge(client Client, amount float64) {
	now := q.now()
	for uses, key := range map[*lru.Cache[string, use]]string{q.addresses: client.Address, q.networks: client.Network} {
		u, _ := uses.Peek(key)
		uses.Add(key, use{max(0, u.asOf(now)+amount), now})
	}
}

// rank is how often the clients of a waiter have asked, in whole numbers, of which the
// lowest goes first.
type rank struct{ both, address int }

func (q *queue) rank(client Client, now time.Time) rank {
	address, _ := q.addresses.Peek(client.Address)
	network, _ := q.networks.Peek(client.Network)
	own := address.asOf(now)
	return rank{round(max(own, network.asOf(now)/addressesOfNetwork)), round(own)}
}

func round(amount float64) int { return int(math.Round(amount)) }

func (r rank) less(other rank) bool {
	if r.both != other.both {
		return r.both < other.both
	}
	return r.address < other.address
}

// first is who gets the next slot: of the address with the least rank, and of equal ones
// of the one that came last, the request that has waited longest.
func (q *queue) first() int {
	now, best := q.now(), 0
	lowest := q.rank(q.waiting[0].Client, now)
	for i, w := range q.waiting[1:] {
		if r := q.rank(w.Client, now); !lowest.less(r) {
			best, lowest = i+1, r
		}
	}
	address := q.waiting[best].Address
	return slices.IndexFunc(q.waiting, func(w *waiter) bool { return w.Address == address })
}

// last is who gives up the place: of the address with the highest rank, and of equal ones
// of the one that came first, the request that has waited least.
func (q *queue) last() int {
	now, worst := q.now(), 0
	highest := q.rank(q.waiting[0].Client, now)
	for i, w := range q.waiting[1:] {
		if r := q.rank(w.Client, now); highest.less(r) {
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
