package postgres

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

const (
	// silence is after how many milliseconds the server ends a transaction whose
	// client has fallen silent, so that its locks do not stay.
	silence = "10000"
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
		config.ConnectTimeout = engine.ConnectTimeout / time.Duration(hosts(config))
	}
	config.DialFunc = engine.Dialer(config.ConnectTimeout).DialContext
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
func openPool(config *pgx.ConnConfig, connections int, w *engine.Watch) *sqlx.DB {
	return engine.NewPool(stdlib.OpenDB(*config,
		stdlib.OptionResetSession(func(ctx context.Context, c *pgx.Conn) error { return reuse(ctx, c, w) }),
		// reuse does it, and in bounded time.
		stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false }),
	), "pgx", connections)
}

// lastUse is the name under which a connection carries when it was last used.
const lastUse = "quartet.last_use"

func reuse(ctx context.Context, c *pgx.Conn, w *engine.Watch) error {
	carried := c.PgConn().CustomData()
	used, _ := carried[lastUse].(time.Time)
	if err := w.Reuse(ctx, used, c.Ping); err != nil {
		return err
	}
	if readsOnly(c.PgConn()) {
		return driver.ErrBadConn
	}
	carried[lastUse] = time.Now()
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
