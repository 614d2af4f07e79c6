package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// bench is two programs on one world.
type bench struct {
	world
	targets  [2]*target
	duration time.Duration // of one measurement
	// databaseCPU is the processor time of the database's connections, by process or thread; nil:
	// the database is a part of the programs.
	databaseCPU func(ctx context.Context) (map[int]time.Duration, error)
	// renew makes all one-time codes of a target's database unused.
	renew func(ctx context.Context, t *target) error
}

// open makes the world and starts both programs on it.
func open(ctx context.Context, o options, w world) (*bench, error) {
	// Each measurement of first uses takes sessions of its own.
	w.unseen = 2 * (writeLimit + mostClients) * 3 * (o.Rounds + 1)
	path, err := w.create(ctx, o)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	// The copy is made byte for byte while nobody has the file open: one that
	// SQLite wrote anew would be packed better than the one it is compared with.
	copied := path + ".copy.db"
	out, err := os.Create(copied)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(readThrough(out, path), out.Close()); err != nil {
		return nil, err
	}
	server, err := start(ctx, o.Program, serveArguments("sqlite:"+path)...)
	if err != nil {
		return nil, err
	}
	bare, err := start(ctx, self, referenceCommand, "--reads", path, "--writes", copied)
	if err != nil {
		return nil, errors.Join(err, server.stop())
	}
	return &bench{world: w, duration: o.Duration, renew: renewInFile, targets: [2]*target{
		{process: server, index: 0, file: path}, {process: bare, index: 1, file: copied},
	}}, nil
}

// serveArguments loosen the limits that are there to stop what this program
// does. What a request costs stays as it is.
func serveArguments(database string, more ...string) []string {
	args := []string{
		"serve", "--admin-addr", "127.0.0.1:0", "--database", database, "--log-level", "warn",
		"--open-registration", "--access-life", (60 * lastSeenInterval).String(),
	}
	for _, limit := range []string{"register-per-ip", "register-global", "password-per-account-ip", "failures-per-ip"} {
		args = append(args, "--"+limit, "1000000000/1h")
	}
	return append(args, more...)
}

// readThrough copies a file, which brings it into the system's cache.
func readThrough(to io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(to, file)
	return err
}

// inTurns gives the targets in the order of a round.
func (b *bench) inTurns(round int) [2]*target {
	return [2]*target{b.targets[round%2], b.targets[(round+1)%2]}
}

// measure measures a case on a target.
func (b *bench) measure(ctx context.Context, c benchCase, t *target, clients int, duration time.Duration) (measurement, error) {
	if c.renew {
		if err := b.renew(ctx, t); err != nil {
			return measurement{}, err
		}
	}
	made, _ := t.progress.LoadOrStore(c.name, new(progress))
	l := load{benchCase: c, world: b.world, target: t, progress: made.(*progress), clients: clients, duration: duration}
	databaseBefore, err := b.databaseUsed(ctx)
	if err != nil {
		return measurement{}, err
	}
	before := t.cpu()
	found, err := l.run(ctx)
	if err != nil {
		return found, fmt.Errorf("%s with %d clients on the %s: %w", c.name, clients, programs[t.index], err)
	}
	requests := float64(max(found.requests, 1))
	found.CPU = microseconds(t.cpu()-before) / requests
	databaseAfter, err := b.databaseUsed(ctx)
	for id, used := range databaseAfter {
		// A connection that was made meanwhile can have the thread of an earlier one.
		if before, known := databaseBefore[id]; known {
			found.Database += microseconds(used-before) / requests
		}
	}
	return found, err
}

func (b *bench) databaseUsed(ctx context.Context) (map[int]time.Duration, error) {
	if b.databaseCPU == nil {
		return nil, nil
	}
	return b.databaseCPU(ctx)
}

// renewCodes makes all one-time codes unused. Nothing but the database itself
// knows of codes, so this can be done beside the program.
const renewCodes = "UPDATE one_time_codes SET active = TRUE, attempts = 0, attempts_of_others = 0, used_at = NULL"

