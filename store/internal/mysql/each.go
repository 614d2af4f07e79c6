package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"slices"

	"quartet/store/internal/row"
)

const (
	// brokenTries is how often a query takes another connection of the pool, where one is
	// found broken before anything was sent.
	brokenTries = 3
	// mostPrepared is how many queries a connection keeps prepared.
	mostPrepared = 32
)

// Each reads through the driver itself: database/sql would start a goroutine for each query,
// and convert every value by reflection.
func (e *Engine) Each(ctx context.Context, query string, args, fields []any, found func()) (err error) {
	for range brokenTries {
		if err = e.each(ctx, query, args, fields, found); !errors.Is(err, driver.ErrBadConn) {
			break
		}
	}
	return err
}

func (e *Engine) each(ctx context.Context, query string, args, fields []any, found func()) error {
	held, err := e.DB.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = held.Close() }() // to the pool, unless it is broken
	return held.Raw(func(raw any) error {
		return raw.(*conn).each(ctx, query, args, fields, found)
	})
}

// each prepares a query once, which saves the server from reading its text each time. The
// end of the context closes the connection: the driver would wake a goroutine of its own
// for each query.
func (c *conn) each(ctx context.Context, query string, args, fields []any, found func()) (err error) {
	c.args = c.args[:0]
	for i, arg := range args {
		named := driver.NamedValue{Ordinal: i + 1, Value: arg}
		if err := c.CheckNamedValue(&named); err != nil {
			return err
		}
		c.args = append(c.args, named)
	}
	statement, err := c.keep(ctx, query)
	if err != nil && !isNumber(err, tooManyStatements) { // of all clients of the server
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.socket.Close() })
	defer func() {
		if c.ended = !stop(); c.ended && err != nil {
			err = errors.Join(ctx.Err(), err)
		}
	}()
	var rows driver.Rows
	if statement != nil {
		rows, err = statement.QueryContext(context.WithoutCancel(ctx), c.args)
	} else {
		rows, err = c.QueryContext(context.WithoutCancel(ctx), query, c.args)
	}
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Next has returned the error
	c.values = slices.Grow(c.values[:0], len(fields))[:len(fields)]
	for {
		switch err := rows.Next(c.values); err { //nolint:errorlint // the driver's own value
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
		if err := row.Assign(fields, c.values); err != nil {
			return err
		}
		found()
	}
}

// keep prepares a query, or returns the statement from before.
func (c *conn) keep(ctx context.Context, query string) (driver.StmtQueryContext, error) {
	if known, ok := c.prepared[query]; ok {
		return known, nil
	}
	for text, other := range c.prepared {
		if len(c.prepared) < mostPrepared {
			break
		}
		delete(c.prepared, text)
		if err := other.Close(); err != nil {
			return nil, err
		}
	}
	made, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if c.prepared == nil {
		c.prepared = map[string]statement{}
	}
	c.prepared[query] = made.(statement)
	return c.prepared[query], nil
}

// statement is the interface of the driver's statements.
type statement interface {
	driver.Stmt
	driver.StmtQueryContext
}

// IsValid implements driver.Validator.
func (c *conn) IsValid() bool { return !c.ended && c.driverConn.IsValid() }
