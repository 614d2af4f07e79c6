package mysql

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/go-sql-driver/mysql"

	"quartet/store/internal/engine"
)

// The error numbers of rights that are missing.
const (
	deniedToDatabase = 1044
	deniedOnTable    = 1142
	deniedOnColumn   = 1143
	deniedPrivilege  = 1227
)

const waitsForCluster = "is a node of Galera that waits because its cluster has lost nodes"

// explain says in one sentence why no host of the URL can be used.
func (c *connector) explain(failed connectError) string {
	sentences := make([]string, len(failed))
	for i, err := range failed {
		sentences[i] = c.explainHost(c.target.hosts[i], err)
	}
	return strings.Join(sentences, "; ")
}

// explainHost says why a host, HOST:PORT or the path of a socket, cannot be used.
func (c *connector) explainHost(place string, err error) string {
	if host, reason, ok := engine.LookedUp(err); !ok {
		return host + " " + reason
	}
	if failed, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return place + " " + c.explainNumber(failed)
	}
	network, isNetwork := errors.AsType[net.Error](err)
	dialling, isDialling := errors.AsType[*net.OpError](err)
	isDialling = isDialling && dialling.Op == "dial"
	timeout := errors.Is(err, context.DeadlineExceeded) || isNetwork && network.Timeout()
	switch {
	case errors.Is(err, errReadOnly):
		return place + " " + errReadOnly.Error()
	case errors.Is(err, errNotReady):
		return place + " " + errNotReady.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return place + " refuses connections: no MariaDB or MySQL listens there"
	case errors.Is(err, fs.ErrNotExist):
		return place + " does not exist: no MariaDB or MySQL listens there"
	case timeout && isDialling:
		return place + " does not answer"
	case isDialling:
		return place + " cannot be reached: " + dialling.Err.Error()
	case timeout && errors.Is(err, errPrepare):
		return place + " lets the user in, and then does not answer: it hangs, or " + waitsForCluster
	case timeout: // a server of MySQL's protocol speaks first
		return place + " accepts connections and says nothing: it hangs, or is no MariaDB or MySQL"
	case errors.Is(err, mysql.ErrNoTLS):
		return place + " does not offer TLS, which ssl-mode asks for"
	case lost(err):
		return place + " ends the connection, or is no MariaDB or MySQL"
	}
	return place + " cannot be used: " + strings.ReplaceAll(err.Error(), "\n", ", ")
}

// explainNumber words an error of the server while a connection is made.
func (c *connector) explainNumber(failed *mysql.MySQLError) string {
	switch failed.Number {
	case 1045, 1698:
		return "does not accept the user " + c.target.user + " with this password: " + failed.Message
	case deniedToDatabase:
		return fmt.Sprintf("has no database %[1]s that the user %s may use: CREATE DATABASE %[1]s, and grant rights ON %[1]s.*", c.target.database, c.target.user)
	case 1049:
		return fmt.Sprintf("has no database %[1]s: CREATE DATABASE %[1]s", c.target.database)
	case 1040, 1203, 1226:
		return "has no connection left (" + failed.Message + "): raise its limit, or lower --database-connections of the servers"
	case 1047:
		return errNotReady.Error()
	case 1205: // of a read that waits for what other nodes have committed
		return waitsForCluster
	case 1193, 1229, 1231, 1232, 1238, deniedPrivilege:
		return "does not accept a parameter of the URL as a session variable: " + failed.Message
	}
	return "refuses the connection: " + failed.Error()
}

// explainRights words what the user of the URL may not do to the tables. One user can
// migrate them for another, who then needs fewer rights.
func (e *Engine) explainRights(ctx context.Context, err error) error {
	failed, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok {
		return err
	}
	switch failed.Number {
	case deniedToDatabase, deniedOnTable, deniedOnColumn, deniedPrivilege:
		return engine.ServerError{Cause: err, Sentence: fmt.Sprintf(
			"the user %s lacks rights in the database %[2]s (%[3]s): GRANT %[4]s ON %[2]s.* TO %[5]s, or migrate as a user who has them",
			e.target.user, e.target.database, failed.Message, migratingRights, e.account(ctx))}
	}
	return err
}

const (
	servingRights   = "SELECT, INSERT, UPDATE, DELETE"
	migratingRights = servingRights + ", CREATE, ALTER, DROP, INDEX, REFERENCES"
)

// account returns the account that the server has found for the user, 'USER'@'HOST'.
func (e *Engine) account(ctx context.Context) string {
	var account string
	if err := e.DB.GetContext(ctx, &account, "SELECT CURRENT_USER()"); err != nil {
		return e.target.user
	}
	at := strings.LastIndexByte(account, '@')
	if at < 0 {
		return account
	}
	return "'" + account[:at] + "'@'" + account[at+1:] + "'"
}

// checkRights makes sure that the user may write to all tables, which another one may
// have made, by statements that change nothing.
func (e *Engine) checkRights(ctx context.Context) error {
	const given = "SELECT table_name AS name, column_name AS given FROM information_schema.columns " +
		"WHERE table_schema = DATABASE() AND extra NOT LIKE '%GENERATED%'"
	var found []struct {
		Table  string `db:"name"`
		Column string `db:"given"`
	}
	if err := e.DB.SelectContext(ctx, &found, given); err != nil {
		return err
	}
	columns := map[string][]string{}
	for _, c := range found {
		columns[c.Table] = append(columns[c.Table], "`"+c.Column+"`")
	}
	var lacking []string
	for _, table := range e.tables {
		denied := len(columns[table]) == 0 // a table of which the user may do nothing
		for _, statement := range []string{
			"INSERT INTO %[1]s (%[2]s) SELECT %[2]s FROM %[1]s WHERE 1 = 0",
			"UPDATE %[1]s SET %[3]s = %[3]s WHERE 1 = 0",
			"DELETE FROM %[1]s WHERE 1 = 0",
		} {
			if denied {
				break
			}
			_, err := e.DB.ExecContext(ctx, fmt.Sprintf(statement, table, strings.Join(columns[table], ", "), columns[table][0]))
			if denied = isNumber(err, deniedOnTable, deniedOnColumn); !denied && err != nil {
				return err
			}
		}
		if denied {
			lacking = append(lacking, table)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return engine.ServerError{Sentence: fmt.Sprintf("the user %s lacks rights on the tables %s: GRANT %s ON %s.* TO %s",
		e.target.user, strings.Join(lacking, ", "), servingRights, e.target.database, e.account(ctx))}
}
