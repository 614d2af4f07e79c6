package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// growthResult are of one size of database. Times are in microseconds, sizes
// in bytes.
type growthResult struct {
	Users, Sessions           int
	Disk                      int64
	Start, KilledStart        float64 // until the first answer; Start is the median of some
	Log                       int64   // the write-ahead log that the killed program left
	WarmCPU, ColdCPU          float64 // processor time of a read
	Warm, Cold                float64 // reads a second
	MemoryIdle, AnonymousIdle int64   // resident memory before the reads, and its anonymous part
	Memory, Anonymous         int64   // the same after the reads
}

// growTimeout is how long the write-ahead log may take to grow.
const growTimeout = 3 * time.Minute

// growth measures what a larger database costs, and compares reads in the
// largest.
func (r *results) growth(ctx context.Context, o options) error {
	warm, _ := caseNamed(cases(), "user-info-warm")
	cold, _ := caseNamed(cases(), "user-info-cold")
	if err := r.compare(ctx, o, o.world("growth", slices.Max(o.sizes)), []benchCase{warm, cold}); err != nil {
		return err
	}
	for _, users := range o.sizes {
		found, err := grow(ctx, o, warm, cold, o.world("growth", users))
		if err != nil {
			return fmt.Errorf("growth to %d users: %w", users, err)
		}
		r.Growth = append(r.Growth, found)
	}
	return nil
}

func grow(ctx context.Context, o options, warm, cold benchCase, w world) (found growthResult, err error) {
	path, err := w.create(ctx, o)
	if err != nil {
		return found, err
	}
	fmt.Fprintf(os.Stderr, "bench: measuring %d users\n", w.users)
	found = growthResult{Users: w.users, Sessions: w.sessions, Disk: size(path)}
	var p *process
	var starts []float64
	for len(starts) < o.Rounds {
		if p != nil {
			if err := p.stop(); err != nil {
				return found, err
			}
		}
		if p, err = start(ctx, o.Program, serveArguments("sqlite:"+path)...); err != nil {
			return found, err
		}
		defer p.kill()
		starts = append(starts, microseconds(p.started))
	}
	time.Sleep(o.rest)
	found.Start = spreadOf(starts).Median
	found.MemoryIdle, found.AnonymousIdle = p.memory()
	b, t := &bench{world: w, duration: o.Duration}, &target{process: p, file: path}
	for _, read := range []struct {
		benchCase
		cpu, perSecond *float64
	}{{warm, &found.WarmCPU, &found.Warm}, {cold, &found.ColdCPU, &found.Cold}} {
		var rounds []measurement
		for range o.Rounds {
			// The system can have lost a large file from its cache in seconds, and
			// what is measured is the program, not the disk.
			if err := readThrough(io.Discard, path); err != nil {
				return found, err
			}
			round, err := b.measure(ctx, read.benchCase, t, pictureClients, o.Duration)
			if err != nil {
				return found, err
			}
			rounds = append(rounds, round)
		}
		*read.cpu, *read.perSecond = medians(rounds).CPU, medians(rounds).PerSecond
	}
	found.Memory, found.Anonymous = p.memory()
	if found.Log, err = b.killWithLog(ctx, t, o.log); err != nil {
		return found, err
	}
	again, err := start(ctx, o.Program, serveArguments("sqlite:"+path)...)
	if err != nil {
		return found, err
	}
	found.KilledStart = microseconds(again.started)
	return found, again.stop()
}

// killWithLog creates users until the write-ahead log is long, and kills the
// program. A reader of its own keeps the log from being folded into the database
// meanwhile; being read-only, it does not do so at its end either.
func (b *bench) killWithLog(ctx context.Context, t *target, enough int64) (log int64, err error) {
	db, err := sql.Open("sqlite", "file:"+t.file+"?mode=ro&_busy_timeout=5000")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // nothing was written
	defer t.kill()      // before the reader's transaction ends
	var roles int       // any look at the database holds the log
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM roles").Scan(&roles); err != nil {
		return 0, err
	}
	create, _ := caseNamed(cases(), "create")
	for begin := time.Now(); log < enough && time.Since(begin) < growTimeout; log = size(t.file + "-wal") {
		if _, err := b.measure(ctx, create, t, mostClients, time.Second/10); err != nil {
			return log, err
		}
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
