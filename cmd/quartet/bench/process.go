package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// startWait is how long a program may take to answer for the first time.
const startWait = 2 * time.Minute

// process is a program that answers HTTP.
type process struct {
	address string
	started time.Duration // until the first answer
	command *exec.Cmd
	errors  *bytes.Buffer
	ended   chan struct{}
	how     error // it ended, once ended is closed
}

// start runs a program with --addr added, and waits for its first answer.
func start(ctx context.Context, program string, args ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p := &process{address: address, errors: new(bytes.Buffer), ended: make(chan struct{})}
	p.command = exec.CommandContext(ctx, program, append(args, "--addr", address)...)
	p.command.Stderr = p.errors
	p.command.Cancel = func() error { return p.command.Process.Signal(syscall.SIGTERM) }
	begin := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		p.how = p.command.Wait()
	}()
	if err := p.await(begin); err != nil {
		p.kill()
		return nil, fmt.Errorf("%s does not answer: %w\n%s", program, err, p.errors)
	}
	p.started = time.Since(begin)
	return p, nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// await asks until there is an answer. It asks often: how long a start takes is
// one of the figures.
func (p *process) await(begin time.Time) error {
	for {
		answer, err := http.Get("http://" + p.address + "/readyz")
		if err == nil {
			return answer.Body.Close()
		}
		select {
		case <-p.ended:
			return errors.Join(err, p.how)
		case <-time.After(2 * time.Millisecond):
			if time.Since(begin) > startWait {
				return err
			}
		}
	}
}

// stop ends the program as an operator would. One that has ended already says
// how it did.
func (p *process) stop() error {
	_ = p.command.Process.Signal(syscall.SIGTERM) // it may have ended
	<-p.ended
	if p.how != nil {
		return fmt.Errorf("%w\n%s", p.how, p.errors)
	}
	return nil
}

// kill ends the program as a power cut would.
func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have ended
	<-p.ended
}

// cpu is the processor time that the program has used, of all its threads. It is
// 0 where the system has no /proc/PID/task/TID/schedstat.
func (p *process) cpu() time.Duration {
	paths, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.command.Process.Pid))
	var used time.Duration
	for _, path := range paths {
		text, _ := os.ReadFile(path) // a thread can end meanwhile
		nanoseconds, _, _ := strings.Cut(string(text), " ")
		count, _ := strconv.ParseInt(nanoseconds, 10, 64)
		used += time.Duration(count)
	}
	return used
}

// memory is the program's resident memory in bytes, 0 where the system has no
// /proc/PID/statm.
func (p *process) memory() int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.command.Process.Pid))
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
