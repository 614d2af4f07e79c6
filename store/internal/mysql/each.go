package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"slices"

	"quartet/store/internal/row"
)

// brokenTries is how often a query takes another connection of the pool, where one is found
// broken before anything was sent.
const brokenTries = 3

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
		return raw.(*conn).each(kept{ctx}, query, args, fields, found)
	})
}

func (c *conn) each(ctx context.Context, query string, args, fields []any, found func()) (err error) {
	c.args = c.args[:0]
	for i, arg := range args {
		named := driver.NamedValue{Ordinal: i + 1, Value: arg}
		if err := c.CheckNamedValue(&named); err != nil {
			return err
		}
		c.args = append(c.args, named)
	}
	rows, err := c.QueryContext(ctx, query, c.args)
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
			return errors.Join(ctx.Err(), err)
		}
		if err := row.Assign(fields, c.values); err != nil {
			return err
		}
		found()
	}
}
