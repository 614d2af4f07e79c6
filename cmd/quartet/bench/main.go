package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	program  string        // the server's binary
	out      string        // folder of the results
	work     string        // folder of the databases
	rounds   int           // each measures everything once
	duration time.Duration // of one measurement
	users    int
	only     string        // part of the names of the cases to measure; empty: all
	sessions int           // at least; more of them make more tokens cold
	sizes    []int         // users of the databases whose growth is measured; the last is the largest
	rest     time.Duration // until a program that has started has come to rest
	log      int64         // bytes that the write-ahead log grows to before the program is killed
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) > 0 && args[0] == referenceCommand {
		return runReference(ctx, args[1:])
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp(o.work, "quartet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	o.work = work
	results, err := measureAll(ctx, o)
	if err != nil {
		return err
	}
	return results.publish(os.Stdout, o.out)
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.program, "program", "bin/quartet", "the server to measure")
	flags.StringVar(&o.out, "out", "cmd/quartet/bench", "folder of results.json, results.md and results.svg; empty: print only")
	flags.StringVar(&o.work, "work", "", "folder of the databases, on the disk to measure; empty: the system's temporary folder")
	flags.IntVar(&o.rounds, "rounds", 5, "how often everything is measured")
	flags.DurationVar(&o.duration, "duration", 350*time.Millisecond, "of one measurement")
	flags.IntVar(&o.users, "users", 1000, "users in the database, at least 100")
	flags.StringVar(&o.only, "only", "", "measure only cases whose name contains this")
	full := flags.Bool("full", false, "also measure cold reads among a million users, and growth to them")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.rounds < 1 || o.duration <= 0 || o.users < 100 {
		return o, errors.New("at least one round, some duration and 100 users are needed")
	}
	o.sessions, o.rest = coldSessions, 5*time.Second
	if *full {
		o.sizes, o.log = []int{1000, 100_000, 1_000_000}, 300<<20
	}
	return o, nil
}

// measureAll runs what was asked for.
func measureAll(ctx context.Context, o options) (*results, error) {
	r := newResults(ctx, o)
	err := r.compare(ctx, o, world{name: "small", users: o.users, sessions: max(o.users, o.sessions)}, o.cases())
	if err != nil || len(o.sizes) == 0 {
		return r, err
	}
	return r, r.growth(ctx, o)
}
