package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"quartet/store/internal/engine"
)

// connector words the errors of connecting, which the driver writes in several lines.
type connector struct {
	driver.Connector
	config *pgx.ConnConfig
}

// Connect returns an engine.ServerError if no host of the URL can be used.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := c.Connector.Connect(ctx)
	if err == nil || errors.Is(err, context.Canceled) {
		return made, err
	}
	return nil, engine.ServerError{Sentence: c.explain(err), Cause: err}
}

// several is an error that joins others, such as those of several hosts.
type several interface {
	error
	Unwrap() []error
}

// explain says in one sentence why no host can be used.
func (c connector) explain(err error) string {
	hosts := []error{err}
	if joined, ok := errors.AsType[several](err); ok {
		hosts = joined.Unwrap()
	}
	var places []string
	reasons := map[string]string{} // a host that is tried with and without TLS counts once: the last error is of what the server accepts
	for _, failed := range hosts {
		place, reason := c.explainHost(failed)
		if _, known := reasons[place]; !known {
			places = append(places, place)
		}
		reasons[place] = reason
	}
	sentences := make([]string, len(places))
	for i, place := range places {
		sentences[i] = place + " " + reasons[place]
	}
	return strings.Join(sentences, "; ")
}

// dialled is how the driver begins the error of a host: with its address and its name.
var dialled = regexp.MustCompile(`^(?:failed to connect to [^:]*: )?(\S+) \((.*?)\): ([^:]*)`)

// explainHost returns the name and port of a host, and why it cannot be used.
func (c connector) explainHost(err error) (place, reason string) {
	if host, reason, ok := engine.LookedUp(err); !ok {
		return host, reason
	}
	said := dialled.FindStringSubmatch(err.Error())
	if said == nil {
		return "the database", "cannot be reached: " + err.Error()
	}
	place, step := said[1], said[3]
	if _, port, splitErr := net.SplitHostPort(place); splitErr == nil {
		place = net.JoinHostPort(said[2], port)
	}
	if failed, ok := errors.AsType[*pgconn.PgError](err); ok {
		return place, c.explainCode(failed)
	}
	network, isNetwork := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errEncoding):
		return place, err.Error()[strings.LastIndex(err.Error(), errEncoding.Error()):]
	case strings.HasSuffix(err.Error(), "read only connection"):
		return place, "is a standby or may only be read"
	case errors.Is(err, syscall.ECONNREFUSED):
		return place, "refuses connections: no PostgreSQL listens there"
	case errors.Is(err, syscall.ENOENT):
		return place, "does not exist: no PostgreSQL listens there"
	case errors.Is(err, context.DeadlineExceeded), isNetwork && network.Timeout():
		return place, "does not answer"
	case strings.HasSuffix(err.Error(), "server refused TLS connection"):
		return place, "does not offer TLS, which sslmode asks for"
	case strings.Contains(err.Error(), "unexpected message"), strings.Contains(err.Error(), "invalid body length"):
		return place, "is no PostgreSQL"
	}
	cause := err
	for errors.Unwrap(cause) != nil {
		cause = errors.Unwrap(cause)
	}
	return place, "cannot be used (" + step + "): " + cause.Error()
}

// explainCode words an error by which a server refuses a connection, whose own words can be
// in any language.
func (c connector) explainCode(failed *pgconn.PgError) string {
	switch failed.Code {
	case "28P01":
		return fmt.Sprintf("does not accept this password of the user %s", c.config.User)
	case "28000":
		return fmt.Sprintf("does not accept the user %s: %s", c.config.User, failed.Message)
	case "3D000":
		return fmt.Sprintf("has no database %s", c.config.Database)
	case insufficientPrivilege:
		return fmt.Sprintf("does not let the user %s connect to the database %[2]s: GRANT CONNECT ON DATABASE %[2]s TO %[1]s", c.config.User, c.config.Database)
	case "53300":
		return "has no connection left (" + failed.Message + "): raise its limit, or lower --database-connections of the servers"
	case "57P03":
		return "is starting or ending"
	}
	return "refuses the connection: " + failed.Message + " (SQLSTATE " + failed.Code + ")"
}

// errEncoding begins the error of a database in another encoding than UTF8.
var errEncoding = errors.New("has its database in the encoding")

// checkEncoding refuses a database that does not keep Chinese as UTF-8: SQL_ASCII keeps any
// bytes and counts them as characters, and others lack characters. Every server says its
// encoding when it takes a connection.
func checkEncoding(c *pgconn.PgConn) error {
	if encoding := c.ParameterStatus("server_encoding"); encoding != "" && encoding != "UTF8" {
		return fmt.Errorf("%w %s: make one with ENCODING 'UTF8' TEMPLATE template0", errEncoding, encoding)
	}
	return nil
}

// explainRights words what the user of the URL may not do to the tables.
func (e *Engine) explainRights(err error) error {
	failed, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && failed.Code == insufficientPrivilege:
		return engine.ServerError{Cause: err, Sentence: fmt.Sprintf("the user %s lacks rights in the database %s (%s): make it the owner of the database, or grant it the rights",
			e.config.User, e.config.Database, failed.Message)}
	case ok && (failed.Code == "3F000" || failed.Code == undefinedTable): // no schema at all, or none but PostgreSQL's own
		return engine.ServerError{Cause: err, Sentence: fmt.Sprintf("the database %s has no schema for the tables: create the one that search_path names", e.config.Database)}
	}
	return err
}

// checkRights makes sure that the user may write to all tables: another one may own them.
func (e *Engine) checkRights(ctx context.Context) error {
	const query = `SELECT current_schema(), name FROM unnest(CAST($1 AS TEXT[])) AS wanted (name)
		WHERE NOT (has_table_privilege(name, 'SELECT') AND has_table_privilege(name, 'INSERT')
			AND has_table_privilege(name, 'UPDATE') AND has_table_privilege(name, 'DELETE')) ORDER BY name`
	var lacking []struct {
		Schema string `db:"current_schema"`
		Name   string `db:"name"`
	}
	if err := e.DB.SelectContext(ctx, &lacking, query, e.tables); err != nil || len(lacking) == 0 {
		return err
	}
	names := make([]string, len(lacking))
	for i, table := range lacking {
		names[i] = table.Name
	}
	return engine.ServerError{Sentence: fmt.Sprintf("the user %s lacks rights on the tables %s: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %s TO %[1]s",
		e.config.User, strings.Join(names, ", "), lacking[0].Schema)}
}
