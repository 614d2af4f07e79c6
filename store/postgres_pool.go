package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
)

const (
	// pgTrust is for how long a connection that has worked is believed to work.
	pgTrust = time.Second
	// pgEcho is how long a connection may take to show that it still works. A
	// server that has vanished without a word answers nothing at all, and the
	// caller wants another connection in time.
	pgEcho = time.Second
	// pgLife is how long a connection is used at most, so that a server behind a
	// balancer is left again after a while, and pgIdle how long it is kept unused.
	pgLife = 30 * time.Minute
	pgIdle = 5 * time.Minute
)

// preparePostgres makes of a URL what every connection is made with. What the
// URL itself sets is left as it is.
func preparePostgres(o Options) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, err
	}
	if config.ConnectTimeout == 0 {
		// The driver means each host, and the caller waits for all of them.
		config.ConnectTimeout = o.ConnectTimeout / time.Duration(pgHosts(config))
	}
	dialer := net.Dialer{Timeout: config.ConnectTimeout, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3,
	}}
	config.DialFunc = dialer.DialContext
	if config.ValidateConnect == nil {
		// A standby would answer with what was true a while ago: a session that
		// has ended would go on there.
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	usual := config.OnPgError
	config.OnPgError = func(c *pgconn.PgConn, failed *pgconn.PgError) (keep bool) {
		return failed.Code != pgReadOnly && usual(c, failed)
	}
	return config, nil
}

// pgHosts counts the hosts of a URL. The driver lists a host twice where it is
// to be tried with and without TLS.
func pgHosts(config *pgx.ConnConfig) int {
	hosts := map[string]bool{fmt.Sprint(config.Host, " ", config.Port): true}
	for _, other := range config.Fallbacks {
		hosts[fmt.Sprint(other.Host, " ", other.Port)] = true
	}
	return len(hosts)
}

// openPostgres makes a pool, and no connection yet.
func openPostgres(config *pgx.ConnConfig, connections int, w *watch) *pool {
	db := sqlx.NewDb(stdlib.OpenDB(*config, w.options()...), "pgx")
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(pgIdle)
	db.SetConnMaxLifetime(pgLife)
	return &pool{DB: db}
}

// watch decides which of the connections in a pool are used again. The zero
// value is ready.
type watch struct {
	doubted atomic.Int64 // when a connection was last seen to fail, in nanoseconds since the Unix epoch
}

// note takes a failure for a sign that the other connections may be lost as
// well: a server that restarts loses them all, and each of them would fail a
// caller. On SQLite there is nobody to watch.
func (w *watch) note(err error) {
	if w != nil && err != nil && pgUnavailable(err) {
		w.doubted.Store(time.Now().UnixNano())
	}
}

func (w *watch) options() []stdlib.OptionOpenDB {
	return []stdlib.OptionOpenDB{
		stdlib.OptionResetSession(w.reuse),
		// reuse does it, and in bounded time.
		stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false }),
	}
}

// lastUse is the name under which a connection carries when it was last used.
const lastUse = "quartet.last_use"

// reuse is asked before a connection is used again. One that it answers
// driver.ErrBadConn for is closed, and another is taken.
func (w *watch) reuse(ctx context.Context, c *pgx.Conn) error {
	carried, now := c.PgConn().CustomData(), time.Now()
	used, _ := carried[lastUse].(time.Time)
	if now.Sub(used) > pgTrust || used.UnixNano() <= w.doubted.Load() {
		ctx, cancel := context.WithTimeout(ctx, pgEcho)
		defer cancel()
		if c.Ping(ctx) != nil {
			return driver.ErrBadConn
		}
	}
	if pgReadsOnly(c.PgConn()) {
		return driver.ErrBadConn
	}
	carried[lastUse] = now
	return nil
}

// pgReadsOnly tells what the server has said of itself since, unasked: that it
// is a standby, or that an operator has closed it for writing.
func pgReadsOnly(c *pgconn.PgConn) bool {
	return c.ParameterStatus("in_hot_standby") == "on" || c.ParameterStatus("default_transaction_read_only") == "on"
}
