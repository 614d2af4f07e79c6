package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// longestLine is how many bytes of a line are read, far more than a password may have.
const longestLine = 4096

// terminal is the standard input if somebody types it.
func (c *Console) terminal() (*os.File, bool) {
	file, ok := c.In.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// ReadLine reads a line of standard input, without its line break. In a terminal it asks
// for it by prompt, and does not show what is typed if that is secret. It ends with ctx.
func (c *Console) ReadLine(ctx context.Context, prompt string, secret bool) (string, error) {
	read := func() (string, error) { return readLine(c.In) }
	restore := func() {}
	if file, typed := c.terminal(); typed {
		fmt.Fprint(c.Errs, prompt)
		defer fmt.Fprintln(c.Errs)
		if secret {
			fd := int(file.Fd())
			state, err := term.GetState(fd)
			if err != nil {
				return "", err
			}
			restore = func() { _ = term.Restore(fd, state) } // the program is ending
			read = func() (string, error) {
				line, err := term.ReadPassword(fd)
				return string(line), err
			}
		}
	}
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() { // a read of standard input cannot be interrupted
		line, err := read()
		done <- result{line, err}
	}()
	select {
	case <-ctx.Done():
		restore()
		return "", ctx.Err()
	case got := <-done:
		return got.line, got.err
	}
}

func readLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, longestLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// Confirmation has the flag of the commands that destroy something.
type Confirmation struct {
	Yes bool `env:"-" help:"Do not ask. Required where standard input is no terminal."`
}

// Confirm asks in a terminal whether to do what cannot be undone; elsewhere it requires
// --yes.
func (f Confirmation) Confirm(ctx context.Context, c *Console, what string) error {
	if f.Yes {
		return nil
	}
	if _, typed := c.terminal(); !typed {
		return Usagef("this %s, which cannot be undone: repeat the command with --yes", what)
	}
	answer, err := c.ReadLine(ctx, "This "+what+", which cannot be undone. Type yes to go on: ", false)
	if err != nil {
		return err
	}
	if strings.TrimSpace(answer) != "yes" {
		return errors.New("nothing was changed")
	}
	return nil
}