func renewInFile(ctx context.Context, t *target) error {
	db, err := sql.Open("sqlite", "file:"+t.file+"?_busy_timeout=5000")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, renewCodes)
	return errors.Join(err, db.Close())
}

// compare measures all cases in rounds, after one that warms up. Within a round
// the two programs take turns at each case, and the one that begins changes with
// the round: whatever else the machine does hits both.
func (r *results) compare(ctx context.Context, o options, w world, all []benchCase) (err error) {
	b, err := open(ctx, o, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.targets[0].stop(), b.targets[1].stop()) }()
	var compared []comparison
	for _, c := range all {
		for _, clients := range c.clients {
			compared = append(compared, comparison{Case: c.name, What: c.what, Users: w.users, Clients: clients, measured: c})
		}
	}
	flooded := [2]floodResult{{Program: programs[0]}, {Program: programs[1]}}
	for round := range o.Rounds + 1 {
		fmt.Fprintf(os.Stderr, "bench: round %d of %d\n", round, o.Rounds)
		for i := range compared {
			if err := b.round(ctx, round, &compared[i]); err != nil {
				return err
			}
		}
		if round > 0 {
			if err := b.flood(ctx, all, round, &flooded); err != nil {
				return err
			}
		}
	}
	for _, c := range compared {
		c.Ratio, c.Server, c.Reference = c.rounds.ratio(), medians(c.rounds[0]), medians(c.rounds[1])
		r.Comparisons = append(r.Comparisons, c)
	}
	for _, f := range flooded {
		if len(f.rounds[0]) > 0 {
			in, alone := medians(f.rounds[0]), medians(f.rounds[1])
			f.Kept, f.Flooded, f.P99In, f.Alone, f.P99Alone = f.rounds.ratio(), in.PerSecond, in.P99, alone.PerSecond, alone.P99
			r.Floods = append(r.Floods, f)
		}
	}
	return nil
}

// round measures a case on both targets, and compares the answers that must be
// the same. Round 0 warms up.
func (b *bench) round(ctx context.Context, round int, c *comparison) error {
	duration := b.duration
	if round == 0 {
		duration /= 4
	}
	var answers [2][]byte
	for _, t := range b.inTurns(round) {
		found, err := b.measure(ctx, c.measured, t, c.Clients, duration)
		if err != nil {
			return err
		}
		if round > 0 {
			c.rounds[t.index] = append(c.rounds[t.index], found)
		}
		answers[t.index] = found.answer
	}
	if c.measured.same && !sameAnswer(answers[0], answers[1]) {
		return fmt.Errorf("%s: the answers differ:\n%s\n%s", c.Case, answers[0], answers[1])
	}
	return nil
}

// flood measures reads beside others who sign in by password as fast as they
// can, and alone. The sign-ins may fail: some are refused.
func (b *bench) flood(ctx context.Context, all []benchCase, round int, found *[2]floodResult) error {
	reads, asked := caseNamed(all, "user-info-warm")
	signIns, alsoAsked := caseNamed(all, "password-sign-in")
	if !asked || !alsoAsked {
		return nil
	}
	signIns.status = 0
	for _, t := range b.inTurns(round) {
		alone, err := b.measure(ctx, reads, t, floodReaders, 2*b.duration)
		if err != nil {
			return err
		}
		flooding := make(chan error, 1)
		go func() {
			_, err := b.measure(ctx, signIns, t, mostClients, 4*b.duration)
			flooding <- err
		}()
		time.Sleep(b.duration) // all clients are waiting by then
		flooded, err := b.measure(ctx, reads, t, floodReaders, 2*b.duration)
		if err := errors.Join(err, <-flooding); err != nil {
			return err
		}
		rounds := &found[t.index].rounds
		rounds[0], rounds[1] = append(rounds[0], flooded), append(rounds[1], alone)
	}
	return nil
}
