package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"syscall"
	"time"

	"github.com/prometheus/procfs"
	"github.com/sethvargo/go-retry"
)

// startTimeout is how long a program may take to answer for the first time.
const startTimeout = 2 * time.Minute

// process is a program that answers HTTP.
type process struct {
	address string
	started time.Duration // until the first answer
	command *exec.Cmd
	stderr  bytes.Buffer
	exited  chan struct{}
	err     error // of the exit, once exited is closed
}

// start runs a program with --addr added, and waits for its first answer.
func start(ctx context.Context, program string, args ...string) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &process{address: listener.Addr().String(), exited: make(chan struct{})}
	if err := listener.Close(); err != nil {
		return nil, err
	}
	p.command = exec.CommandContext(ctx, program, append(args, "--addr", p.address)...)
	p.command.Stderr = &p.stderr
	p.command.Cancel = func() error { return p.command.Process.Signal(syscall.SIGTERM) }
	begin := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.exited)
		p.err = p.command.Wait()
	}()
	// It asks often: how long a start takes is one of the figures.
	err = retry.Do(ctx, retry.WithMaxDuration(startTimeout, retry.NewConstant(2*time.Millisecond)), func(context.Context) error {
		answer, err := http.Get("http://" + p.address + "/readyz")
		if err == nil {
			return answer.Body.Close()
		}
		select {
		case <-p.exited:
			return errors.Join(err, p.err)
		default:
			return retry.RetryableError(err)
		}
	})
	if err != nil {
		p.kill()
		return nil, fmt.Errorf("%s does not answer: %w\n%s", program, err, p.stderr.String())
	}
	p.started = time.Since(begin)
	return p, nil
}

// stop ends the program as an operator would, and says how it exited.
func (p *process) stop() error {
	_ = p.command.Process.Signal(syscall.SIGTERM) // it may have exited
	<-p.exited
	if p.err != nil {
		return fmt.Errorf("%w\n%s", p.err, p.stderr.String())
	}
	return nil
}

// kill ends the program as a power cut would.
func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have exited
	<-p.exited
}

// cpu is the processor time that all threads of the program have used, 0 where
// the system does not tell it in /proc.
func (p *process) cpu() (used time.Duration) {
	threads, _ := procfs.AllThreads(p.command.Process.Pid)
	for _, thread := range threads {
		times, _ := thread.Schedstat() // a thread can end meanwhile
		used += time.Duration(times.RunningNanoseconds)
	}
	return used
}

// memory is the program's resident memory in bytes, and the anonymous part of
// it, which is backed by no file. Both are 0 where the system has no
// /proc/PID/status.
func (p *process) memory() (resident, anonymous int64) {
	process, err := procfs.NewProc(p.command.Process.Pid)
	if err != nil {
		return 0, 0
	}
	status, _ := process.NewStatus()
	return int64(status.VmRSS), int64(status.RssAnon)
}
