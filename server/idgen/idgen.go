package idgen

import (
	"math/rand/v2"
	"sync"
	"time"
)

const randomBits = 12

// epoch is the zero of the clock in an id. 41 bits of milliseconds last until 2094.
var epoch = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

// Generator generates ids: `(milliseconds since 2025-01-01 UTC) << 12 | 12 random
// bits`. They are below 2^53 until 2094, so JSON numbers keep all digits, and sort by
// creation time. The ids of one generator increase. Two processes that generate an id
// in the same millisecond collide with a probability of 1 in 4096, so an insert must be
// retried with another id. It is safe for concurrent use.
type Generator struct {
	clock func() time.Time
	mutex sync.Mutex
	last  int64
}

// New returns a generator that reads the time from clock.
func New(clock func() time.Time) *Generator { return &Generator{clock: clock} }

// Next returns the next id, always positive: the last one plus one if the millisecond
// is full or the clock went back.
func (g *Generator) Next() int64 {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.last = max(g.drawn(), g.last+1)
	return g.last
}

// drawn returns an id from the clock and random bits. It is negative before the epoch,
// when Next counts from 1.
func (g *Generator) drawn() int64 {
	return First(g.clock()) | rand.Int64N(1<<randomBits)
}

// First returns the lowest id of a moment. It is negative before 2025-01-01.
func First(at time.Time) int64 { return at.Sub(epoch).Milliseconds() << randomBits }
