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
	// heapRoom is what the program is meant to need beside the memory of hashes.
	// From there on it is collected sooner than heapGrowth says: a hash's memory
	// is garbage as soon as it is made.
	heapRoom = 64 << 20
)

// tuneCollector trades memory for time while the server serves. GOGC and
// GOMEMLIMIT, where they are set, say otherwise. hashing is what hashes need at
// a time, in bytes.
func tuneCollector(hashing int64) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapRoom + hashing)
	}
}

// memory is what hashes need at a time, in bytes.
func (f hashFlags) memory(parallel int) int64 { return int64(parallel) * int64(f.HashMemory) << 10 }
