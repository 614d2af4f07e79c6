package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartet/store/wirecount"
)

// clusterCommand measures servers that share a database server.
const clusterCommand = "cluster"

// clusterOptions are those of clusterCommand.
type clusterOptions struct {
	Program  string        `default:"bin/quartet" help:"Server binary to measure."`
	Out      string        `default:"cmd/quartet/bench" help:"Folder for results-cluster.json, results-cluster.md and results-cluster.zh-CN.md; empty: print only."`
	Postgres string        `env:"BENCH_POSTGRES" help:"URL of a PostgreSQL server: postgres://…; a schema is made and dropped."`
	Mariadb  string        `env:"BENCH_MARIADB" help:"URL of a MariaDB server: mysql://…; a database is made and dropped."`
	Galera   string        `env:"BENCH_GALERA" help:"URL of Galera nodes, the preferred writer first."`
	Rounds   int           `default:"5" help:"How often everything is measured, in turns."`
	Duration time.Duration `default:"350ms" help:"Length of one measurement."`
	Clients  int           `default:"8" help:"Requests at once, shared by the servers."`
	Only     string        `help:"Measure only the cases whose name contains this text."`
	Full     bool          `help:"Also measure among a million users."`

	sizes    []int
	sessions int
}

// clusterSessions are at least in a database: more than are remembered, and fewer for each user
// than a sign-in leaves.
const clusterSessions = 20_000

// mostServers share a database at most.
const mostServers = 3

// clusterCases are what is measured.
var clusterCases = []string{"user-info-warm", "user-info-cold", "code-sign-in"}

// clusterFigure is one case on one number of servers. Of pairs, the first is the server's
// and the second the bare program's.
type clusterFigure struct {
	Engine, Case, What      string
	Users, Servers, Clients int
	Ratio                   spread // of requests a second
	Cost                    spread // of the processor time with the database's, bare to server
	Server, Reference       measurement
	Statements, RoundTrips  [2]float64 // a request

	measured benchCase
	rounds   pairs
}

// clusterResults is what results-cluster.json holds.
type clusterResults struct {
	results
	Versions map[string]string // of the engines
	Buffers  map[string]uint64 // bytes of rows and indexes that the engines keep in memory
	Skipped  []string          // the engines that no URL was given for
	Figures  []clusterFigure
}

func runCluster(ctx context.Context, args []string) error {
	o := clusterOptions{sizes: []int{1000}, sessions: clusterSessions}
	if err := parse(&o, args); err != nil {
		return err
	}
	if o.Rounds < 1 || o.Duration <= 0 || o.Clients < mostServers || o.Clients > mostClients {
		return fmt.Errorf("at least one round, some duration and %d to %d clients are needed", mostServers, mostClients)
	}
	if o.Full {
		o.sizes = append(o.sizes, 1_000_000)
	}
	r, err := measureCluster(ctx, o)
	if err != nil {
		return err
	}
	return publish(r, os.Stdout, o.Out, "results-cluster")
}

// measureCluster measures each engine that has a URL.
func measureCluster(ctx context.Context, o clusterOptions) (*clusterResults, error) {
	plain := options{Program: o.Program, Rounds: o.Rounds, Duration: o.Duration, sessions: o.sessions}
	r := &clusterResults{results: *newResults(ctx, plain), Versions: map[string]string{}, Buffers: map[string]uint64{}}
	work, err := os.MkdirTemp("", "quartet-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	plain.Work = work
	for _, engine := range []struct{ name, url string }{{onPostgres, o.Postgres}, {onMariaDB, o.Mariadb}, {onGalera, o.Galera}} {
		if engine.url == "" {
			fmt.Fprintf(os.Stderr, "bench: %s is skipped: no URL was given for it\n", engine.name)
			r.Skipped = append(r.Skipped, engine.name)
			continue
		}
		for _, users := range o.sizes {
			if err := r.measureOn(ctx, o, plain, engine.name, engine.url, users); err != nil {
				return nil, fmt.Errorf("%s with %d users: %w", engine.name, users, err)
			}
		}
	}
	return r, nil
}

// clusterBench is both programs, one process a server, on a database.
type clusterBench struct {
	bench
	database
	db      *sql.DB
	program string
	self    string
	each    int // connections of a process
}

func (r *clusterResults) measureOn(ctx context.Context, o clusterOptions, plain options, engine, url string, users int) (err error) {
	w := plain.world("cluster", users)
	w.name = "cluster-" + strconv.Itoa(users)
	d, err := newDatabase(engine, url, plain.Work, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.drop(context.WithoutCancel(ctx))) }()
	if err := d.create(ctx, plain, w); err != nil {
		return err
	}
	db, err := d.open(d.url)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is left to be written
	var version string
	var buffers uint64
	if err := db.QueryRowContext(ctx, d.describe()).Scan(&version, &buffers); err != nil {
		return err
	}
	r.Versions[engine], r.Buffers[engine] = version, buffers
	b := &clusterBench{
		bench: bench{world: w, duration: o.Duration}, database: d, db: db, program: o.Program, each: o.Clients,
	}
	if local(url) {
		b.databaseCPU = func(ctx context.Context) (map[int]time.Duration, error) { return d.cpu(ctx, db) }
	}
	b.bench.renew = func(ctx context.Context, _ *target) error { return d.renew(ctx, db) }
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	var figures []clusterFigure
	for _, c := range cases() {
		if !slices.Contains(clusterCases, c.name) || !strings.Contains(c.name, o.Only) {
			continue
		}
		for servers := 1; servers <= mostServers; servers++ {
			figures = append(figures, clusterFigure{
				Engine: engine, Case: c.name, What: c.what, Users: users, Servers: servers, Clients: o.Clients, measured: c,
			})
		}
	}
	if err := errors.Join(b.count(ctx, figures), b.compare(ctx, o.Rounds, figures)); err != nil {
		return err
	}
	r.Figures = append(r.Figures, figures...)
	return nil
}

