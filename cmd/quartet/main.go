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
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals // the first ends the program in good order
		stop()
		<-signals // a second one at once
		os.Exit(exitAtOnce)
	}()
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
