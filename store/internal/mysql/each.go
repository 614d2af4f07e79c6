package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
)

const (
	// brokenTries is how often a query takes another connection of the pool, where one is
	// found broken before anything was sent.
	brokenTries = 3
	// mostPrepared is how many queries a connection keeps prepared.
	mostPrepared = 32
)

// frequent is the context of a query that runs all the time, on a connection that is held.
// It never ends, so that database/sql starts no goroutine that waits for its end; the
// connection goes by the context in it.
type frequent struct{ context.Context }

// Done returns nil.
func (frequent) Done() <-chan struct{} { return nil }

func (e *Engine) Each(ctx context.Context, query string, args, fields []any, found func()) (err error) {
	for range brokenTries {
		var broken bool
		if broken, err = e.each(ctx, query, args, fields, found); !broken {
			break
		}
	}
	return err
}

func (e *Engine) each(ctx context.Context, query string, args, fields []any, found func()) (broken bool, err error) {
	held, err := e.DB.DB.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = held.Close() }() // to the pool, unless it is broken
	rows, err := held.QueryContext(frequent{ctx}, query, args...)
	if err != nil {
		return errors.Is(err, driver.ErrBadConn), err
	}
	defer func() { _ = rows.Close() }() // Err has returned the error
	return false, scan(rows, fields, found)
}

func scan(rows *sql.Rows, fields []any, found func()) error {
	for rows.Next() {
		if err := rows.Scan(fields...); err != nil {
			return err
		}
		found()
	}
	return rows.Err()
}

// QueryContext implements driver.QueryerContext. A frequent query is prepared once, which
// saves the server from reading its text each time, and the end of its context closes the
// connection: the driver would wake a goroutine of its own for each query.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	often, ok := ctx.(frequent)
	if !ok {
		return c.driverConn.QueryContext(ctx, query, args)
	}
	ctx = often.Context
	statement, known := c.prepared[query]
	if !known && len(c.prepared) == mostPrepared {
		return c.driverConn.QueryContext(ctx, query, args)
	}
	if !known {
		var err error
		if statement, err = c.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
		if c.prepared == nil {
			c.prepared = map[string]driver.Stmt{}
		}
		c.prepared[query] = statement // until the connection is closed
	}
	r := &frequentRows{ctx: ctx, conn: c, stop: context.AfterFunc(ctx, func() { _ = c.socket.Close() })}
	var err error
	if r.Rows, err = statement.(driver.StmtQueryContext).QueryContext(context.WithoutCancel(ctx), args); err != nil {
		r.unwatch()
		return nil, errors.Join(ctx.Err(), err)
	}
	return r, nil
}

// IsValid implements driver.Validator.
func (c *conn) IsValid() bool { return !c.ended && c.driverConn.IsValid() }

// frequentRows are the rows of a frequent query.
type frequentRows struct {
	driver.Rows
	ctx  context.Context
	conn *conn
	stop func() bool
}

// Next implements driver.Rows.
func (r *frequentRows) Next(into []driver.Value) error {
	err := r.Rows.Next(into)
	if err != nil && !errors.Is(err, io.EOF) {
		err = errors.Join(r.ctx.Err(), err)
	}
	return err
}

// Close implements driver.Rows.
func (r *frequentRows) Close() error {
	err := r.Rows.Close()
	r.unwatch()
	return err
}

// unwatch lets the connection live on when the context ends, unless it has ended.
func (r *frequentRows) unwatch() {
	if !r.stop() && r.ctx.Err() != nil {
		r.conn.ended = true
	}
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
