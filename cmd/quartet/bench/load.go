package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// target is one of the two programs.
type target struct {
	*process
	beside   []*process // more of the same program, which share the load
	index    int        // 0 the server, 1 the bare program
	file     string     // that it writes
	progress sync.Map   // name of a case → *progress
}

// of is the process that a client asks.
func (t *target) of(client int) *process {
	if i := client % (1 + len(t.beside)); i > 0 {
		return t.beside[i-1]
	}
	return t.process
}

// cpu is the processor time that the target has used.
func (t *target) cpu() time.Duration {
	used := t.process.cpu()
	for _, other := range t.beside {
		used += other.cpu()
	}
	return used
}

// progress is how far a case has come on a target, in all rounds.
type progress struct {
	turns atomic.Int64              // requests made
	last  [mostClients]bytes.Buffer // the newest answer to each client
}

// load is one measurement of a case on a target. Requests are written as bytes
// over connections that are kept: the load shares the processors with what it
// measures, so it must cost little.
type load struct {
	benchCase
	world
	*target
	*progress
	clients  int // at once
	duration time.Duration
}

// run sends requests until time or the case's limit is up, and fails at the
// first answer of another status.
func (l *load) run(ctx context.Context) (measurement, error) {
	connections := make([]net.Conn, l.clients)
	for i := range connections {
		var err error
		if connections[i], err = net.Dial("tcp", l.of(i).address); err != nil {
			return measurement{}, err
		}
		defer connections[i].Close()
	}
	begin, end := time.Now(), l.turns.Load()+l.limit
	times := make([][]time.Duration, l.clients)
	group, ctx := errgroup.WithContext(ctx)
	for i, connection := range connections {
		group.Go(func() (err error) {
			times[i], err = l.client(ctx, i, connection, begin.Add(l.duration), end)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return measurement{}, err
	}
	elapsed := time.Since(begin)
	all := slices.Concat(times...)
	slices.Sort(all)
	return measurement{
		requests: len(all), answer: l.last[0].Bytes(), PerSecond: float64(len(all)) / elapsed.Seconds(),
		P50: quantile(all, 0.5), P99: quantile(all, 0.99),
	}, nil
}

// client sends at least one request, however short the time. It gives the times
// that the counted answers took.
func (l *load) client(ctx context.Context, i int, connection net.Conn, until time.Time, end int64) (times []time.Duration, err error) {
	in, last := bufio.NewReader(connection), &l.last[i]
	for now := time.Now(); ctx.Err() == nil; {
		turn := l.turns.Add(1) - 1
		if l.limit > 0 && turn >= end {
			return times, nil
		}
		request := l.request(call{world: l.world, program: l.index, client: i, turn: int(turn), last: last.Bytes()})
		if _, err := connection.Write(request); err != nil {
			return nil, err
		}
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			return nil, err
		}
		last.Reset()
		if _, err := last.ReadFrom(answer.Body); err != nil {
			return nil, err
		}
		counted := l.status == 0 || answer.StatusCode == l.status
		if !counted && !(l.busy && answer.StatusCode == http.StatusServiceUnavailable) {
			return nil, fmt.Errorf("status %d, not %d: %s", answer.StatusCode, l.status, last)
		}
		done := time.Now()
		if counted {
			times = append(times, done.Sub(now))
		}
		if now = done; !now.Before(until) {
			return times, nil
		}
	}
	return nil, ctx.Err()
}

// quantile of sorted times, in microseconds; 0 of none.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return microseconds(sorted[int(q*float64(len(sorted)-1))])
}
