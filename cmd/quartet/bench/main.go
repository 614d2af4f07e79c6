// Command bench measures how fast the server is beside a bare program that
// issues the same SQL over net/http and database/sql and checks nothing. `make
// bench` runs it; README.md says what it measures and how.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// options are what the command line says, and what only tests set.
type options struct {
	Program  string        `default:"bin/quartet" help:"Server binary to measure."`
	Out      string        `default:"cmd/quartet/bench" help:"Folder for results.json, results.md, results.zh-CN.md and results.svg; empty: print only."`
	Work     string        `help:"Folder for the databases, on the disk to measure; empty: the system's temporary folder."`
	Rounds   int           `default:"5" help:"How often everything is measured, the two programs in turns."`
	Duration time.Duration `default:"350ms" help:"Length of one measurement."`
	Users    int           `default:"4000" help:"Users in the database, at least 1000. Few of them have so many sessions that sign-ins end those of the other cases."`
	Only     string        `help:"Measure only the cases whose name contains this text."`
	Full     bool          `help:"Also measure reads among a million users, and growth to them."`

	sessions int           // at least; more of them make more tokens cold
	sizes    []int         // users of the databases whose growth is measured
	rest     time.Duration // between a program's start and the measurement of its idle memory
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
	if len(args) > 0 && args[0] == clusterCommand {
		return runCluster(ctx, args[1:])
	}
	o := options{sessions: coldSessions, rest: 5 * time.Second, log: 300 << 20}
	if err := parse(&o, args); err != nil {
		return err
	}
	if o.Rounds < 1 || o.Duration <= 0 || o.Users < writeLimit {
		return fmt.Errorf("at least one round, some duration and %d users are needed", writeLimit)
	}
	if o.Full {
		o.sizes = []int{1000, 100_000, 1_000_000}
	}
	var err error
	if o.Work, err = os.MkdirTemp(o.Work, "quartet-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(o.Work)
	results, err := measureAll(ctx, o)
	if err != nil {
		return err
	}
	return results.publish(os.Stdout, o.Out)
}

// parse reads flags into a struct; --help ends the program.
func parse(into any, args []string) error {
	parser, err := kong.New(into, kong.Name("bench"))
	if err != nil {
		return err
	}
	_, err = parser.Parse(args)
	return err
}

// measureAll runs the selected measurements.
func measureAll(ctx context.Context, o options) (*results, error) {
	r := newResults(ctx, o)
	err := r.compare(ctx, o, o.world("small", o.Users), o.cases())
	if err != nil || len(o.sizes) == 0 {
		return r, err
	}
	return r, r.growth(ctx, o)
}
