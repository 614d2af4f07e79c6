package main

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestGCIsTunedUnlessTheEnvironmentSaysOtherwise(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	defer func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}()
	settings := func() (percent int, limit int64) {
		percent = debug.SetGCPercent(100)
		debug.SetGCPercent(percent)
		return percent, debug.SetMemoryLimit(-1)
	}
	t.Setenv("GOGC", "100")
	t.Setenv("GOMEMLIMIT", "1GiB")
	tuneGC(3)
	if percent, limit := settings(); percent != 100 || limit != math.MaxInt64 {
		t.Errorf("the environment is ignored: %d %%, %d bytes", percent, limit)
	}
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	tuneGC(3)
	if percent, limit := settings(); percent != gcPercent || limit != (32+3*19+32)<<20 {
		t.Errorf("%d %%, %d bytes", percent, limit)
	}
}
