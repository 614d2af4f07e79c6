package main

import (
	"math"
	"runtime/debug"
	"testing"
)

// The collector is told what the server needs, unless the operator says
// otherwise: then Go itself has read it.
func TestCollectorIsTuned(t *testing.T) {
	growth, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	defer func() {
		debug.SetGCPercent(growth)
		debug.SetMemoryLimit(limit)
	}()
	tuned := func() (percent int, limit int64) {
		percent = debug.SetGCPercent(100)
		debug.SetGCPercent(percent)
		return percent, debug.SetMemoryLimit(-1)
	}
	needed := tuning{Hashing: hashFlags{HashMemory: 1024}, Pool: poolFlags{SessionCache: 10}}.memory(3)
	equal(t, "bytes needed", needed, 3<<20+10*rememberedRow)

	t.Setenv("GOGC", "100")
	t.Setenv("GOMEMLIMIT", "1GiB")
	tuneCollector(needed)
	if percent, limit := tuned(); percent != 100 || limit != math.MaxInt64 {
		t.Errorf("the operator's word is ignored: %d %%, %d bytes", percent, limit)
	}
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	tuneCollector(needed)
	if percent, limit := tuned(); percent != heapGrowth || limit != heapRoom+needed {
		t.Errorf("%d %%, %d bytes", percent, limit)
	}
}
