package password

import (
	"math"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	// addressesOfNetwork is how many addresses a network counts as.
	addressesOfNetwork = 8
	// useHalves is the time in which half of what an address has asked for is forgotten.
	useHalves = time.Minute
	// rightCosts is what a right password costs, of what any other hash does.
	rightCosts = 1.0 / 8
	// mostUses is how many addresses and networks each are remembered.
	mostUses = 10_000
)

// asked remembers how often clients have asked for a hash of late.
type asked struct {
	now       func() time.Time
	mutex     sync.Mutex
	addresses *lru.Cache[string, use]
	networks  *lru.Cache[string, use]
}

// use is how often was asked, as of a time.
type use struct {
	amount float64
	at     time.Time
}

func (u use) asOf(now time.Time) float64 {
	return u.amount * math.Exp2(-float64(max(0, now.Sub(u.at)))/float64(useHalves))
}

func newAsked() *asked {
	a := &asked{now: time.Now}
	var err error
	if a.addresses, err = lru.New[string, use](mostUses); err == nil {
		a.networks, err = lru.New[string, use](mostUses)
	}
	if err != nil {
		panic(err) // impossible: the size is positive
	}
	return a
}

// charge adds to what a client has asked for.
func (a *asked) charge(client Client, amount float64) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := a.now()
	for uses, key := range map[*lru.Cache[string, use]]string{a.addresses: client.Address, a.networks: client.Network} {
		u, _ := uses.Peek(key)
		uses.Add(key, use{max(0, u.asOf(now)+amount), now})
	}
}

// rank is how often a client has asked, in whole numbers, of which the lowest goes first.
type rank struct{ both, address int }

func (a *asked) rank(client Client) rank {
	now := a.now()
	address, _ := a.addresses.Peek(client.Address)
	network, _ := a.networks.Peek(client.Network)
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
