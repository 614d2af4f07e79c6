package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/alecthomas/kong"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/keys"
	"quartet/server/password"
	"quartet/store"
)

// tuning is every number of the server as a flag. What a number is without its
// flag stands in the package that uses it: see tuningDefaults.
type tuning struct {
	Limits   limitFlags    `embed:""`
	Hashing  hashFlags     `embed:""`
	Bounds   boundFlags    `embed:""`
	Listener listenerFlags `embed:""`
	Pool     poolFlags     `embed:""`
	Upkeep   upkeepFlags   `embed:""`
}

// tuningGroups are the headings of the flags in the help.
var tuningGroups = kong.ExplicitGroups([]kong.Group{
	{Key: "sessions", Title: "Limits of sessions:", Description: "A time is written like 90s, 1h30m or 30d."},
	{Key: "codes", Title: "Limits of one-time codes:", Description: "A rate is written COUNT/TIME: 5/1h is at most five in an hour, which begins with the first of them."},
	{Key: "passwords", Title: "Limits of passwords:"},
	{Key: "registration", Title: "Limits of open registration:"},
	{Key: "gateways", Title: "Limits of WeChat and SMS:"},
	{Key: "requests", Title: "Limits of a request:", Description: "A size is written like 65536, 64KiB or 1MiB."},
	{Key: "times", Title: "Time limits of connections:"},
	{Key: "database", Title: "Limits of the database:"},
})

// tuningDefaults names the packages' own defaults, for the grammar:
// ${limits_CodeLife} is account.DefaultLimits().CodeLife.
func tuningDefaults() kong.Vars {
	vars, hashing, bounds := kong.Vars{}, password.DefaultOptions(), server.DefaultLimits()
	for prefix, defaults := range map[string]any{
		"limits": account.DefaultLimits(), "bounds": bounds,
		"hashing": hashing, "cost": hashing.Params, "store": store.DefaultOptions(),
	} {
		value := reflect.ValueOf(defaults)
		for field, of := range value.Fields() {
			vars[prefix+"_"+field.Name] = settingText(of.Interface())
		}
	}
	vars["bounds_Body"], vars["bounds_Headers"] = sizeText(bounds.Body), sizeText(bounds.Headers)
	vars["keys_ReloadEvery"] = spanText(keys.ReloadEvery)
	return vars
}

func settingText(value any) string {
	switch value := value.(type) {
	case time.Duration:
		return spanText(value)
	case account.Rate:
		return rateText(value)
	default:
		return fmt.Sprint(value)
	}
}

// hashFlags say what a password's hash costs, and how many are made at once.
type hashFlags struct {
	HashParallel int           `group:"passwords" type:"whole" default:"0" help:"Passwords hashed or verified at a time; 0 is all cores but one."`
	HashQueue    int           `group:"passwords" type:"count" default:"${hashing_Queue}" help:"Sign-ins that may wait for their turn; the next is answered 503."`
	HashWait     time.Duration `group:"passwords" type:"span" default:"${hashing_Wait}" help:"How long one waits, then it is answered 503."`
	HashMemory   uint32        `group:"passwords" type:"count" default:"${cost_Memory}" help:"Memory of an argon2id hash in KiB, at most 131072. Stored hashes that cost less are made anew at their next sign-in."`
	HashPasses   uint32        `group:"passwords" type:"count" default:"${cost_Iterations}" help:"Passes of an argon2id hash over its memory, at most 16."`
	HashLanes    uint8         `group:"passwords" type:"count" default:"${cost_Parallelism}" help:"Lanes of an argon2id hash, at most 16."`
}

func (f hashFlags) cost() password.Params {
	return password.Params{Memory: f.HashMemory, Iterations: f.HashPasses, Parallelism: f.HashLanes}
}

func (f hashFlags) hasher() *password.Hasher {
	return password.NewHasher(password.Options{
		Parallel: f.HashParallel, Queue: f.HashQueue, Wait: f.HashWait, Params: f.cost(),
	})
}

// boundFlags has the fields of server.Bounds in their order: one converts into
// the other, so none can be forgotten.
type boundFlags struct {
	Body    int64         `name:"body-limit" group:"requests" type:"bytes" default:"${bounds_Body}" help:"Size of a body; a larger one is answered 413."`
	Headers int64         `name:"header-limit" group:"requests" type:"bytes" default:"${bounds_Headers}" help:"Size of the request line and headers together; larger ones are answered 431."`
	Depth   int64         `name:"json-depth" group:"requests" type:"count" default:"${bounds_Depth}" help:"Levels of nested JSON."`
	Keys    int64         `name:"key-limit" group:"requests" type:"count" default:"${bounds_Keys}" help:"Keys in a JSON body, fields in a form."`
	Time    time.Duration `name:"request-time" group:"requests" type:"span" default:"${bounds_Time}" help:"How long the server works on a request, then it is answered 503."`
}

// listenerFlags are the patience of the listener with its clients. Their
// defaults stand here: nothing else knows a connection.
type listenerFlags struct {
	HeaderTimeout time.Duration `group:"times" type:"span" default:"2s" help:"For the headers to arrive."`
	ReadTimeout   time.Duration `group:"times" type:"span" default:"10s" help:"For the whole request to arrive."`
	WriteTimeout  time.Duration `group:"times" type:"span" default:"15s" help:"From the headers' arrival to the end of the answer."`
	IdleTimeout   time.Duration `group:"times" type:"span" default:"1m" help:"For the next request on a connection."`
	DrainTimeout  time.Duration `group:"times" type:"span" default:"10s" help:"For requests under way once the program was told to end."`
}

// poolFlags are the patience with the database.
type poolFlags struct {
	DatabaseConnections int           `group:"database" type:"count" default:"${store_MaxConnections}" help:"Connections to PostgreSQL; with SQLite one writes and four read at a time."`
	StatementTimeout    time.Duration `group:"database" type:"span" default:"${store_StatementTimeout}" help:"For a statement of PostgreSQL, unless its URL says statement_timeout; for a lock on the SQLite file that another process holds."`
	SessionCache        int           `group:"database" type:"whole" default:"${store_SessionCache}" help:"Sessions, profiles and applications that SQLite's server remembers until anything is written, 1 to 2 KiB each; 0 is none. PostgreSQL is asked every time."`
}

func (f poolFlags) storeOptions(url string) store.Options {
	options := store.Options{
		URL: url, SessionCache: f.SessionCache,
		MaxConnections: f.DatabaseConnections, StatementTimeout: f.StatementTimeout,
	}
	if f.SessionCache == 0 {
		options.SessionCache = -1 // 0 would be the default
	}
	return options
}

// upkeepFlags say how often the server looks after itself.
type upkeepFlags struct {
	KeysReload time.Duration `group:"sessions" type:"span" default:"${keys_ReloadEvery}" help:"How often the folder of the keys is read again."`
}

// httpServer is the listener's side of the server.
func (t tuning) httpServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: t.Listener.HeaderTimeout,
		ReadTimeout:       t.Listener.ReadTimeout,
		WriteTimeout:      t.Listener.WriteTimeout,
		IdleTimeout:       t.Listener.IdleTimeout,
		// The handler itself refuses what passes --header-limit, in the caller's
		// envelope; this bound is answered in plain text.
		MaxHeaderBytes: int(max(256<<10, 2*t.Bounds.Headers)),
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
