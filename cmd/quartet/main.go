// Command quartet is the account server and the tool to administer its database.
// deploy/ has examples of how to run it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"quartet/cmd/quartet/internal/cli"
)

//go:generate go test -count=1 -run TestOptionsPagesAreUpToDate . -args -update

func main() {
	unsetEmptyVariables()
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		<-signals // the first signal shuts down gracefully
		stop()
		<-signals // the second one exits at once
		fmt.Fprintln(os.Stderr, "quartet: ended at once")
		os.Exit(cli.ExitInterrupted)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// unsetEmptyVariables makes QUARTET_X="" mean that the option is not set, as
// container tools pass unset variables.
func unsetEmptyVariables() {
	for _, variable := range os.Environ() {
		if name, empty := strings.CutSuffix(variable, "="); empty && strings.HasPrefix(name, "QUARTET_") {
			_ = os.Unsetenv(name)
		}
	}
}
