package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// load is what one measurement sends. Requests are made by the bytes, and each
// client keeps its connection: the load shares the processors with what it
// measures, so it must cost little.
type load struct {
	address  string
	clients  int
	duration time.Duration
	limit    int64 // at most so many requests; 0: only time limits them
	status   int   // that every answer must have; 0: any
	busy     bool  // answers 503 are no failure; they are not counted
	request  func(client int) []byte
	learn    func(client int, body []byte) // sees every answer; may be nil
}

// sample is what one measurement found.
type sample struct {
	Requests int
	Rate     float64       // requests a second
	P50, P99 time.Duration // of their times
	CPU      time.Duration // that the program used for each
}

// run sends requests until time or limit is up, and fails at the first answer of
// another status.
func (l load) run(ctx context.Context) (sample, error) {
	var (
		group  sync.WaitGroup
		sent   atomic.Int64
		times  = make([][]time.Duration, l.clients)
		failed = make([]error, l.clients)
	)
	connections, err := l.dial(ctx)
	if err != nil {
		return sample{}, err
	}
	begin := time.Now()
	for i, connection := range connections {
		group.Go(func() { times[i], failed[i] = l.client(ctx, i, connection, begin.Add(l.duration), &sent) })
	}
	group.Wait()
	elapsed := time.Since(begin)
	all := slices.Concat(times...)
	if err := errors.Join(failed...); err != nil {
		return sample{}, err
	}
	slices.Sort(all)
	return sample{
		Requests: len(all), Rate: float64(len(all)) / elapsed.Seconds(),
		P50: quantile(all, 0.5), P99: quantile(all, 0.99),
	}, nil
}

func (l load) dial(ctx context.Context) ([]net.Conn, error) {
	var connections []net.Conn
	for range l.clients {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", l.address)
		if err != nil {
			return nil, err
		}
		connections = append(connections, connection)
	}
	return connections, nil
}

// client sends at least one request, however short the time.
func (l load) client(ctx context.Context, i int, connection net.Conn, until time.Time, sent *atomic.Int64) (times []time.Duration, err error) {
	defer connection.Close()
	in := bufio.NewReader(connection)
	for now := time.Now(); ctx.Err() == nil; {
		if l.limit > 0 && sent.Add(1) > l.limit {
			return times, nil
		}
		if _, err := connection.Write(l.request(i)); err != nil {
			return times, err
		}
		counted, err := l.answer(i, in)
		if err != nil {
			return times, err
		}
		done := time.Now()
		if counted {
			times = append(times, done.Sub(now))
		}
		if now = done; !now.Before(until) {
			return times, nil
		}
	}
	return times, ctx.Err()
}

func (l load) answer(client int, in *bufio.Reader) (counted bool, err error) {
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		return false, err
	}
	counted = l.status == 0 || answer.StatusCode == l.status
	if counted && l.learn == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		return counted, err
	}
	body, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return false, err
	case counted:
		l.learn(client, body)
	case !l.busy || answer.StatusCode != http.StatusServiceUnavailable:
		return false, fmt.Errorf("status %d, not %d: %s", answer.StatusCode, l.status, body)
	}
	return counted, nil
}

// quantile of sorted times; 0 of none.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1))]
}
