package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/keys"
	"quartet/store"
)

type serveCommand struct {
	Addr string `default:"127.0.0.1:8080" help:"Address to listen on; 0.0.0.0:8080 for every interface."`
	location
	Demo             bool      `help:"Play a demonstration: known users and passwords, simulated SMS and WeChat, open registration. Its database is sqlite:.quartet/demo.db unless another is named."`
	OpenRegistration bool      `help:"Let anybody create a user, not administrators only."`
	LegacyStatus     []string  `placeholder:"DIALECT" enum:"${dialects}" help:"Dialects whose failures travel under HTTP 200: ${enum}."`
	TimeZone         zone      `default:"Asia/Shanghai" help:"Zone of dates that carry none."`
	TrustedProxies   []network `placeholder:"CIDR" help:"Proxies that may say a client's address in X-Forwarded-For."`
	AllowOrigins     []string  `placeholder:"ORIGIN" help:"Origins whose web pages may call the server (CORS)."`
	weChatFlags
	smsFlags
	auditFlags
	logFlags
	tuning
}

// Run serves until ctx ends.
func (s *serveCommand) Run(ctx context.Context, c *console) (err error) {
	if err := s.checkTuning(); err != nil {
		return err
	}
	// The start leaves a lot behind and keeps little: it is collected once, below.
	tuneCollector(0)
	log := s.logger(c)
	listener, err := listen(ctx, s.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	database, ring, err := s.open(ctx, log)
	if err != nil {
		return err
	}
	defer closeStore(database, &err)
	config := accountConfig(database, ring, log)
	config.Limits, config.Hasher = account.Limits(s.Limits), s.Hashing.hasher()
	// Whatever ends the serving ends the jobs, before the database is closed.
	ctx, stop := context.WithCancel(ctx)
	jobs := &background{log: log}
	defer jobs.wait()
	defer stop()
	jobs.every(ctx, s.Upkeep.KeysReload, "reading the signing keys", followKeys(ring, log))

	options := s.options(database, log)
	options.PublicKeys = publicKeys(ring)
	options.Metrics.MustRegister(buildGauge(), hashingFigures{config.Hasher}, connectionFigures{database}, staleKeys(ring))
	var announce func(net.Addr) error
	if s.Demo {
		announce, err = s.demonstrate(ctx, c, config, &options, jobs)
	} else {
		announce, err = s.operate(ctx, config, &options)
	}
	if err != nil {
		return err
	}
	defer options.Accounts.Wait() // what gateways have answered is recorded before the database is closed
	jobs.every(ctx, seenInterval, "recording the use of sessions", recordSeen(options.Accounts))
	// Once more when all requests are over, and before the database is closed.
	defer func() { _ = recordSeen(options.Accounts)(ctx) }()
	handler, err := server.New(options)
	if err != nil {
		return err
	}
	tuneCollector(s.memory(config.Hasher.Parallel()))
	debug.FreeOSMemory()
	// After all that a first answer needs: it writes, and that can take long.
	jobs.every(ctx, housekeepingInterval, "housekeeping", housekeeping(database, s.keepAudit(), log))
	log.Info("listening", "address", listener.Addr().String(), "version", version(), "database", database.Engine())
	if err := announce(listener.Addr()); err != nil {
		return err
	}
	return serveHTTP(ctx, listener, s.httpServer(handler, log), s.Listener.DrainTimeout, log)
}

// open opens the database, brings its tables up to date, and opens its keys.
func (s *serveCommand) open(ctx context.Context, log *slog.Logger) (_ *store.Store, _ *keys.Keyring, err error) {
	otherwise := ordinaryDatabase
	if s.Demo {
		otherwise = demoDatabase
	}
	place, err := s.resolve(otherwise)
	if err != nil {
		return nil, nil, err
	}
	database, err := createStore(ctx, s.Pool.storeOptions(place.Database))
	if err != nil {
		return nil, nil, err
	}
	ring, err := s.prepare(ctx, database, place.Keys, log)
	if err != nil {
		_ = database.Close() // the reason to close it is the better error
		return nil, nil, err
	}
	return database, ring, nil
}

func (s *serveCommand) prepare(ctx context.Context, database *store.Store, dir string, log *slog.Logger) (*keys.Keyring, error) {
	if err := database.Migrate(ctx); err != nil {
		return nil, fmt.Errorf("cannot bring the tables up to date: %w", err)
	}
	if err := keepApart(ctx, database, s.Demo); err != nil {
		return nil, err
	}
	return openKeys(ctx, database, dir, keys.Options{AllowOpen: s.Demo, Log: log})
}

func (s *serveCommand) options(database *store.Store, log *slog.Logger) server.Options {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return server.Options{
		Ready:          database.Ping,
		Log:            log,
		Metrics:        metrics,
		LegacyStatus:   s.LegacyStatus,
		TimeZone:       s.TimeZone.Location,
		TrustedProxies: ipNets(s.TrustedProxies),
		AllowOrigins:   s.AllowOrigins,
		Limits:         server.Limits(s.Bounds),
	}
}

// operate adds what is particular to a server that is no demonstration.
func (s *serveCommand) operate(ctx context.Context, config account.Config, options *server.Options) (announce func(net.Addr) error, err error) {
	if config.WeChat, err = s.weChat(options.Log); err != nil {
		return nil, err
	}
	if config.SMS, err = s.sms(options.Log, options.Metrics, config.Limits.CodeLife); err != nil {
		return nil, err
	}
	config.OpenRegistration = s.OpenRegistration
	options.Accounts = account.New(config)
	users, err := config.Store.ListUsers(ctx, 0, 1)
	if err != nil {
		return nil, err
	}
	if len(users) == 0 {
		options.Log.Info("there are no users yet: add the first super administrator, with a password on standard input, by: " +
			"quartet user add NAME --role super_administrator --password-stdin (and the same --database and --keys)")
	}
	return func(net.Addr) error { return nil }, nil
}
