package idgen

import (
	"math/rand/v2"
	"sync"
	"time"
)

const randomBits = 12

// epoch is where the clock in an id starts. 41 bits of milliseconds from here
// last until 2094.
var epoch = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

// Generator makes ids: `(milliseconds since 2025-01-01 UTC) << 12 | 12 random
// bits`. They are below 2^53 until 2094, so a JSON number never loses digits, and
// sort by the time they were made. Within one generator each is above the one
// before. Two processes that make an id in the same millisecond collide with a
// chance of 1 in 4096, so who inserts it must be ready to take another. It is
// safe for concurrent use.
type Generator struct {
	clock func() time.Time
	mutex sync.Mutex
	last  int64
}

// New makes a generator that reads the time from clock.
func New(clock func() time.Time) *Generator { return &Generator{clock: clock} }

// Next gives the next id, always positive. When the millisecond is crowded or
// the clock went back it is the last one plus one.
func (g *Generator) Next() int64 {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.last = max(g.drawn(), g.last+1)
	return g.last
}

// drawn is the id that the clock and chance propose. It is negative before the
// epoch, where counting from 1 takes its place.
func (g *Generator) drawn() int64 {
	elapsed := g.clock().Sub(epoch).Milliseconds()
	return elapsed<<randomBits | rand.Int64N(1<<randomBits)
}
