package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"quartet/cmd/quartet/proctest"
)

// patience is the time limit of waiting for something that must happen. Tests do not
// depend on how soon it does.
const patience = time.Minute

// process is the program, running.
type process struct {
	origin
	log   *proctest.Transcript
	os    *os.Process
	ended chan struct{}
	state *os.ProcessState // once ended is closed
}

var listening = regexp.MustCompile(`msg=listening address=([0-9.:]+)`)

// start starts the program and waits until it listens.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := launch(t, args...)
	p.origin = origin("http://" + p.await(t, listening))
	return p
}

// launch starts the program, and ends it with the test.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := program()
	must(t, err)
	p := &process{log: proctest.NewTranscript(), ended: make(chan struct{})}
	command := exec.Command(path, args...)
	command.Stderr = p.log
	must(t, command.Start())
	p.os = command.Process
	go func() {
		defer close(p.ended)
		_ = command.Wait() // how it ended is in the state
		p.state = command.ProcessState
	}()
	t.Cleanup(func() {
		_ = p.os.Signal(syscall.SIGTERM) // most have not ended
		p.awaitEnd(t)
		if strings.Contains(p.log.String(), "DATA RACE") {
			t.Errorf("a data race in the program:\n%s", p.log)
		}
	})
	return p
}

// awaitEnd waits for the process and gives how it ended.
func (p *process) awaitEnd(t *testing.T) syscall.WaitStatus {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.os.Kill()
		t.Errorf("the program does not end:\n%s", p.log)
		<-p.ended
	}
	return p.state.Sys().(syscall.WaitStatus)
}

// wholeLog ends the process and gives all that it has written: the line of a
// request is written after its answer.
func (p *process) wholeLog(t *testing.T) string {
	t.Helper()
	must(t, p.os.Signal(syscall.SIGTERM))
	p.awaitEnd(t)
	return p.log.String()
}

// await waits for something to be logged, and gives the first group of it.
func (p *process) await(t *testing.T, pattern *regexp.Regexp) string {
	t.Helper()
	return p.log.Await(t, pattern, p.ended)
}

// command runs the program to its end and gives what it wrote to standard error.
func command(t *testing.T, args ...string) (code int, errs string) {
	t.Helper()
	path, err := program()
	must(t, err)
	var text bytes.Buffer
	ran := exec.CommandContext(t.Context(), path, args...)
	ran.Stderr = &text
	_ = ran.Run() // the exit code says it
	return ran.ProcessState.ExitCode(), text.String()
}
