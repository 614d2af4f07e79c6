package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/internal/democmd"
	"quartet/server"
	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/server/keys"
)

type serveCommand struct {
	Addr string `default:"127.0.0.1:8080" help:"Address to listen on, HOST:PORT; 0.0.0.0:8080 listens on every interface."`
	adminFlags
	cli.DatabaseFlags
	Demo                   bool              `xor:"pages" help:"Run a demonstration with known users and passwords, simulated SMS and WeChat, and open registration. The default database is then sqlite:.quartet/demo.db. The data is reset at the start and every hour."`
	RequireNewPassword     bool              `help:"Answer 401 to whoever signed in by a password that would not be accepted as a new one, such as an imported 123456, until they set another one by POST /api/user/updatePassword. Without it such a sign-in is only told so, by the header X-Weak-Password."`
	OpenRegistration       bool              `help:"Let anybody create a user; otherwise only administrators can."`
	BasePaths              []string          `name:"base-path" placeholder:"PATH" help:"Paths such as /prod-api under which the dialects' operations and the documentation are served as well as at the root; the flag can be repeated."`
	BasePathApp            map[string]string `placeholder:"PATH=ID" help:"Applications that base paths stand for: a request under PATH, one of --base-path, that sends no X-App-Id is taken as one of the application ID. Several are separated by ;."`
	LegacyStatus           []legacyScope     `placeholder:"DIALECT" enum:"${dialects}" help:"Dialects whose errors are sent with HTTP status 200: ${enum}. DIALECT@/prod-api does so under that base path only."`
	NoDocs                 bool              `xor:"pages" help:"Serve no documentation: /, /docs/ and the pages beside it answer 404. The contract stays at /openapi.yaml and /openapi.json, because it is a part of the API. Not with --demo."`
	StrictInput            bool              `help:"Refuse requests that the contract does not describe, unknown names too, for contract tests. Otherwise each dialect reads as its framework does: the contract says how."`
	JfinalQueryCredentials bool              `help:"Take the form fields of the jfinal dialect, passwords too, from the query as well, as JFinal does. Off by default, because queries end up in the logs of proxies and browsers."`
	TimeZone               cli.TimeZone      `default:"Asia/Shanghai" help:"Time zone of dates without one, in requests and responses."`
	TrustedProxies         []cli.Network     `placeholder:"CIDR" help:"IP addresses or ranges of the proxies whose X-Forwarded-For header is trusted."`
	AllowOrigins           []string          `placeholder:"ORIGIN" help:"Origins whose web pages may call the server (CORS), with credentials; * allows all, without. With --demo, pages of this computer may call it too."`
	Language               string            `default:"zh" enum:"auto,zh,en" help:"Language of error messages: ${enum}. Front ends show them to users; auto follows Accept-Language."`
	AuditDays              uint              `default:"180" help:"Days to keep audit events; 0 keeps them forever."`
	cli.LogFlags
	weChatFlags
	smsFlags
	fallbackFlags
	webhookFlags
	telemetryFlags
	limitFlags
}

// legacyScope is a dialect, or DIALECT@/base-path.
type legacyScope string

// String returns the dialect, which kong compares with the values that the flag allows.
func (s legacyScope) String() string {
	name, _, _ := strings.Cut(string(s), "@")
	return name
}

// Run serves until ctx ends.
func (s *serveCommand) Run(ctx context.Context, c *cli.Console) (err error) {
	if err := cmp.Or(s.limitFlags.check(), s.telemetryFlags.check()); err != nil {
		return err
	}
	if err := s.httpOptions().Check(); err != nil {
		return cli.Usagef("%w", err)
	}
	tuneGC(0)
	log := s.Logger(c)
	ports, err := s.listen(ctx)
	if err != nil {
		return err
	}
	defer ports.close()
	installed := &installation{serve: s, log: log}
	database, ring, err := installed.open(ctx)
	if err != nil {
		return err
	}
	defer cli.CloseStore(database, &err)
	// The jobs end before the database is closed, whatever ends this function.
	ctx, stop := context.WithCancel(ctx)
	jobs := &background{log: log}
	defer jobs.wait()
	defer stop()
	jobs.every(ctx, 0, keys.ReloadEvery, "reload keys", reloadKeys(ring, log))

	config := cli.AccountConfig(database, ring, log)
	config.Limits, config.Hasher = s.account(), s.hasher()
	options := s.options(config, ring)
	flush, err := s.telemetryFlags.start(ctx, &options)
	if err != nil {
		return err
	}
	defer flush() // after the last request
	sending := s.webhookOptions()
	config.WebhookAddress = sending.Addresses.Check
	if s.Demo {
		if at := ports.main.Addr(); !isLoopback(at) {
			log.Warn("a demonstration, whose passwords everybody knows, can be reached from other machines", "address", at.String())
		}
		reset, err := democmd.Configure(ctx, config, &options)
		if err != nil {
			return fmt.Errorf("cannot set up the demonstration: %w", err)
		}
		jobs.every(ctx, democmd.ResetInterval, democmd.ResetInterval, "reset demonstration", reset)
	} else if err := s.configure(config, &options); err != nil {
		return err
	}
	installed.accounts.Store(options.Accounts)
	options.Metrics.MustRegister(budgetMetrics(options.Accounts)...)
	defer options.Accounts.Wait() // SMS and WeChat may still answer
	recordLastSeen := recordLastSeen(options.Accounts)
	jobs.every(ctx, lastSeenInterval, lastSeenInterval, "record last use of sessions", recordLastSeen)
	defer func() { _ = recordLastSeen(ctx) }() // after the last request
	s.sendWebhooks(ctx, jobs, sending, options)
	handlers, err := server.New(options)
	if err != nil {
		return err
	}
	tuneGC(config.Hasher.Parallel())
	debug.FreeOSMemory()
	// Housekeeping starts last: it can write for long, and a first request waits for it.
	keepAudit := time.Duration(s.AuditDays) * 24 * time.Hour
	jobs.every(ctx, 0, housekeepingInterval, "housekeeping", housekeeping(database, keepAudit, log))
	jobs.every(ctx, 0, min(eraseInterval, max(s.ClosingGrace.Duration, time.Second)), "erase users", eraseDue(options.Accounts, log))
	jobs.every(ctx, 0, wrapInterval, "wrap password hashes", wrapQuickHashes(options.Accounts, log))
	if err := s.welcome(ctx, c, installed, options.Accounts, ports, jobs); err != nil {
		return err
	}
	if ports.admin != nil {
		log.Info("listening for administration", "address", ports.admin.Addr().String())
	}
	log.Info("listening", "address", ports.main.Addr().String(), "version", version(), "database", database.Engine())
	return ports.serve(ctx, handlers, s.DrainTimeout.Duration, log)
}

func isLoopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// welcome tells the operator where to begin.
func (s *serveCommand) welcome(ctx context.Context, c *cli.Console, installed *installation, accounts *account.Service, at ports, jobs *background) error {
	switch console := cli.LocalAddress(at.administration()); {
	case !s.Demo:
		return s.offerSetUp(ctx, c, installed, accounts, console, jobs)
	case s.NoAdmin, s.NoConsole:
		return democmd.PrintWelcome(c.Out, cli.LocalAddress(at.main.Addr()), "")
	default:
		return democmd.PrintWelcome(c.Out, cli.LocalAddress(at.main.Addr()), console)
	}
}

func (s *serveCommand) options(config account.Config, ring *keys.Keyring) server.Options {
	options := s.httpOptions()
	options.Ready, options.Log, options.PublicKeys = (&readiness{database: config.Store}).check, config.Log, publicKeys(ring)
	options.Metrics = newMetrics(config.Store, ring, config.Hasher)
	options.SigningKeys = cli.SigningKeys{Ring: ring, Life: s.AccessLife.Duration}
	return options
}

// httpOptions are the options that need no database.
func (s *serveCommand) httpOptions() server.Options {
	proxies := make([]*net.IPNet, 0, len(s.TrustedProxies))
	for _, proxy := range s.TrustedProxies {
		proxies = append(proxies, &proxy.IPNet)
	}
	legacy := make([]string, 0, len(s.LegacyStatus))
	for _, scope := range s.LegacyStatus {
		legacy = append(legacy, string(scope))
	}
	var formInQuery []string
	if s.JfinalQueryCredentials {
		formInQuery = []string{"jfinal"}
	}
	release, _, _ := strings.Cut(version(), " ") // without the compiler's
	return server.Options{
		StrictInput:    s.StrictInput,
		FormInQuery:    formInQuery,
		BasePaths:      s.BasePaths,
		BasePathApps:   s.BasePathApp,
		LegacyStatus:   legacy,
		TimeZone:       s.TimeZone.Location,
		TrustedProxies: proxies,
		AllowOrigins:   s.AllowOrigins,
		Language:       dialect.Language(s.Language),
		Limits:         s.server(),
		Version:        release,
		NoDocs:         s.NoDocs,
		AdminListener:  s.adminAddress() != "",
		NoAdmin:        s.NoAdmin,
		NoConsole:      s.NoConsole,
	}
}

// publicKeys gives the keys that verify JWTs at the time of the call.
func publicKeys(ring *keys.Keyring) func() []server.PublicKey {
	return func() []server.PublicKey {
		var public []server.PublicKey
		for _, key := range ring.JWT() {
			public = append(public, server.PublicKey{KID: key.KID, Public: key.Private.Public()})
		}
		return public
	}
}

// configure adds the account service of a server that is no demonstration.
func (s *serveCommand) configure(config account.Config, options *server.Options) (err error) {
	if config.WeChat, err = s.weChat(options.Log); err != nil {
		return err
	}
	if config.WeChatApps, err = s.weChatApps(options.Log); err != nil {
		return err
	}
	if config.SMS, err = s.sms(options.Log, options.Metrics, config.Limits.CodeLife); err != nil {
		return err
	}
	if err = s.fallbackFlags.configure(&config, options.Log, options.Metrics); err != nil {
		return err
	}
	config.OpenRegistration, config.RequireNewPassword = s.OpenRegistration, s.RequireNewPassword
	options.Accounts = account.New(config)
	return nil
}
