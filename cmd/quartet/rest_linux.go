package main

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/procfs"
)

const (
	restInterval = time.Second
	// restAtMost is how much processor time a server uses in an interval while it
	// rests: a readiness check now and then is no work.
	restAtMost = restInterval / 100
	// restWorth is how much it must have worked since it last gave memory back.
	restWorth = 50 * time.Millisecond
)

// rest gives memory back while the server has nothing to do: what garbage took,
// and the pages of the program's file, most of which only the start needs. The
// kernel maps those again that are used.
type rest struct {
	used  time.Duration // processor time, at the last look
	given time.Duration // and when memory was last given back
}

func newRest() *rest { return &rest{given: -restWorth} }

func (r *rest) look(context.Context) error {
	used, err := processorTime()
	if err != nil {
		return err
	}
	resting := used-r.used <= restAtMost
	r.used = used
	if !resting || used-r.given < restWorth {
		return nil
	}
	debug.FreeOSMemory()
	err = unmapProgram()
	r.given, _ = processorTime()
	return err
}

func processorTime() (time.Duration, error) {
	var usage syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), err
}

// unmapProgram lets go of the pages that are as they are in the program's file. A
// debugger's breakpoints are not in the file, so under one it does nothing.
func unmapProgram() error {
	if traced() {
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	self, err := procfs.Self()
	if err != nil {
		return err
	}
	maps, err := self.ProcMaps()
	for _, m := range maps {
		if !m.Perms.Write && strings.TrimSuffix(m.Pathname, " (deleted)") == program {
			_, _, failed := syscall.Syscall(syscall.SYS_MADVISE, m.StartAddr, m.EndAddr-m.StartAddr, syscall.MADV_DONTNEED)
			if failed != 0 {
				err = errors.Join(err, failed)
			}
		}
	}
	return err
}

// traced says yes where it cannot be told.
func traced() bool {
	status, _ := os.ReadFile("/proc/self/status")
	return !strings.Contains(string(status), "\nTracerPid:\t0\n")
}
