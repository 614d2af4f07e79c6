package mysql

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// TestExplain: a sentence has one line, and names the host.
func TestExplain(t *testing.T) {
	c := &connector{target: target{hosts: []string{"db:3306"}, user: "quartet", database: "accounts"}}
	said := func(number uint16) error { return &mysql.MySQLError{Number: number, Message: "no"} }
	for want, err := range map[string]error{
		"db:3306 has no connection left (no): raise its limit, or lower --database-connections of the servers":                               said(1040),
		"db:3306 is a node of Galera that is not ready (wsrep_ready is OFF)":                                                                 errors.Join(errPrepare, errNotReady),
		"db:3306 is a node of Galera that waits because its cluster has lost nodes":                                                          errors.Join(errPrepare, said(1205)),
		"db:3306 lets the user in, and then does not answer: it hangs, or is a node of Galera that waits because its cluster has lost nodes": errors.Join(errPrepare, context.DeadlineExceeded),
		"db:3306 does not answer":                             &net.OpError{Op: "dial", Err: context.DeadlineExceeded},
		"db:3306 does not offer TLS, which ssl-mode asks for": mysql.ErrNoTLS,
		"db:3306 has no database accounts that the user quartet may use: CREATE DATABASE accounts, and grant rights ON accounts.*": said(1044),
		"db:3306 cannot be used: x509: certificate signed by unknown authority, twice":                                             errors.Join(x509.UnknownAuthorityError{}, errors.New("twice")),
		"the host db cannot be looked up: server misbehaving":                                                                      &net.DNSError{Err: "server misbehaving", Name: "db"},
		"db:3306 does not accept a parameter of the URL as a session variable: no":                                                 errors.Join(errPrepare, said(1193)),
	} {
		if got := c.explain(connectError{err}); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
