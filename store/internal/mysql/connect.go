package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"quartet/store/internal/engine"
)

const (
	// deadlockTimeout is how long a transaction waits for a row on OceanBase, which
	// does not detect deadlocks.
	deadlockTimeout = time.Second
	// silenceTimeout is how long the server keeps an idle transaction open.
	silenceTimeout = 10 * time.Second
	// mostTrusted is how long a connection that is used all the time goes without a check: a
	// server that becomes read-only, because another one takes over, keeps its connections.
	mostTrusted = 10 * time.Second
	// readMargin is how much longer than the statement timeout the client waits for an
	// answer.
	readMargin = 5 * time.Second
)

// connector makes connections to the first writable host.
type connector struct {
	target    target
	hosts     []driver.Connector // of the target's hosts
	timeout   time.Duration      // for each host
	statement time.Duration      // 0: no bound
	watch     *engine.Watch
}

func newConnector(t target, statement time.Duration, w *engine.Watch) (*connector, error) {
	c := &connector{target: t, timeout: t.connectTimeout, statement: statement, watch: w}
	if c.timeout == 0 {
		c.timeout = engine.ConnectTimeout / time.Duration(len(t.hosts))
	}
	dialer := engine.Dialer(c.timeout)
	for _, host := range t.hosts {
		config := mysql.NewConfig()
		config.User, config.Passwd, config.DBName = t.user, t.password, t.database
		config.Net, config.Addr, config.DialFunc = "tcp", host, dialAndTell(dialer)
		if filepath.IsAbs(host) {
			config.Net = "unix"
		}
		config.TLS, config.AllowFallbackToPlaintext = t.tls, t.plaintext
		config.InterpolateParams = true // one round trip per statement
		config.ParseTime = true         // for the version table
		config.RejectReadOnly = true    // the transaction is then retried on another host
		config.Logger = &mysql.NopLogger{}
		if statement > 0 {
			config.ReadTimeout = statement + readMargin
		}
		config.WriteTimeout = config.ReadTimeout
		// Interpolation is safe in UTF-8, so the client sets the character set.
		if err := config.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
			return nil, err
		}
		made, err := mysql.NewConnector(config)
		if err != nil {
			return nil, err
		}
		c.hosts = append(c.hosts, made)
	}
	return c, nil
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return mysql.MySQLDriver{} }

// Connect tries the hosts in order. It returns an engine.ServerError if none can be used.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	var failed connectError
	for _, host := range c.hosts {
		made, err := c.connect(ctx, host)
		if err == nil {
			return made, nil
		}
		if errors.Is(err, errReadOnly) {
			c.watch.Doubt() // those to this host, too
		}
		if failed = append(failed, err); ctx.Err() != nil {
			break
		}
	}
	return nil, engine.ServerError{Sentence: c.explain(failed), Cause: failed}
}

func (c *connector) connect(ctx context.Context, host driver.Connector) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var socket net.Conn
	raw, err := host.Connect(context.WithValue(ctx, socketOf{}, &socket))
	if err != nil {
		return nil, err
	}
	made := &conn{driverConn: raw.(driverConn), watch: c.watch, used: time.Now(), socket: socket}
	if err := made.prepare(ctx, c); err != nil {
		return nil, errors.Join(errPrepare, err, raw.Close())
	}
	return made, nil
}

// driverConn is the interface of the driver's connections.
type driverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// conn is a connection that is checked before it is reused after an idle time.
type conn struct {
	driverConn
	watch    *engine.Watch
	galera   bool
	used     time.Time
	checked  time.Time
	socket   net.Conn
	prepared map[string]statement // of constant texts
	ended    bool                 // by the context of one
	args     []driver.NamedValue  // are used again by the next Each
	values   []driver.Value
}

// known are the session variables that not all servers have.
var known = []string{
	"transaction_isolation", "tx_isolation", "max_statement_time", "max_execution_time", "innodb_lock_wait_timeout", "lock_wait_timeout",
	"ob_query_timeout", "ob_trx_lock_timeout", "ob_trx_idle_timeout", "idle_transaction_timeout", "tidb_idle_transaction_timeout",
	"lc_messages", "sql_safe_updates", "completion_type", "wsrep_on", "innodb_read_only",
}

// wholeResults undoes a limit of the server's, which would cut the next result already, and
// exports, and nothing would say so.
const wholeResults = "SET sql_select_limit = 9223372036854775807"

func (c *conn) prepare(ctx context.Context, from *connector) error {
	if _, err := c.ExecContext(ctx, wholeResults, nil); err != nil && !isNumber(err, unknownVariable) {
		return err
	}
	rows, err := c.rows(ctx, "SHOW VARIABLES WHERE Variable_name IN ('"+strings.Join(known, "', '")+"')")
	if err != nil {
		return err
	}
	server := map[string]string{}
	for _, row := range rows {
		server[strings.ToLower(row[0])] = row[1]
	}
	if server["innodb_read_only"] == "ON" {
		return errReadOnly
	}
	c.galera = server["wsrep_on"] == "ON"
	if _, err := c.ExecContext(ctx, from.settings(server), nil); err != nil {
		return err
	}
	return c.check(ctx)
}

