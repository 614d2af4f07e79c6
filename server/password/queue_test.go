package password

import (
	"fmt"
	"testing"
	"time"
)

// standing is a queue whose only slot is taken, with a clock of the test's.
type standing struct {
	*queue
	clock time.Time
}

func newStanding(places int) *standing {
	s := &standing{queue: newQueue(1, places, newAsked(), true), clock: time.Unix(0, 0)}
	s.asked.now = func() time.Time { return s.clock }
	s.running = 1
	return s
}

// ask is a request that is charged.
func (s *standing) ask(client Client) *waiter {
	s.asked.charge(client, 1)
	return s.queue.ask(client)
}

// served gives the slot on n times, and returns the addresses that got it.
func (s *standing) served(n int) (addresses []string) {
	for range n {
		before := append([]*waiter(nil), s.waiting...)
		s.leave()
		for i, w := range before {
			if i >= len(s.waiting) || s.waiting[i] != w {
				addresses = append(addresses, w.Address)
				break
			}
		}
	}
	return addresses
}

func from(address, network string) Client { return Client{address, network} }

// Whoever floods the queue has no place that others want.
func TestAFloodDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	for name, flooding := range map[string]func(i int) Client{
		"one address":      func(int) Client { return from("192.0.2.66", "192.0.2.0/24") },
		"one network":      func(i int) Client { return from(fmt.Sprintf("2001:db8:1:%x::", i), "2001:db8:1::/48") },
		"300 addresses":    func(i int) Client { return from(fmt.Sprint(i%300), fmt.Sprint("network of ", i%300)) },
		"only new clients": func(i int) Client { return from(fmt.Sprint(i), fmt.Sprint("network of ", i)) },
	} {
		q := newStanding(64)
		for i := range 3000 {
			q.ask(flooding(i))
		}
		q.served(30)
		for i := range 40 {
			q.ask(flooding(i))
		}
		for n := range 5 {
			address := fmt.Sprintf("198.51.%d.1", n)
			if w := q.ask(from(address, address+"/24")); len(w.told) > 0 {
				t.Errorf("%s: refused", name)
			}
			q.ask(flooding(5000 + n)) // of a network, an address that has not asked before
			if got := q.served(1); name != "only new clients" && got[0] != address {
				t.Errorf("%s: served %s before", name, got[0])
			}
		}
		if _, waiting := q.load(); waiting > 64 {
			t.Errorf("%s: %d wait", name, waiting)
		}
	}
}

// In one network an address that has asked for less goes first.
func TestAnAddressIsNotItsNetwork(t *testing.T) {
	t.Parallel()
	q := newStanding(64)
	for range 100 {
		q.ask(from("192.0.2.66", "192.0.2.0/24"))
	}
	q.ask(from("192.0.2.1", "192.0.2.0/24"))
	if got := q.served(1); got[0] != "192.0.2.1" {
		t.Errorf("served %s", got[0])
	}
}

// The requests of one address are served in order, and its last ones are refused.
func TestOneAddressIsServedInOrder(t *testing.T) {
	t.Parallel()
	q := newStanding(3)
	var waiters []*waiter
	for range 5 {
		waiters = append(waiters, q.ask(from("192.0.2.1", "192.0.2.0/24")))
	}
	for i, w := range waiters {
		if refused := len(w.told) > 0; refused != (i >= 3) {
			t.Errorf("%d is refused: %v", i, refused)
		}
	}
	for i := range 3 {
		q.served(1)
		if len(waiters[i].told) == 0 {
			t.Errorf("%d is not served in order", i)
		}
	}
}

// Right passwords cost little, so that many people behind one address do not wait behind
// those who guess.
func TestRightPasswordsCostLittle(t *testing.T) {
	t.Parallel()
	q := newStanding(64)
	office, guesser := from("192.0.2.1", "192.0.2.0/24"), from("198.51.100.1", "198.51.100.0/24")
	for range 20 {
		q.asked.charge(office, 1)
		q.asked.charge(office, rightCosts-1)
	}
	for range 4 {
		q.asked.charge(guesser, 1)
	}
	q.ask(guesser)
	q.ask(office)
	q.ask(guesser)
	if got := q.served(1); got[0] != office.Address {
		t.Errorf("served %s", got[0])
	}
}

func TestUseIsForgotten(t *testing.T) {
	t.Parallel()
	q := newStanding(64)
	once, often := from("192.0.2.1", "192.0.2.0/24"), from("198.51.100.1", "198.51.100.0/24")
	for range 20 {
		q.asked.charge(often, 1)
	}
	q.clock = q.clock.Add(10 * time.Minute)
	q.asked.charge(once, 2)
	q.ask(once)
	q.ask(often)
	q.ask(once)
	if got := q.served(1); got[0] != often.Address {
		t.Errorf("served %s", got[0])
	}
}
