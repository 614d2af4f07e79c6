package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	forgetEmptySettings()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the system's own handling is back: the first ends
	// the program in good order, a second one at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// forgetEmptySettings makes QUARTET_X="" mean that X is not set, which is how
// container tools say so.
func forgetEmptySettings() {
	for _, variable := range os.Environ() {
		if name, empty := strings.CutSuffix(variable, "="); empty && strings.HasPrefix(name, "QUARTET_") {
			_ = os.Unsetenv(name)
		}
	}
}
