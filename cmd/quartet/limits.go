package main

import (
	"encoding/json"
	"time"

	"github.com/alecthomas/kong"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server"
	"quartet/server/account"
	"quartet/server/password"
	"quartet/store"
)

// limitFlags are the limits that an operator sets. All others are constants of the
// packages that use them.
type limitFlags struct {
	AccessLife           cli.Duration  `group:"limits" default:"1h" help:"Lifetime of an access token or JWT, from its issue or last renewal; at least 1m. When a session was last used is recorded once in a sixtieth of this time: with 1h, once a minute."`
	SessionLife          cli.Duration  `group:"limits" default:"30d" help:"Lifetime of a session and its refresh token, from the sign-in."`
	ClosingGrace         cli.Duration  `group:"limits" default:"15d" help:"How long signing in takes back the closing of one's account; after that everything that names the user is erased."`
	WeChatRepeat         time.Duration `name:"wechat-repeat" group:"limits" default:"5m" help:"How long a client whose answer was lost can send the code of a WeChat sign-in again, from the same client IP and device, until it signs out; 0s: not at all."`
	CodePerIP            cli.Rate      `group:"limits" default:"20/1h" help:"One-time codes that one client IP can request. A client IP is an IPv4 address or an IPv6 /64; of this and every other limit of a client IP, an IPv6 /48 has five times as much."`
	CodeGlobal           cli.Rate      `group:"limits" default:"1000/1m" help:"One-time codes that all clients together can request. A tenth of it is the share of one network, an IPv4 /24 or an IPv6 /48; the last tenth is for client IPs from which the account was signed in within 30 days."`
	CodeBudget           cli.Rate      `group:"limits" default:"20000/1d" help:"One-time codes that all clients together can request in a long time, because each costs money. A tenth of it is the share of one network; the last tenth is for client IPs from which the account was signed in within 30 days. The log warns at 50%, 80%, 90% and 100% of it."`
	PasswordPerAccountIP cli.Rate      `group:"limits" default:"5/15m" help:"Wrong passwords for one account from one client IP; after that the account is locked for this client IP."`
	FailuresPerIP        cli.Rate      `group:"limits" default:"300/15m" help:"Failed sign-ins from one client IP, by wrong passwords and by wrong codes; after that it is answered 429, whatever the account. Apart from them, for each application, requests with a wrong secret; and refreshes with tokens that do not exist."`
	RegisterPerIP        cli.Rate      `group:"limits" default:"60/1h" help:"Users that one client IP can create with --open-registration, and e-mails to which its users can change theirs. Administrators have no limit."`
	RegisterGlobal       cli.Rate      `group:"limits" default:"1000/1h" help:"Users that all clients together can create with --open-registration. A tenth of it is the share of one network, an IPv4 /24 or an IPv6 /48. Administrators have no limit."`
	LookUpPerUser        cli.Rate      `group:"limits" default:"600/1h" help:"Look-ups of other users by one user. An application that proves itself by its secret has a limit of its own instead, and administrators have none."`
	LookUpPerIP          cli.Rate      `group:"limits" default:"3000/1h" help:"Look-ups of other users from one client IP. An application that proves itself by its secret has a limit of its own instead, and administrators have none."`
	LookUpPerApplication cli.Rate      `group:"limits" default:"1200/1m" help:"Look-ups of other users by one application that proves itself by its secret; and, counted apart, by the members of its organisations without the secret."`
	BodyLimit            cli.Size      `group:"limits" default:"64KiB" help:"Size of a request body; a larger one is answered 413."`
	HashParallel         uint          `group:"limits" default:"0" help:"Passwords that are hashed at the same time, 19 MiB of memory each; 0 means one per CPU core, less one."`
	DatabaseConnections  cli.Count     `group:"limits" default:"16" help:"Connections to a database server. SQLite always has one connection that writes and four that read."`
	DrainTimeout         cli.Duration  `group:"limits" default:"10s" help:"How long a server that is shutting down waits for running requests."`
}

var limitGroups = kong.ExplicitGroups([]kong.Group{{
	Key: "limits", Title: "Limits:",
	Description: "A time is written like 90s, 1h30m or 30d, a rate COUNT/TIME: 5/1h is at most five in an hour, which begins with the first of them. A size is written like 65536, 64KiB or 1MiB.",
}})

// check refuses lifetimes that contradict each other.
func (f limitFlags) check() error {
	switch {
	case f.AccessLife.Duration < time.Minute:
		return cli.Usagef("--access-life must be at least 1m")
	case f.AccessLife.Duration > f.SessionLife.Duration:
		return cli.Usagef("--access-life cannot be longer than --session-life: a token ends with its session")
	case f.WeChatRepeat < 0:
		return cli.Usagef("--wechat-repeat cannot be negative")
	}
	return nil
}

func (f limitFlags) account() account.Limits {
	limits := account.DefaultLimits()
	limits.AccessLife, limits.SessionLife = f.AccessLife.Duration, f.SessionLife.Duration
	limits.LastSeenInterval = limits.AccessLife / 60 // tokens are renewed as exactly, so it must be much less
	limits.ClosingGrace, limits.WeChatRepeat = f.ClosingGrace.Duration, f.WeChatRepeat
	limits.CodePerIP, limits.CodeGlobal, limits.CodeBudget = f.CodePerIP.Rate, f.CodeGlobal.Rate, f.CodeBudget.Rate
	limits.PasswordPerAccountIP = f.PasswordPerAccountIP.Rate
	limits.PasswordPerIP, limits.CodeRefusedPerIP, limits.WrongSecretPerIP = f.FailuresPerIP.Rate, f.FailuresPerIP.Rate, f.FailuresPerIP.Rate
	limits.RegisterPerIP, limits.RegisterGlobal = f.RegisterPerIP.Rate, f.RegisterGlobal.Rate
	limits.LookUpPerUser, limits.LookUpPerIP, limits.LookUpPerApplication = f.LookUpPerUser.Rate, f.LookUpPerIP.Rate, f.LookUpPerApplication.Rate
	overrideForTests(&limits)
	return limits
}

func (f limitFlags) server() server.Limits {
	limits := server.DefaultLimits()
	limits.Body = int64(f.BodyLimit)
	return limits
}

func (f limitFlags) hasher() *password.Hasher {
	options := password.Options{Parallel: int(f.HashParallel)}
	overrideForTests(&options)
	return password.NewHasher(options)
}

// testOverrides is JSON with fields of account.Limits and password.Options. Tests
// that send more requests than the limits allow build the program with
// -ldflags "-X main.testOverrides=…"; it is empty otherwise.
var testOverrides string

func overrideForTests(limits any) {
	if testOverrides == "" {
		return
	}
	if err := json.Unmarshal([]byte(testOverrides), limits); err != nil {
		panic(err)
	}
}

func (f limitFlags) store(url string) store.Options {
	return store.Options{URL: url, MaxConnections: int(f.DatabaseConnections)}
}
