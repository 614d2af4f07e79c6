//go:build unix

package main

import (
	"context"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
)

// typed is a command in a terminal, in which the test types.
type typed struct {
	screen *proctest.Transcript
	keys   *os.File
	shows  func() bool // whether the terminal shows what is typed
	ended  chan struct{}
	code   int // once ended is closed
}

func typeInto(t *testing.T, ctx context.Context, args ...string) *typed {
	t.Helper()
	keys, terminal, err := pty.Open()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no terminal:", err)
		}
		t.Skip("skipped: questions in a terminal, because there is none:", err)
	}
	state, err := term.GetState(int(terminal.Fd()))
	must(t, err)
	c := &typed{screen: proctest.NewTranscript(), keys: keys, ended: make(chan struct{}), shows: func() bool {
		now, err := term.GetState(int(terminal.Fd()))
		return err != nil || reflect.DeepEqual(now, state)
	}}
	go func() { // until the terminal is closed
		part := make([]byte, 4096)
		for {
			n, err := keys.Read(part)
			if err != nil {
				return
			}
			_, _ = c.screen.Write(part[:n])
		}
	}()
	go func() {
		defer close(c.ended)
		c.code = run(ctx, args, terminal, terminal, terminal)
	}()
	t.Cleanup(func() {
		<-c.ended
		_ = terminal.Close()
		_ = keys.Close()
	})
	return c
}

// answer types a line once the question is on the screen.
func (c *typed) answer(t *testing.T, question, line string) {
	t.Helper()
	c.screen.Await(t, regexp.MustCompile("("+question+")"), c.ended)
	_, err := c.keys.WriteString(line + "\n")
	must(t, err)
	<-c.ended
}

func TestWhatDestroysAsksInATerminal(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "org", "add", "north", "北校区")...)
	deletion := at(db, "org", "delete", "north")
	const question = "This deletes the organisation 北校区 with its 0 memberships, which cannot be undone. Type yes to go on: "

	no := typeInto(t, t.Context(), deletion...)
	no.answer(t, question, "no")
	equal(t, "exit code", no.code, cli.ExitFailed)
	no.screen.Await(t, regexp.MustCompile("(nothing was changed)"), nil)
	equal(t, "organisations", len(listed[admincmd.Entry](t, db, "org", "list")), 1)

	ctx, interrupt := context.WithCancel(t.Context())
	interrupted := typeInto(t, ctx, deletion...)
	interrupted.screen.Await(t, regexp.MustCompile("("+question+")"), interrupted.ended)
	interrupt()
	<-interrupted.ended
	equal(t, "exit code", interrupted.code, cli.ExitInterrupted)
	equal(t, "organisations", len(listed[admincmd.Entry](t, db, "org", "list")), 1)

	yes := typeInto(t, t.Context(), deletion...)
	yes.answer(t, question, "yes")
	equal(t, "exit code", yes.code, cli.ExitOK)
	equal(t, "organisations", len(listed[admincmd.Entry](t, db, "org", "list")), 0)
}

func TestATypedPasswordIsNotShown(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	const password = "violet-otter-lantern"
	add := typeInto(t, t.Context(), at(db, "user", "add", "tang.xi", "--password-stdin")...)
	for limit := time.Now().Add(patience); add.shows() && time.Now().Before(limit); {
		time.Sleep(time.Millisecond) // the prompt comes before the terminal is told
	}
	add.answer(t, "The password: ", password)
	equal(t, "exit code", add.code, cli.ExitOK)
	add.screen.Await(t, regexp.MustCompile("(has a password)"), nil)
	if strings.Contains(add.screen.String(), password) {
		t.Error("the password is on the screen")
	}
}

// In a terminal the address of the first start is printed, and no file has it.
func TestTheAddressOfTheFirstStartIsPrintedToATerminal(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := typeInto(t, ctx, at(db, "serve", "--addr", "127.0.0.1:0")...)
	address := s.screen.Await(t, setUpAddress, s.ended)
	s.screen.Await(t, listening, s.ended)
	if _, err := os.Stat(setUpFile(db)); !os.IsNotExist(err) {
		t.Errorf("the address is in a file as well: %v", err)
	}
	if n := strings.Count(s.screen.String(), address); n != 1 {
		t.Errorf("the address is printed %d times", n)
	}
	stop()
	<-s.ended
	equal(t, "exit code", s.code, cli.ExitOK)
}
