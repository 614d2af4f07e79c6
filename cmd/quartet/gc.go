package main

import (
	"os"
	"runtime/debug"

	"quartet/server/password"
	"quartet/store"
)

const (
	// gcPercent is GOGC. The server keeps few live bytes, so that Go's default of 100
	// collects after a few MiB of garbage, which costs a fifth of a read's CPU time.
	gcPercent = 400
	// baseMemory is what the program needs beside hashes and cached sessions. Above
	// all of them Go collects more often than gcPercent says: the memory of a hash is
	// garbage as soon as the hash is made.
	baseMemory       = 32 << 20
	cachedRowMaxSize = 2 << 10 // bytes of a session with its user's profile
)

// tuneGC sets the garbage collector for a server that makes so many password
// hashes at a time, unless GOGC and GOMEMLIMIT are set. 0 is for the start, which
// allocates much and keeps little.
func tuneGC(parallelHashes int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	limit := int64(baseMemory)
	if parallelHashes > 0 {
		limit += int64(parallelHashes)*int64(password.DefaultParams().Memory)<<10 + int64(store.DefaultOptions().SessionCache)*cachedRowMaxSize
	}
	debug.SetMemoryLimit(limit)
}