// local reports whether the first host of a URL is this machine, whose /proc tells of its
// processes.
func local(address string) bool {
	_, rest, _ := strings.Cut(address, "://")
	authority, _, _ := strings.Cut(rest, "/")
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	return strings.HasPrefix(host, "127.") || strings.HasPrefix(host, "localhost") || strings.HasPrefix(host, "[::1]")
}

// targets starts both programs, each as many times as there are servers, and returns
// targets of the first one, two and three of them. The caller calls stop.
func (b *clusterBench) targets(ctx context.Context, urls [2][]string) (all [mostServers + 1][2]*target, stop func() error, err error) {
	var started [2][]*process
	stop = func() (err error) {
		for _, p := range slices.Concat(started[0], started[1]) {
			err = errors.Join(err, p.stop())
		}
		return err
	}
	connections := strconv.Itoa(b.each)
	for i := range mostServers {
		server, err := start(ctx, b.program, serveArguments(urls[0][i], "--keys", b.keys+".keys", "--database-connections", connections)...)
		if err != nil {
			return all, stop, err
		}
		started[0] = append(started[0], server)
		bare, err := start(ctx, b.self, referenceCommand, "--engine", b.engine, "--database", urls[1][i], "--keys", b.keys, "--connections", connections)
		if err != nil {
			return all, stop, err
		}
		started[1] = append(started[1], bare)
	}
	for servers := 1; servers <= mostServers; servers++ {
		for program := range started {
			all[servers][program] = &target{process: started[program][0], beside: started[program][1:servers], index: program}
		}
	}
	return all, stop, nil
}

// count counts statements and round trips in a run of its own, whose times are not used:
// a proxy stands before each process.
func (b *clusterBench) count(ctx context.Context, figures []clusterFigure) (err error) {
	fmt.Fprintf(os.Stderr, "bench: counting on %s\n", b.engine)
	var urls [2][]string
	var proxies [2][]*wirecount.Proxy
	for program := range urls {
		for range mostServers {
			proxy, url, err := wirecount.Before(b.url)
			if err != nil {
				return err
			}
			defer func() { _ = proxy.Close() }() // both sides have closed
			urls[program], proxies[program] = append(urls[program], url), append(proxies[program], proxy)
		}
	}
	targets, stop, err := b.targets(ctx, urls)
	defer func() { err = errors.Join(err, stop()) }()
	if err != nil {
		return err
	}
	for i := range figures {
		f := &figures[i]
		for program, t := range targets[f.Servers] {
			for range 2 { // the first prepares statements
				for _, proxy := range proxies[program] {
					proxy.Take()
				}
				found, err := b.measure(ctx, f.measured, t, f.Clients, b.duration)
				if err != nil {
					return err
				}
				var statements, trips int
				for _, proxy := range proxies[program][:f.Servers] {
					taken := proxy.Take()
					statements, trips = statements+len(taken.Statements), trips+taken.RoundTrips
				}
				requests := float64(max(found.requests, 1))
				f.Statements[program], f.RoundTrips[program] = float64(statements)/requests, float64(trips)/requests
			}
		}
	}
	return nil
}

// compare measures all figures in rounds, after one that warms up.
func (b *clusterBench) compare(ctx context.Context, rounds int, figures []clusterFigure) (err error) {
	same := slices.Repeat([]string{b.url}, mostServers)
	targets, stop, err := b.targets(ctx, [2][]string{same, same})
	defer func() { err = errors.Join(err, stop()) }()
	if err != nil {
		return err
	}
	for round := range rounds + 1 {
		fmt.Fprintf(os.Stderr, "bench: %s with %d users, round %d of %d\n", b.engine, b.users, round, rounds)
		for i := range figures {
			f := &figures[i]
			b.bench.targets = targets[f.Servers]
			c := comparison{Case: f.Case, Clients: f.Clients, measured: f.measured, rounds: f.rounds}
			if err := b.round(ctx, round, &c); err != nil {
				return err
			}
			f.rounds = c.rounds
		}
	}
	for i := range figures {
		f := &figures[i]
		f.Cost = f.rounds.cost()
		f.Ratio, f.Server, f.Reference = f.rounds.ratio(), medians(f.rounds[0]), medians(f.rounds[1])
	}
	return nil
}
