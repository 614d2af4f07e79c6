package main

import (
	"context"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// programs are the names of the targets.
var programs = [2]string{"server", "reference"}

// results is what results.json holds. Times are in microseconds.
type results struct {
	Measured    time.Time
	Program     string // what `quartet version` says
	Go          string
	Processors  int
	System      string
	Rounds      int
	Duration    string // of one measurement
	Comparisons []comparison
	Floods      []floodResult
	Growth      []growthResult `json:",omitempty"`
}

// comparison is one case at one concurrency. A ratio above 1 means that the
// server answers more requests a second than the bare program.
type comparison struct {
	Case      string
	What      string
	Users     int
	Clients   int
	Ratio     spread
	Server    measurement
	Reference measurement

	measured benchCase
	rounds   pairs // of the server and the bare program
}

// spread is what the rounds found.
type spread struct{ Median, Low, High float64 }

// measurement are what one measurement found, or the medians of several. Times are
// in microseconds.
type measurement struct {
	requests  int
	answer    []byte // the last to the first client
	PerSecond float64
	P50, P99  float64
	CPU       float64 // of the program for each request; 0: the system does not tell
	Database  float64 `json:",omitempty"` // processor time of the database for each request; 0: it is not known
}

// floodResult say what is left of reads while others sign in.
type floodResult struct {
	Program         string
	Kept            spread // reads a second during the flood to those without
	Alone, Flooded  float64
	P99Alone, P99In float64

	rounds pairs // of flooded reads and reads alone
}

// pairs are two things' figures, measured round by round.
type pairs [2][]measurement

func newResults(ctx context.Context, o options) *results {
	version, _ := exec.CommandContext(ctx, o.Program, "version").Output() // a program that cannot say fails soon enough
	return &results{
		Measured: time.Now().UTC().Truncate(time.Second), Program: strings.TrimSpace(string(version)), Go: runtime.Version(),
		Processors: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Rounds: o.Rounds, Duration: o.Duration.String(),
	}
}

// ratio is of the first's requests a second to the second's, within each round.
func (p pairs) ratio() spread {
	var ratios []float64
	for round := range p[0] {
		ratios = append(ratios, p[0][round].PerSecond/p[1][round].PerSecond)
	}
	return spreadOf(ratios)
}

// cost is the second's processor time a request, with the database's, to the first's.
func (p pairs) cost() spread {
	var ratios []float64
	for round := range p[0] {
		if one := p[0][round]; one.CPU > 0 {
			ratios = append(ratios, (p[1][round].CPU+p[1][round].Database)/(one.CPU+one.Database))
		}
	}
	if len(ratios) == 0 {
		return spread{} // the system does not tell
	}
	return spreadOf(ratios)
}

func medians(rounds []measurement) measurement {
	median := func(of func(measurement) float64) float64 {
		var all []float64
		for _, round := range rounds {
			all = append(all, of(round))
		}
		return spreadOf(all).Median
	}
	return measurement{
		PerSecond: median(func(f measurement) float64 { return f.PerSecond }),
		P50:       median(func(f measurement) float64 { return f.P50 }),
		P99:       median(func(f measurement) float64 { return f.P99 }),
		CPU:       median(func(f measurement) float64 { return f.CPU }),
		Database:  median(func(f measurement) float64 { return f.Database }),
	}
}

func microseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }

// spreadOf takes at least one value, and sorts them.
func spreadOf(all []float64) spread {
	slices.Sort(all)
	low, high := all[(len(all)-1)/2], all[len(all)/2] // the same one where their number is odd
	return spread{Median: (low + high) / 2, Low: all[0], High: all[len(all)-1]}
}
