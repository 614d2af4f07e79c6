package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
)

// Snapshot is a read-only view of the database at one point in time. It is not safe for
// concurrent use. While it is open, SQLite's write-ahead log cannot shrink.
type Snapshot struct {
	store *Store
	tx    *sqlx.Tx
}

// Snapshot opens a snapshot. The caller closes it.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	if s.closed.Load() {
		return nil, s.fail("Snapshot", errClosed)
	}
	begun, err := s.engine.Snapshot(ctx)
	if err != nil {
		return nil, s.fail("Snapshot", err)
	}
	return &Snapshot{store: s, tx: begun}, nil
}

// Close ends the snapshot.
func (n *Snapshot) Close() error { return n.store.fail("Snapshot", n.tx.Rollback()) }

// Metadata returns all metadata by name, without what Migrate has written.
func (n *Snapshot) Metadata(ctx context.Context) (map[string]string, error) {
	var rows []struct{ Name, Value string }
	if err := n.tx.SelectContext(ctx, &rows, "SELECT name, value FROM metadata WHERE name <> '"+compatibleEntry+"'"); err != nil {
		return nil, n.store.fail("Metadata", err)
	}
	metadata := make(map[string]string, len(rows))
	for _, row := range rows {
		metadata[row.Name] = row.Value
	}
	return metadata, nil
}

// Count gives the number of rows.
func (n *Snapshot) Count(ctx context.Context, table Table) (rows int64, err error) {
	return rows, n.store.fail("Count", n.tx.GetContext(ctx, &rows, "SELECT COUNT(*) FROM "+table.Name))
}

// Rows calls yield with each row of a table, in primary-key order, with the values in
// the order of the columns, until yield returns an error. The slice is reused for the
// next row. Rows are streamed, so only a few are in memory.
func (n *Snapshot) Rows(ctx context.Context, table Table, yield func(row []any) error) (err error) {
	rows, err := n.tx.QueryContext(ctx, n.store.orderedRows(table))
	if err != nil {
		return n.store.fail("Rows", err)
	}
	defer func() { err = errors.Join(err, n.store.fail("Rows", rows.Close())) }()
	cells, row := make([]any, len(table.Columns)), make([]any, len(table.Columns))
	for i, column := range table.Columns {
		cells[i] = cellOf(column)
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return fmt.Errorf("store: a row of %s: %w", table.Name, err)
		}
		for i, cell := range cells {
			row[i] = cell.(interface{ value() any }).value()
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return n.store.fail("Rows", rows.Err())
}

// orderedRows is the query of a table's rows. Texts are ordered by their bytes on every
// engine, independent of a PostgreSQL database's collation.
func (s *Store) orderedRows(table Table) string {
	var order []string
	for _, name := range table.Key {
		for _, column := range table.Columns {
			if column.Name == name && column.Kind == Text && s.engine.Name() == Postgres {
				name += ` COLLATE "C"`
			}
		}
		order = append(order, name)
	}
	return "SELECT " + strings.Join(table.names(), ", ") + " FROM " + table.Name +
		" ORDER BY " + strings.Join(order, ", ")
}

// cellOf returns the scan destination of a column. It checks types, because SQLite can
// hold text in a numeric column.
func cellOf(column Column) any {
	switch {
	case column.form == digest:
		return new(textCell[Digest])
	case column.form == guid:
		return new(textCell[GUID])
	case column.Kind == Text:
		return new(textCell[string])
	case column.Kind == Integer:
		return new(cell[int64])
	default:
		return new(cell[bool])
	}
}

type cell[T any] struct{ sql.Null[T] }

func (c *cell[T]) value() any {
	if !c.Valid {
		return nil
	}
	return c.V
}

type textCell[T ~string] struct{ sql.Null[T] }

func (c *textCell[T]) value() any {
	if !c.Valid {
		return nil
	}
	return string(c.V)
}

// RowRefusedError is InsertRow's error for a row that violates a constraint. Column
// names the constraint's column; it is "" if the database does not name it.
type RowRefusedError struct{ Column, Reason string }

// Error names the column and the reason.
func (e RowRefusedError) Error() string { return "store: " + e.Column + ": " + e.Reason }

// InsertRow inserts a row of a table, with its values in the order of the columns. It
// returns a RowRefusedError if the row violates a constraint; the transaction cannot
// continue then.
func (tx Tx) InsertRow(ctx context.Context, table Table, row []any) error {
	_, err := tx.tx.Exec(ctx, table.insert, table.Stored(row)...)
	if err == nil {
		return nil
	}
	class := tx.store.engine.Classify(err)
	what, taken := conflict(class, err)
	switch {
	case taken:
		return RowRefusedError{what, "another row has the same value"}
	case class.Dangling:
		return RowRefusedError{"", "it refers to a row that does not exist"}
	case class.Refused:
		return RowRefusedError{"", "the database refuses it: " + err.Error()}
	}
	return tx.store.fail("InsertRow", err)
}

// ReplaceMetadata changes the metadata of a name from one value to another; "" means no
// entry. It returns ErrNotFound if the present value differs from the expected one.
func (tx Tx) ReplaceMetadata(ctx context.Context, name, from, to string) error {
	switch {
	case from == "":
		added, err := tx.insertIgnore(ctx, "ReplaceMetadata", "INSERT INTO metadata (name, value) VALUES (?, ?)", "(name)", name, to)
		if err == nil && !added {
			return ErrNotFound
		}
		return err
	case to == "":
		return tx.change(ctx, "ReplaceMetadata", "DELETE FROM metadata WHERE name = ? AND value = ?", name, from)
	default:
		return tx.change(ctx, "ReplaceMetadata", "UPDATE metadata SET value = ? WHERE name = ? AND value = ?", to, name, from)
	}
}
