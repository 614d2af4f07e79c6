package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
)

// Snapshot is the database at one moment, whatever is written meanwhile. It is
// for one goroutine. As long as it is open SQLite's write-ahead log only grows.
type Snapshot struct {
	store *Store
	tx    *sqlx.Tx
}

// Snapshot opens one. It is the caller's to close.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	if s.closed.Load() {
		return nil, s.fail("Snapshot", errClosed)
	}
	begun, err := s.engine.Begin(ctx, false)
	if err != nil {
		return nil, s.fail("Snapshot", err)
	}
	return &Snapshot{store: s, tx: begun}, nil
}

// Close lets go of the snapshot.
func (n *Snapshot) Close() error { return n.store.fail("Snapshot", n.tx.Rollback()) }

// Marks gives what the database says of itself, by name.
func (n *Snapshot) Metadata(ctx context.Context) (map[string]string, error) {
	var rows []struct{ Name, Value string }
	if err := n.tx.SelectContext(ctx, &rows, "SELECT name, value FROM metadata"); err != nil {
		return nil, n.store.fail("Marks", err)
	}
	marks := make(map[string]string, len(rows))
	for _, row := range rows {
		marks[row.Name] = row.Value
	}
	return marks, nil
}

// Count gives the number of rows.
func (n *Snapshot) Count(ctx context.Context, table Table) (rows int64, err error) {
	return rows, n.store.fail("Count", n.tx.GetContext(ctx, &rows, "SELECT COUNT(*) FROM "+table.Name))
}

// Rows hands the rows of a table to yield, in order of the key and with their
// values in order of the columns, and ends with yield's own error if it has one.
// The row is yield's only until it returns. However many rows there are, few of
// them are in memory: both engines hand them over as they are asked for, which
// unlike pages costs PostgreSQL only one sort.
func (n *Snapshot) Rows(ctx context.Context, table Table, yield func(row []any) error) (err error) {
	rows, err := n.tx.QueryContext(ctx, n.store.orderedRows(table))
	if err != nil {
		return n.store.fail("Rows", err)
	}
	defer func() { err = errors.Join(err, n.store.fail("Rows", rows.Close())) }()
	line := newRowScanner(table)
	for rows.Next() {
		if err := line.scan(rows); err != nil {
			return fmt.Errorf("store: a row of %s: %w", table.Name, err)
		}
		if err := yield(line.values()); err != nil {
			return err
		}
	}
	return n.store.fail("Rows", rows.Err())
}

// orderedRows is the query of a table's rows. Texts are ordered by their bytes
// on every engine, not by the language that a PostgreSQL database was made for.
func (s *Store) orderedRows(table Table) string {
	var order []string
	for _, name := range table.Key {
		for _, column := range table.Columns {
			if column.Name == name && column.Kind == Text && s.Engine() == Postgres {
				name += ` COLLATE "C"`
			}
		}
		order = append(order, name)
	}
	return "SELECT " + strings.Join(table.names(), ", ") + " FROM " + table.Name +
		" ORDER BY " + strings.Join(order, ", ")
}

// rowScanner reads rows of a table. It is strict about types: SQLite would keep
// a text in a column of numbers.
type rowScanner struct {
	targets []any
	row     []any
}

func newRowScanner(table Table) *rowScanner {
	s := &rowScanner{row: make([]any, len(table.Columns))}
	for _, column := range table.Columns {
		switch {
		case column.form == digest:
			s.targets = append(s.targets, new(sql.Null[Digest]))
		case column.form == guid:
			s.targets = append(s.targets, new(sql.Null[GUID]))
		case column.Kind == Text:
			s.targets = append(s.targets, new(sql.Null[string]))
		case column.Kind == Integer:
			s.targets = append(s.targets, new(sql.Null[int64]))
		case column.Kind == Boolean:
			s.targets = append(s.targets, new(sql.Null[bool]))
		}
	}
	return s
}

func (s *rowScanner) scan(from interface{ Scan(...any) error }) error { return from.Scan(s.targets...) }

// values gives what was scanned, in the same slice every time.
func (s *rowScanner) values() []any {
	for i, target := range s.targets {
		switch t := target.(type) {
		case *sql.Null[string]:
			s.row[i] = orNil(*t)
		case *sql.Null[Digest]:
			s.row[i] = textOr(*t)
		case *sql.Null[GUID]:
			s.row[i] = textOr(*t)
		case *sql.Null[int64]:
			s.row[i] = orNil(*t)
		case *sql.Null[bool]:
			s.row[i] = orNil(*t)
		}
	}
	return s.row
}

func orNil[T any](value sql.Null[T]) any {
	if !value.Valid {
		return nil
	}
	return value.V
}

// textOr is orNil for what is a text outside of the store.
func textOr[T ~string](value sql.Null[T]) any {
	if !value.Valid {
		return nil
	}
	return string(value.V)
}
