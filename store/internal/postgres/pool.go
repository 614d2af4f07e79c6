package postgres

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
)

const (
	// silence is after how many milliseconds the server ends a transaction whose
	// client has fallen silent, so that its locks do not stay.
	silence = "10000"
	// connectTimeout is how long it may take to connect, all hosts of the URL
	// together, unless it says so for each (connect_timeout). It is less than a
	// request has, which wants its answer in time.
	connectTimeout = 4 * time.Second
	// trusted is for how long a connection that has worked is believed to work.
	trusted = time.Second
	// pingTimeout is how long a connection may take to show that it still works. A
	// server that has vanished without a word answers nothing at all, and the
	// caller wants another connection in time.
	pingTimeout = time.Second
	// lifetime is how long a connection is used at most, so that a server behind a
	// balancer is left again after a while, and idleFor how long it is kept unused.
	lifetime = 30 * time.Minute
	idleFor  = 5 * time.Minute
	// slowConnections migrate: one holds the lock of the migrations meanwhile.
	slowConnections = 2
)

// configure makes of a URL what every connection is made with. What the URL itself
// sets is left as it is.
func configure(url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if config.ConnectTimeout == 0 {
		// The driver means each host, and the caller waits for all of them.
		config.ConnectTimeout = connectTimeout / time.Duration(hosts(config))
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
		return failed.Code != readOnly && usual(c, failed)
	}
	return config, nil
}

// hosts counts the hosts of a URL. The driver lists a host twice where it is
// to be tried with and without TLS.
func hosts(config *pgx.ConnConfig) int {
	found := map[string]bool{fmt.Sprint(config.Host, " ", config.Port): true}
	for _, other := range config.Fallbacks {
		found[fmt.Sprint(other.Host, " ", other.Port)] = true
	}
	return len(found)
}

// openPool makes a pool, and no connection yet.
func openPool(config *pgx.ConnConfig, connections int, w *watch) *sqlx.DB {
	db := sqlx.NewDb(stdlib.OpenDB(*config, w.options()...), "pgx")
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(idleFor)
	db.SetConnMaxLifetime(lifetime)
	return db
}

// watch decides which of the connections in a pool are used again. The zero
// value is ready.
type watch struct {
	doubted atomic.Int64 // when a connection was last seen to fail, in nanoseconds since the Unix epoch
}

// note doubts all connections until they have shown that they work: a server that
// restarts loses them all, and each of them would fail a caller.
func (w *watch) note() { w.doubted.Store(time.Now().UnixNano()) }

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
	if now.Sub(used) > trusted || used.UnixNano() <= w.doubted.Load() {
		ctx, cancel := context.WithTimeout(ctx, pingTimeout)
		defer cancel()
		if c.Ping(ctx) != nil {
			return driver.ErrBadConn
		}
	}
	if readsOnly(c.PgConn()) {
		return driver.ErrBadConn
	}
	carried[lastUse] = now
	return nil
}

// readsOnly tells what the server has said of itself since, unasked: that it
// is a standby, or that an operator has closed it for writing.
func readsOnly(c *pgconn.PgConn) bool {
	return c.ParameterStatus("in_hot_standby") == "on" || c.ParameterStatus("default_transaction_read_only") == "on"
}

// withTimeouts is config with the timeouts that its URL does not set. The server
// cancels what takes longer than patience; 0 is no bound.
func withTimeouts(config *pgx.ConnConfig, patience time.Duration) *pgx.ConnConfig {
	config = config.Copy()
	// Rounded up: 0 would be no bound at all.
	millis := int64((patience + time.Millisecond - 1) / time.Millisecond)
	for name, value := range map[string]string{
		"statement_timeout":                   strconv.FormatInt(millis, 10),
		"idle_in_transaction_session_timeout": silence,
	} {
		if _, set := config.RuntimeParams[name]; !set {
			config.RuntimeParams[name] = value
		}
	}
	return config
}
