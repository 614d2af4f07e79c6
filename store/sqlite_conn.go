package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"modernc.org/sqlite"
)

// direct reads the busiest rows of SQLite without database/sql in between, which
// costs a quarter of what such a short statement does. It has connections of its
// own, as many as are asked for at a time: the reader's turns bound them.
type direct struct {
	db     *pool
	recent *recent // what its reads are looks for; nil: nobody's

	mu     sync.Mutex
	idle   []*line // the one used last at the end: its pages are the warmest
	closed bool
}

// line is a connection that is spoken to in the driver's terms. It is one
// caller's at a time.
type line struct {
	conn       *sql.Conn
	statements map[string]driver.Stmt
	values     []driver.Value
	version    uint32 // of the database that the last read has seen; it counts changes by others
	age        uint64 // of what is remembered that still stands at this version; 0: not known
}

func newLine(ctx context.Context, db *pool) (*line, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &line{conn: conn, statements: map[string]driver.Stmt{}}, nil
}

// errEnough ends the reading of rows without a failure: to look for a second row
// where there is one at most costs as much as a column or two.
var errEnough = errors.New("no more rows are wanted")

// each calls scan for each row that a query finds, until it returns errEnough.
// The values are scan's until it returns. There is no context: what ends one would
// end the connection's statement, and the driver starts a goroutine for each that
// can end.
func (l *line) each(query string, args []driver.NamedValue, scan func(values []driver.Value) error) error {
	return l.conn.Raw(func(raw any) (err error) {
		statement, err := l.prepared(raw.(driver.Conn), query)
		if err != nil {
			return err
		}
		rows, err := statement.QueryContext(context.Background(), args)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		values := slices.Grow(l.values[:0], len(rows.Columns()))[:len(rows.Columns())]
		l.values = values
		for {
			err := rows.Next(values)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err == nil {
				err = scan(values)
			}
			switch {
			case errors.Is(err, errEnough):
				return nil
			case err != nil:
				return err
			}
		}
	})
}

// noteVersion asks which version the last read has seen.
func (l *line) noteVersion() error {
	return l.conn.Raw(func(raw any) error {
		version, err := raw.(sqlite.FileControl).FileControlDataVersion("main")
		if version != l.version {
			l.version, l.age = version, 0
		}
		return err
	})
}

func (l *line) prepared(conn driver.Conn, query string) (driver.StmtQueryContext, error) {
	known, found := l.statements[query]
	if !found {
		made, err := conn.Prepare(query)
		if err != nil {
			return nil, err
		}
		l.statements[query], known = made, made
	}
	return known.(driver.StmtQueryContext), nil
}

// close ends the connection rather than giving it back to the pool.
func (l *line) close() {
	_ = l.conn.Raw(func(any) error {
		for _, statement := range l.statements {
			_ = statement.Close() // the connection ends with it
		}
		return driver.ErrBadConn
	})
	_ = l.conn.Close()
}

func (d *direct) take(ctx context.Context) (*line, error) {
	d.mu.Lock()
	if last := len(d.idle) - 1; last >= 0 {
		taken := d.idle[last]
		d.idle = d.idle[:last]
		d.mu.Unlock()
		return taken, nil
	}
	d.mu.Unlock()
	return newLine(ctx, d.db)
}

func (d *direct) put(l *line) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		l.close()
		return
	}
	d.idle = append(d.idle, l)
}

// each is line.each on any connection. One that has failed is not used again.
func (d *direct) each(ctx context.Context, query string, args []driver.NamedValue, scan func(values []driver.Value) error) error {
	l, err := d.take(ctx)
	if err != nil {
		return err
	}
	if err = l.each(query, args, scan); err == nil && d.recent != nil {
		err = d.recent.readBy(ctx, l)
	}
	if err != nil {
		l.close()
		return err
	}
	d.put(l)
	return nil
}

func (d *direct) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.idle {
		l.close()
	}
	d.idle, d.closed = nil, true
	return d.db.Close()
}

// added gives the figures of a pool with those of the connections here. How many
// can work at a time stays what it was: the turns are the same.
func (d *direct) added(stats sql.DBStats) sql.DBStats {
	d.mu.Lock()
	defer d.mu.Unlock()
	open, idle := d.db.Stats().OpenConnections, len(d.idle)
	stats.OpenConnections += open
	stats.Idle += idle
	stats.InUse += open - idle
	return stats
}

// numbered are the arguments of a query in the driver's terms.
func numbered(args []any) []driver.NamedValue {
	values := make([]driver.NamedValue, len(args))
	for i, value := range args {
		if digest, ok := value.(Digest); ok {
			value = digest.packed()
		}
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return values
}

// assign puts the columns of a row where they go. It knows the types that the
// scanned rows have.
func assign(fields []any, values []driver.Value) error {
	if len(fields) != len(values) {
		return fmt.Errorf("%d columns for %d fields", len(values), len(fields))
	}
	for i, value := range values {
		if !assigned(fields[i], value) {
			return fmt.Errorf("column %d: %T is not for %T", i+1, value, fields[i])
		}
	}
	return nil
}

func assigned(field any, value driver.Value) bool {
	switch field := field.(type) {
	case *string:
		return set(field, value)
	case **string:
		return setOrNil(field, value)
	case *int:
		whole, ok := value.(int64)
		*field = int(whole)
		return ok
	case *int64:
		return set(field, value)
	case **int64:
		return setOrNil(field, value)
	case *Time:
		return set((*int64)(field), value)
	case **Time:
		whole, ok := value.(int64)
		if ok {
			*field = new(Time(whole))
			return true
		}
		*field = nil
		return value == nil
	case **Digest:
		if value == nil {
			*field = nil
			return true
		}
		*field = new(Digest)
		return (*field).Scan(value) == nil
	default:
		return false
	}
}

func set[T any](field *T, value driver.Value) (ok bool) {
	*field, ok = value.(T)
	return ok
}

func setOrNil[T any](field **T, value driver.Value) bool {
	if value == nil {
		*field = nil
		return true
	}
	known, ok := value.(T)
	*field = &known
	return ok
}