// settings returns the statement that sets the session variables, as far as the server
// has them.
func (c *connector) settings(server map[string]string) string {
	set := []string{
		"sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
		"autocommit = 1", "foreign_key_checks = 1", "unique_checks = 1", "time_zone = '+00:00'",
	}
	wanted := map[string]string{
		"lc_messages":      "'en_US'", // violated reads the index name from the error message
		"sql_safe_updates": "0",       // else a migration is refused
		"completion_type":  "0",       // else COMMIT can begin the next transaction
		// A limit of 0 is no limit.
		"max_statement_time":  strconv.FormatFloat(c.statement.Seconds(), 'f', 6, 64),
		"max_execution_time":  strconv.FormatInt(roundUp(c.statement, time.Millisecond), 10), // SELECT only
		"ob_trx_lock_timeout": strconv.FormatInt(deadlockTimeout.Microseconds(), 10),
	}
	if c.statement > 0 {
		silence := strconv.FormatInt(roundUp(silenceTimeout, time.Second), 10)
		wanted["idle_transaction_timeout"], wanted["tidb_idle_transaction_timeout"] = silence, silence
		wanted["ob_trx_idle_timeout"] = strconv.FormatInt(silenceTimeout.Microseconds(), 10)
		wanted["innodb_lock_wait_timeout"] = strconv.FormatInt(roundUp(c.statement, time.Second), 10)
		wanted["lock_wait_timeout"] = wanted["innodb_lock_wait_timeout"] // for schema changes
		wanted["ob_query_timeout"] = strconv.FormatInt(c.statement.Microseconds(), 10)
	} else {
		wanted["ob_query_timeout"] = strconv.FormatInt(math.MaxInt32*int64(1000), 10) // 24 days
	}
	if server["wsrep_on"] == "ON" {
		wanted["wsrep_sync_wait"] = "1" // reads wait until the node has applied what others have committed
	}
	isolation := "transaction_isolation"
	if _, has := server[isolation]; !has {
		isolation = "tx_isolation"
	}
	wanted[isolation] = "'READ-COMMITTED'"
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if _, has := server[name]; has || name == "wsrep_sync_wait" {
			set = append(set, name+" = "+wanted[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.target.variables)) {
		set = append(set, "@@session."+name+" = "+literal(c.target.variables[name])) // SET password is no variable
	}
	return "SET " + strings.Join(set, ", ")
}

func roundUp(d, unit time.Duration) int64 { return int64((d + unit - 1) / unit) }

func literal(text string) string {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(text) + "'"
}

var (
	errReadOnly = errors.New("is read-only (read_only or innodb_read_only is ON)")
	errPrepare  = errors.New("the connection cannot be prepared")
	errNotReady = errors.New("is a node of Galera that is not ready (wsrep_ready is OFF)")
)

// check makes sure that the server answers and is writable.
func (c *conn) check(ctx context.Context) error {
	rows, err := c.rows(ctx, "SELECT @@global.read_only")
	switch {
	case err != nil:
		return err
	case len(rows) != 1 || rows[0][0] != "0" && rows[0][0] != "OFF":
		return errReadOnly
	case c.galera:
		rows, err = c.rows(ctx, "SHOW STATUS LIKE 'wsrep_ready'")
		if err != nil {
			return err
		}
		if len(rows) != 1 || rows[0][1] != "ON" {
			return errNotReady
		}
	}
	c.checked = time.Now()
	return nil
}

// rows reads a short result.
func (c *conn) rows(ctx context.Context, query string) (all [][]string, err error) {
	rows, err := c.QueryContext(ctx, query, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(values); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		row := make([]string, len(values))
		for i, value := range values {
			if text, ok := value.([]byte); ok {
				value = string(text)
			}
			row[i] = fmt.Sprint(value)
		}
		all = append(all, row)
	}
}

// ResetSession is called before a connection is reused.
func (c *conn) ResetSession(ctx context.Context) error {
	if err := c.driverConn.ResetSession(ctx); err != nil {
		return err
	}
	if time.Since(c.checked) > mostTrusted {
		c.used = time.Time{}
	}
	if err := c.watch.Reuse(ctx, c.used, c.check); err != nil {
		return err
	}
	c.used = time.Now()
	return nil
}

// socketOf is the key of a place in a context for the socket that is dialled.
type socketOf struct{}

func dialAndTell(dialer *net.Dialer) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		made, err := dialer.DialContext(ctx, network, address)
		if place, ok := ctx.Value(socketOf{}).(*net.Conn); ok && err == nil {
			*place = made
		}
		return made, err
	}
}
