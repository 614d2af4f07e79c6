package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

const (
	// silence is how long the server keeps an idle transaction open, in milliseconds.
	silence = "10000"
	// slowConnections is for migrations and exports; one holds the migrations' lock.
	slowConnections = 2
)

// configure returns the configuration of connections. The settings of the URL take
// precedence.
func configure(url string) (*pgx.ConnConfig, error) {
	if !isEncoded(url) {
		return nil, errNotEncoded
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if err := engine.RequireTLSChoice(undecided(config, url), "sslmode", "disable", "verify-full"); err != nil {
		return nil, err
	}
	if config.ConnectTimeout == 0 {
		// The driver's timeout is per host, and the caller waits for all of them.
		config.ConnectTimeout = engine.ConnectTimeout / time.Duration(hosts(config))
	}
	config.DialFunc = engine.Dialer(config.ConnectTimeout).DialContext
	target := config.ValidateConnect
	if target == nil {
		// A standby lags behind: it would accept a session that has ended.
		target = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.ValidateConnect = func(ctx context.Context, c *pgconn.PgConn) error {
		if err := checkEncoding(c); err != nil {
			return err
		}
		return target(ctx, c)
	}
	config.RuntimeParams["client_encoding"] = "UTF8" // a role or a database may have another one set
	usual := config.OnPgError
	config.OnPgError = func(c *pgconn.PgConn, failed *pgconn.PgError) (keep bool) {
		return failed.Code != readOnly && usual(c, failed)
	}
	return config, nil
}

var errNotEncoded = errors.New("the URL has more than one @, or one after a /: in the password write %40 for @, %2F for / and %3A for a colon")

// isEncoded refuses a URL of which the driver would take a part of the password for a host
// or a database, which errors name.
func isEncoded(url string) bool {
	_, rest, isURL := strings.Cut(url, "://")
	rest, _, _ = strings.Cut(rest, "?")
	_, after, _ := strings.Cut(rest, "@")
	authority, _, _ := strings.Cut(rest, "/")
	return !isURL || !strings.Contains(after, "@") && (after == "" || strings.Contains(authority, "@"))
}

// undecided lists the hosts that are tried both with and without TLS although nothing
// asks for that.
func undecided(config *pgx.ConnConfig, text string) []string {
	if strings.Contains(text, "sslmode=") || os.Getenv("PGSSLMODE") != "" {
		return nil
	}
	var found []string
	for _, other := range config.Fallbacks {
		if other.TLSConfig == nil {
			found = append(found, other.Host)
		}
	}
	return found
}

// hosts counts the hosts of a URL. The driver lists a host twice if it tries it with
// and without TLS.
func hosts(config *pgx.ConnConfig) int {
	found := map[string]bool{fmt.Sprint(config.Host, " ", config.Port): true}
	for _, other := range config.Fallbacks {
		found[fmt.Sprint(other.Host, " ", other.Port)] = true
	}
	return len(found)
}

// openPool creates a pool without connecting.
func openPool(config *pgx.ConnConfig, connections int, w *engine.Watch) *sqlx.DB {
	return engine.NewPool(sql.OpenDB(connector{config: config, Connector: stdlib.GetConnector(*config,
		stdlib.OptionResetSession(func(ctx context.Context, c *pgx.Conn) error { return reuse(ctx, c, w) }),
		// reuse checks the connection with a time limit
		stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false }),
	)}), "pgx", connections)
}

// lastUse is the key of a connection's last use in its custom data.
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

// readsOnly reports whether the server has announced that it is a standby or read-only.
func readsOnly(c *pgconn.PgConn) bool {
	return c.ParameterStatus("in_hot_standby") == "on" || c.ParameterStatus("default_transaction_read_only") == "on"
}

// withTimeouts is config with the timeouts that its URL does not set. The server
// cancels statements after patience; 0 is no limit.
func withTimeouts(config *pgx.ConnConfig, patience time.Duration) *pgx.ConnConfig {
	config = config.Copy()
	// Rounded up, because 0 is no limit.
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
