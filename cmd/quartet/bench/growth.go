package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// growthFigures are of one size of database. Times are in microseconds, sizes
// in bytes.
type growthFigures struct {
	Users, Sessions    int
	Disk               int64
	Start, KilledStart float64 // until the first answer; Start is the median of some
	Log                int64   // the write-ahead log that the killed program left
	WarmCPU, ColdCPU   float64 // processor time of a read
	Warm, Cold         float64 // reads a second
	MemoryIdle, Memory int64   // at rest, after the reads
}

// growLimit is how long the write-ahead log may take to grow.
const growLimit = 3 * time.Minute

// growth measures what a larger database costs, and compares cold reads in the
// largest.
func (r *results) growth(ctx context.Context, o options) error {
	warm, cold := caseNamed(cases(), "user-info-warm"), caseNamed(cases(), "user-info-cold")
	worlds := make([]world, 0, len(o.sizes))
	for _, users := range o.sizes {
		// A user has a session, and few users have so many that tokens stay cold.
		worlds = append(worlds, world{name: fmt.Sprintf("growth-%d", users), users: users, sessions: max(users, o.sessions)})
	}
	if err := r.compare(ctx, o, worlds[len(worlds)-1], []benchCase{*warm, *cold}); err != nil {
		return err
	}
	for _, w := range worlds {
		figures, err := grow(ctx, o, *warm, *cold, w)
		if err != nil {
			return fmt.Errorf("growth to %d users: %w", w.users, err)
		}
		r.Growth = append(r.Growth, figures)
	}
	return nil
}

func grow(ctx context.Context, o options, warm, cold benchCase, w world) (found growthFigures, err error) {
	path, err := w.create(ctx, o)
	if err != nil {
		return found, err
	}
	fmt.Fprintf(os.Stderr, "bench: measuring %d users\n", w.users)
	found = growthFigures{Users: w.users, Sessions: w.sessions, Disk: size(path)}
	p, err := found.start(ctx, o, path)
	if err != nil {
		return found, err
	}
	b := &bench{world: w, duration: o.duration}
	t := &target{process: p, file: path}
	if found.WarmCPU, found.Warm, err = b.reads(ctx, o, warm, t); err == nil {
		found.ColdCPU, found.Cold, err = b.reads(ctx, o, cold, t)
	}
	if err != nil {
		return found, errors.Join(err, p.stop())
	}
	found.Memory = p.memory()
	found.Log, err = killWithLog(ctx, t, o.log)
	if err != nil {
		return found, err
	}
	again, err := start(ctx, o.program, serveArguments(path)...)
	if err != nil {
		return found, err
	}
	found.KilledStart = microseconds(again.started)
	return found, again.stop()
}

// start starts the program as often as there are rounds, and leaves the last one
// running.
func (g *growthFigures) start(ctx context.Context, o options, path string) (*process, error) {
	var times []float64
	for {
		p, err := start(ctx, o.program, serveArguments(path)...)
		if err != nil {
			return nil, err
		}
		times = append(times, microseconds(p.started))
		if len(times) == o.rounds {
			time.Sleep(o.rest)
			g.Start, g.MemoryIdle = spreadOf(times).Median, p.memory()
			return p, nil
		}
		if err := p.stop(); err != nil {
			return nil, err
		}
	}
}

// readThrough brings a file into the system's cache, which can have lost a large
// one in seconds: what is measured is the program, not the disk.
func readThrough(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, file)
	return errors.Join(err, file.Close())
}

// reads measures a case in all rounds.
func (b *bench) reads(ctx context.Context, o options, c benchCase, t *target) (cpu, perSecond float64, err error) {
	var samples []sample
	for range o.rounds {
		if err := readThrough(t.file); err != nil {
			return 0, 0, err
		}
		s, err := b.one(ctx, c, t, pictureCalls, o.duration)
		if err != nil {
			return 0, 0, err
		}
		samples = append(samples, s)
	}
	found := figuresOf(samples)
	return found.CPU, found.PerSecond, nil
}

// killWithLog writes until the write-ahead log is long, and kills the program. A
// reader of its own keeps the log from being folded into the database meanwhile;
// being read-only, it does not do so at its end either.
func killWithLog(ctx context.Context, t *target, enough int64) (log int64, err error) {
	db, err := sql.Open("sqlite", "file:"+t.file+"?mode=ro&_busy_timeout=5000")
	if err != nil {
		t.kill()
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	defer t.kill()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // nothing was written
	defer t.kill()      // before the reader lets go of the log
	var roles int       // any look at the database holds the log
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM roles").Scan(&roles); err != nil {
		return 0, err
	}
	writing, stop := context.WithTimeout(ctx, growLimit)
	defer stop()
	var turn atomic.Int64
	l := load{address: t.address, clients: mostClients, duration: time.Second / 10, status: 200, request: func(int) []byte {
		return createUser(call{turn: int(turn.Add(1))}, "log")
	}}
	for log < enough && writing.Err() == nil {
		if _, err := l.run(ctx); err != nil {
			return log, err
		}
		log = size(t.file + "-wal")
	}
	return log, nil
}

func size(path string) int64 {
	stat, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return stat.Size()
}
