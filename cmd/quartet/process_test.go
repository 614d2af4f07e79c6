package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
)

// TestProcess tests what requires a process of its own: how signals end it.
func TestProcess(t *testing.T) {
	t.Parallel()
	binary := proctest.Build(t)
	t.Run("a kill loses nothing acknowledged", func(t *testing.T) { killWhileWriting(t, binary) })
	t.Run("an import that is killed goes on", func(t *testing.T) { killWhileImporting(t, binary) })
	t.Run("a backup is restored after a kill", func(t *testing.T) { restoreAfterKill(t, binary) })
	t.Run("what root makes is the server's", func(t *testing.T) { rootsFilesAreTheServers(t, binary) })
	t.Run("a folder of keys that is read-only", func(t *testing.T) { keysThatCanOnlyBeRead(t, binary) })
	t.Run("a signal ends it in good order", func(t *testing.T) { endByOneSignal(t, binary) })
	t.Run("a second signal ends it at once", func(t *testing.T) { endByTwoSignals(t, binary) })
	t.Run("a mock answers until a signal", func(t *testing.T) { mockInAProcess(t, binary) })
}

// child is the program in a process of its own.
type child struct {
	origin
	admin   origin // of administration
	process *os.Process
	errs    *proctest.Transcript
	ended   chan struct{}
	state   *os.ProcessState // once ended is closed
}

func spawn(t *testing.T, binary string, args ...string) *child {
	t.Helper()
	return spawnAs(t, nil, binary, args...)
}

// spawnAs starts the program with attributes of the process; nil: as the test runs.
func spawnAs(t *testing.T, attributes *syscall.SysProcAttr, binary string, args ...string) *child {
	t.Helper()
	c := &child{errs: proctest.NewTranscript(), ended: make(chan struct{})}
	program := exec.Command(binary, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	program.Stderr, program.SysProcAttr = c.errs, attributes
	must(t, program.Start())
	c.process = program.Process
	go func() {
		defer close(c.ended)
		_ = program.Wait() // how it ended is in the state
		c.state = program.ProcessState
	}()
	t.Cleanup(func() {
		_ = c.process.Kill() // most have ended
		<-c.ended
	})
	c.origin = origin("http://" + c.errs.Await(t, listening, c.ended))
	c.admin = adminOf(c.errs, c.origin)
	return c
}

func (c *child) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	must(t, c.process.Signal(signal))
}

func (c *child) awaitEnd(t *testing.T) syscall.WaitStatus {
	t.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		t.Fatal("the process does not end")
	}
	return c.state.Sys().(syscall.WaitStatus)
}

func killWhileWriting(t *testing.T, binary string) {
	db := newInstallation(t)
	done(t, at(db, "user", "add", "boss", "--role", "administrator", "--password", "violet-otter-lantern")...)
	var acknowledged []float64
	for round := range 3 {
		acknowledged = append(acknowledged, writeUntilKilled(t, spawn(t, binary, db...), round)...)
	}
	started := time.Now()
	c := spawn(t, binary, db...)
	c.ok(t, get("/readyz"))
	t.Logf("ready %s after the start, with %d users", time.Since(started).Round(time.Millisecond), len(acknowledged))
	jwt := c.signIn(t, "boss", "violet-otter-lantern")
	for _, id := range acknowledged {
		r := c.do(t, get(fmt.Sprintf("/api/user/detail?id=%.0f", id)).with("Jwt", jwt))
		if r.status != http.StatusOK {
			t.Errorf("user %.0f was acknowledged and is gone: %s", id, r.text)
		}
	}
}

// writeUntilKilled creates users as an administrator, kills the server after some time,
// and returns the ids that were acknowledged.
func writeUntilKilled(t *testing.T, c *child, round int) (acknowledged []float64) {
	t.Helper()
	const writers, enough = 8, 150
	var (
		mutex sync.Mutex
		all   sync.WaitGroup
		kill  sync.Once
	)
	jwt := c.signIn(t, "boss", "violet-otter-lantern")
	for writer := range writers {
		all.Go(func() {
			for n := 0; ; n++ {
				id, ok := create(t.Context(), c.origin, jwt, fmt.Sprintf("writer-%d-%d-%d", round, writer, n))
				if !ok {
					return
				}
				mutex.Lock()
				acknowledged = append(acknowledged, id)
				if len(acknowledged) >= enough {
					kill.Do(func() { c.signal(t, syscall.SIGKILL) })
				}
				mutex.Unlock()
			}
		})
	}
	all.Wait()
	c.awaitEnd(t)
	if len(acknowledged) < enough {
		t.Fatalf("only %d users were created:\n%s", len(acknowledged), c.errs)
	}
	return acknowledged
}

// create returns false once the server is gone.
func create(ctx context.Context, o origin, jwt, name string) (id float64, ok bool) {
	r, err := o.try(ctx, raw("/api/user/create", `{"username":"`+name+`"}`).with("Jwt", jwt))
	if err != nil || r.status != http.StatusOK {
		return 0, false
	}
	id, ok = r.body["userId"].(float64)
	return id, ok
}

func endByOneSignal(t *testing.T, binary string) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		c := spawn(t, binary, "--database", newDatabase(t), "--open-registration")
		slow := begin(t, c.origin)
		c.signal(t, signal)
		c.awaitClosed(t)
		equal(t, "status", slow.finish(t).StatusCode, http.StatusOK)
		equal(t, "exit code", c.awaitEnd(t).ExitStatus(), cli.ExitOK)
	}
}

func endByTwoSignals(t *testing.T, binary string) {
	c := spawn(t, binary, "--database", newDatabase(t), "--open-registration")
	begin(t, c.origin) // would keep it waiting
	c.signal(t, syscall.SIGTERM)
	c.awaitClosed(t)
	c.signal(t, syscall.SIGTERM)
	equal(t, "exit code", c.awaitEnd(t).ExitStatus(), cli.ExitInterrupted)
}
