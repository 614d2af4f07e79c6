package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"slices"

	"github.com/jmoiron/sqlx"
)

// conn is a read connection with its prepared statements. The busiest queries call the
// driver directly, because database/sql adds a quarter to the cost of such a short
// statement. It is not safe for concurrent use.
type conn struct {
	conn       *sqlx.Conn
	statements map[string]driver.Stmt // of the method each
	prepared   map[string]*sqlx.Stmt  // of all other queries
	values     []driver.Value
}

func newConn(ctx context.Context, db *sqlx.DB) (*conn, error) {
	c, err := db.Connx(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{conn: c, statements: map[string]driver.Stmt{}, prepared: map[string]*sqlx.Stmt{}}, nil
}

// each calls scan for each row that a query finds. The values are valid until scan
// returns. It takes no context, because for a context that can end the driver starts a
// goroutine.
func (c *conn) each(query string, args []any, scan func(values []driver.Value) error) error {
	return c.conn.Raw(func(raw any) (err error) {
		statement, err := c.statement(raw.(driver.Conn), query)
		if err != nil {
			return err
		}
		named, err := numbered(args)
		if err != nil {
			return err
		}
		rows, err := statement.QueryContext(context.Background(), named)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		c.values = slices.Grow(c.values[:0], len(rows.Columns()))[:len(rows.Columns())]
		for {
			err := rows.Next(c.values)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err == nil {
				err = scan(c.values)
			}
			if err != nil {
				return err
			}
		}
	})
}

func (c *conn) statement(on driver.Conn, query string) (driver.StmtQueryContext, error) {
	known, found := c.statements[query]
	if !found {
		made, err := on.Prepare(query)
		if err != nil {
			return nil, err
		}
		c.statements[query], known = made, made
	}
	return known.(driver.StmtQueryContext), nil
}

// kept returns the prepared statement of a query that database/sql runs.
func (c *conn) kept(query string) (*sqlx.Stmt, error) {
	if known, found := c.prepared[query]; found {
		return known, nil
	}
	made, err := c.conn.PreparexContext(context.Background(), query)
	if err == nil {
		c.prepared[query] = made
	}
	return made, err
}

// close closes the connection instead of returning it to the pool.
func (c *conn) close() {
	for _, statement := range c.prepared {
		_ = statement.Close() // closing the connection frees it anyway
	}
	_ = c.conn.Raw(func(any) error {
		for _, statement := range c.statements {
			_ = statement.Close()
		}
		return driver.ErrBadConn
	})
	_ = c.conn.Close()
}

// numbered converts the arguments of a query for the driver.
func numbered(args []any) ([]driver.NamedValue, error) {
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, err
		}
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return values, nil
}
