package main

import (
	"os"
	"runtime/debug"
)

const (
	// heapGrowth is how many percent of what is live may become garbage before it
	// is collected. A server has little that lives, a few MiB: collecting after as
	// many MiB of garbage, which is Go's habit, takes a fifth of a read's time.
	heapGrowth = 400
	// heapRoom is what the program is meant to need beside what it remembers and
	// the memory of hashes. Beyond all of them garbage is collected sooner than
	// heapGrowth says: a hash's memory is garbage as soon as it is made.
	heapRoom = 32 << 20
	// rememberedRow is what a session with its user's profile takes at most.
	rememberedRow = 2 << 10
)

// tuneCollector trades memory for time while the server serves. GOGC and
// GOMEMLIMIT, where they are set, say otherwise. needed is what is known to be
// needed beside the usual, in bytes.
func tuneCollector(needed int64) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapRoom + needed)
	}
}

// memory is what hashes, so many at a time, and remembered rows need, in bytes.
func (t tuning) memory(hashes int) int64 {
	return int64(hashes)*int64(t.Hashing.HashMemory)<<10 + int64(t.Pool.SessionCache)*rememberedRow
}
