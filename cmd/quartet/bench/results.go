package main

import (
	"context"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

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
	Floods      []floodFigures
	Growth      []growthFigures `json:",omitempty"`
}

// comparison is one case at one concurrency. A ratio above 1 means that the
// server answers more requests a second than the reference.
type comparison struct {
	Case      string
	What      string
	Users     int
	Clients   int
	Ratio     spread
	Server    figures
	Reference figures
}

// spread is what the rounds found.
type spread struct{ Median, Low, High float64 }

// figures are medians over the rounds.
type figures struct {
	PerSecond float64
	P50, P99  float64
	CPU       float64 // of the program for each request; 0: the system does not tell
}

// floodFigures say what is left of reads while others sign in.
type floodFigures struct {
	Program         string
	Kept            spread // reads a second during the flood to those without
	Alone, Flooded  float64
	P99Alone, P99In float64
}

func newResults(ctx context.Context, o options) *results {
	version, _ := exec.CommandContext(ctx, o.program, "version").Output() // a program that cannot say fails soon enough
	r := &results{
		Measured: time.Now().UTC().Truncate(time.Second), Program: strings.TrimSpace(string(version)), Go: runtime.Version(),
		Processors: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Rounds: o.rounds, Duration: o.duration.String(),
	}
	if build, ok := debug.ReadBuildInfo(); ok && build.GoVersion != "" {
		r.Go = build.GoVersion
	}
	return r
}

// collection gathers the samples of all rounds, in the order they first came.
type collection struct {
	users  int
	order  []comparison
	pairs  map[string][][2]sample
	calm   [2][]sample
	inside [2][]sample
}

func newCollection(users int) *collection {
	return &collection{users: users, pairs: map[string][][2]sample{}}
}

func (c *collection) add(of benchCase, clients int, pair [2]sample) {
	made := comparison{Case: of.name, What: of.what, Users: c.users, Clients: clients}
	if _, known := c.pairs[made.key()]; !known {
		c.order = append(c.order, made)
	}
	c.pairs[made.key()] = append(c.pairs[made.key()], pair)
}

func (c *collection) addFlood(index int, alone, flooded sample) {
	c.calm[index] = append(c.calm[index], alone)
	c.inside[index] = append(c.inside[index], flooded)
}

func (c *collection) summary() []comparison {
	made := slices.Clone(c.order)
	for i := range made {
		pairs := c.pairs[made[i].key()]
		var ratios []float64
		var samples [2][]sample
		for _, pair := range pairs {
			ratios = append(ratios, pair[0].Rate/pair[1].Rate)
			samples[0], samples[1] = append(samples[0], pair[0]), append(samples[1], pair[1])
		}
		made[i].Ratio, made[i].Server, made[i].Reference = spreadOf(ratios), figuresOf(samples[0]), figuresOf(samples[1])
	}
	return made
}

func (c *collection) floods() []floodFigures {
	var made []floodFigures
	for i, name := range []string{"server", "reference"} {
		if len(c.calm[i]) == 0 {
			continue
		}
		var kept []float64
		for round := range c.calm[i] {
			kept = append(kept, c.inside[i][round].Rate/c.calm[i][round].Rate)
		}
		alone, flooded := figuresOf(c.calm[i]), figuresOf(c.inside[i])
		made = append(made, floodFigures{
			Program: name, Kept: spreadOf(kept), Alone: alone.PerSecond, Flooded: flooded.PerSecond,
			P99Alone: alone.P99, P99In: flooded.P99,
		})
	}
	return made
}

func figuresOf(samples []sample) figures {
	median := func(of func(sample) float64) float64 {
		var all []float64
		for _, s := range samples {
			all = append(all, of(s))
		}
		return spreadOf(all).Median
	}
	return figures{
		PerSecond: median(func(s sample) float64 { return s.Rate }),
		P50:       median(func(s sample) float64 { return microseconds(s.P50) }),
		P99:       median(func(s sample) float64 { return microseconds(s.P99) }),
		CPU:       median(func(s sample) float64 { return microseconds(s.CPU) }),
	}
}

func microseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }

// spreadOf takes at least one value.
func spreadOf(all []float64) spread {
	sorted := slices.Sorted(slices.Values(all))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (sorted[middle-1] + sorted[middle]) / 2
	}
	return spread{Median: median, Low: sorted[0], High: sorted[len(sorted)-1]}
}
