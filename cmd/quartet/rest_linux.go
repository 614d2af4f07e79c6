package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
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
// and once, after the start, the pages of the program's file, most of which only
// the start needs. The kernel maps those again that are used. The zero value is
// ready.
type rest struct {
	used    time.Duration // processor time, at the last look
	given   time.Duration // and when memory was last given back
	started bool          // the start's pages have been given back
}

func (r *rest) look(context.Context) error {
	used, err := processorTime()
	if err != nil {
		return err
	}
	resting := used-r.used <= restAtMost
	r.used = used
	if !resting || r.started && used-r.given < restWorth {
		return nil
	}
	debug.FreeOSMemory()
	if !r.started {
		r.started = true
		err = unmapProgram()
	}
	r.given, _ = processorTime()
	return err
}

func processorTime() (time.Duration, error) {
	var usage syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), err
}

// unmapProgram lets go of the pages that are as they are in the program's file.
// Where /proc is not there to tell which, it does nothing.
func unmapProgram() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	file, err := os.Open("/proc/self/smaps")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	for _, m := range untouched(file, program) {
		err = errors.Join(err, m.release())
	}
	return err
}

// untouched finds the mappings of a file that cannot be written and hold nothing
// else than the file does: what the loader has relocated, or a debugger has
// changed, is only in memory.
func untouched(smaps io.Reader, path string) (found []mapping) {
	var last mapping
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		if next, ok := mappingOf(lines.Text()); ok {
			last = next
			continue
		}
		own, ok := strings.CutPrefix(lines.Text(), "Anonymous:")
		if ok && strings.TrimSpace(own) == "0 kB" && last.readOnly && last.path == path {
			found = append(found, last)
		}
	}
	return found
}

// mapping is a part of the program's memory (proc_pid_smaps(5)).
type mapping struct {
	from, to uintptr
	readOnly bool
	path     string
}

// mappingOf reads the line that begins a mapping: 00400000-0110a000 r-xp
// 00000000 fe:00 1003 /usr/bin/quartet. Other lines are not ok.
func mappingOf(line string) (m mapping, ok bool) {
	about, path, _ := strings.Cut(line, "/")
	var access string
	if found, _ := fmt.Sscanf(about, "%x-%x %s", &m.from, &m.to, &access); found < 3 {
		return m, false
	}
	m.readOnly = !strings.Contains(access, "w")
	m.path = "/" + strings.TrimSuffix(path, " (deleted)")
	return m, true
}

func (m mapping) release() error {
	_, _, failed := syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED)
	if failed != 0 {
		return failed
	}
	return nil
}
