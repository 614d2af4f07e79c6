package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
)

// mostKept is how many statements a connection keeps prepared. OceanBase allows 50
// (open_cursors).
const mostKept = 40

// kept is the context of a statement whose text is a constant: its connection keeps it
// prepared, which saves the server from reading the text each time.
type kept struct{ context.Context }

// statement is the interface of the driver's statements.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keep returns a statement that is kept, or nil for a text that is sent as it is.
func (c *conn) keep(ctx context.Context, query string) (statement, error) {
	if _, isKept := ctx.(kept); !isKept {
		return nil, nil
	}
	if known, ok := c.prepared[query]; ok {
		return known, nil
	}
	for text, other := range c.prepared {
		if len(c.prepared) < mostKept {
			break
		}
		delete(c.prepared, text)
		if err := other.Close(); err != nil {
			return nil, err
		}
	}
	made, err := c.PrepareContext(ctx, query)
	if isNumber(err, notPrepared...) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if c.prepared == nil {
		c.prepared = map[string]statement{}
	}
	c.prepared[query] = made.(statement)
	return c.prepared[query], nil
}

// notPrepared are the numbers of the errors of a statement that can only be sent as it is.
var notPrepared = []uint16{
	1295, // ER_UNSUPPORTED_PS
	1461, // ER_MAX_PREPARED_STMT_COUNT_REACHED
	5930, // OceanBase: more than open_cursors
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	statement, err := c.keep(ctx, query)
	if err != nil {
		return nil, err
	}
	if statement == nil {
		return c.driverConn.ExecContext(ctx, query, args)
	}
	end := c.closeWith(ctx)
	result, err := statement.ExecContext(context.WithoutCancel(ctx), args)
	return result, end(err)
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	statement, err := c.keep(ctx, query)
	if err != nil {
		return nil, err
	}
	if statement == nil {
		return c.driverConn.QueryContext(ctx, query, args)
	}
	end := c.closeWith(ctx)
	rows, err := statement.QueryContext(context.WithoutCancel(ctx), args)
	if err != nil {
		return nil, end(err)
	}
	return keptRows{rows, end}, nil
}

// closeWith closes the connection at the end of the context, until end is called with the
// error of what ran meanwhile. The driver would wake a goroutine of its own for each
// statement.
func (c *conn) closeWith(ctx context.Context) (end func(error) error) {
	stop := context.AfterFunc(ctx, func() { _ = c.socket.Close() })
	return func(err error) error {
		if !stop() && ctx.Err() != nil {
			c.ended = true
			if err != nil {
				err = errors.Join(ctx.Err(), err)
			}
		}
		return err
	}
}

// IsValid implements driver.Validator.
func (c *conn) IsValid() bool { return !c.ended && c.driverConn.IsValid() }

// keptRows are the rows of a statement that is kept.
type keptRows struct {
	driver.Rows
	end func(error) error
}

// Close implements driver.Rows.
func (r keptRows) Close() error { return r.end(r.Rows.Close()) }
