package store

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx/reflectx"

	"quartet/store/internal/engine"
)

// Tx is a transaction that writes.
type Tx struct {
	store *Store
	tx    engine.Tx
}

// InTx runs do in one transaction, which is rolled back if do fails. On SQLite several
// callers may share the transaction.
//
// do can run more than once, so it must first reset what an earlier run has set. It
// must be quick, because others may be waiting, and must call no method of the Store:
// with a single writer that would deadlock. An error of do is returned wrapped.
func (s *Store) InTx(ctx context.Context, do func(Tx) error) error {
	return s.run(ctx, "InTx", func() error {
		return s.engine.Write(ctx, func(t engine.Tx) error { return do(Tx{s, t}) })
	})
}

// inTxAlone is InTx for long transactions, which are not shared.
func (s *Store) inTxAlone(ctx context.Context, verb string, do func(Tx) error) error {
	return s.run(ctx, verb, func() error {
		return s.engine.WriteAlone(ctx, func(t engine.Tx) error { return do(Tx{s, t}) })
	})
}

// exec runs a writing query and returns the number of rows it changed.
func (tx Tx) exec(ctx context.Context, verb, query string, args ...any) (changed int64, err error) {
	changed, err = tx.tx.Exec(ctx, query, args...)
	return changed, tx.store.fail(verb, err)
}

// later is exec for a query whose outcome can wait: an engine that can sends it together with
// the next one or the commit, which then fails with its error. changed, unless nil, is told
// how many rows it changed.
func (tx Tx) later(ctx context.Context, verb, query string, changed *int64, args ...any) error {
	var tell func(int64) error
	if changed != nil {
		*changed = notYet
		tell = func(rows int64) error { *changed = rows; return nil }
	}
	return tx.store.fail(verb, tx.tx.Later(ctx, query, args, tell))
}

// notYet is a number of changed rows that is not known before the next statement.
const notYet = -1

// change is exec for a query that must change a row; else it returns ErrNotFound.
func (tx Tx) change(ctx context.Context, verb, query string, args ...any) error {
	changed, err := tx.exec(ctx, verb, query, args...)
	if err == nil && changed == 0 {
		return ErrNotFound
	}
	return err
}

// update changes a row, or returns ErrNotFound. MySQL counts a row that already has the
// new values as unchanged, so the row is then looked up.
func (tx Tx) update(ctx context.Context, verb, table, assignments, condition string, values, keys []any) error {
	changed, err := tx.exec(ctx, verb, "UPDATE "+table+" SET "+assignments+" WHERE "+condition, append(values, keys...)...)
	if err != nil || changed > 0 {
		return err
	}
	return tx.mustExist(ctx, verb, table, condition, keys)
}

// mustExist returns ErrNotFound if there is no such row.
func (tx Tx) mustExist(ctx context.Context, verb, table, condition string, keys []any) error {
	var one int
	return tx.get(ctx, verb, &one, "SELECT 1 FROM "+table+" WHERE "+condition, keys...)
}

// insert adds a row, with the columns in the order of columnsOf.
func (tx Tx) insert(ctx context.Context, verb, query string, row any) error {
	_, err := tx.exec(ctx, verb, query, valuesOf(row)...)
	return err
}

// insertIgnore adds a row unless its unique target exists.
func (tx Tx) insertIgnore(ctx context.Context, verb, insert, target string, args ...any) (added bool, err error) {
	changed, err := tx.exec(ctx, verb, tx.store.engine.InsertIgnore(insert, target), args...)
	return changed > 0, err
}

// get returns one row, or ErrNotFound.
func (tx Tx) get(ctx context.Context, verb string, row any, query string, args ...any) error {
	return tx.store.fail(verb, tx.tx.Get(ctx, row, query, args...))
}

// list reads all the rows of a query into a slice.
func (tx Tx) list(ctx context.Context, verb string, rows any, query string, args ...any) error {
	return tx.store.fail(verb, tx.tx.Select(ctx, rows, query, args...))
}

var rowMapper = reflectx.NewMapper("db")

// columnsOf lists the columns of a row type by its db tags.
func columnsOf[T any]() []string {
	var columns []string
	for _, field := range rowMapper.TypeMap(reflect.TypeFor[T]()).Index {
		columns = append(columns, field.Name)
	}
	return columns
}

// valuesOf returns the values of a row in the order of columnsOf.
func valuesOf(row any) []any {
	value := reflect.ValueOf(row)
	index := rowMapper.TypeMap(value.Type()).Index
	values := make([]any, len(index))
	for i, field := range index {
		values[i] = value.FieldByIndex(field.Index).Interface()
	}
	return values
}

// selected lists the columns of a row type for a SELECT, each with a prefix such as
// "u.".
func selected[T any](prefix string) string {
	return prefix + strings.Join(columnsOf[T](), ", "+prefix)
}

// insertInto returns the INSERT of a whole row.
func insertInto[T any](table string) string {
	columns := columnsOf[T]()
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + placeholders(len(columns))
}

// placeholders returns those of one row: (?, ?, …).
func placeholders(columns int) string { return "(?" + strings.Repeat(", ?", columns-1) + ")" }

// put adds a row or replaces the one of the same id.
func put[T any](ctx context.Context, tx Tx, verb, table string, row T) error {
	columns, values := columnsOf[T](), valuesOf(row)
	id := values[slices.Index(columns, "id")]
	err := tx.update(ctx, verb, table, strings.Join(columns, " = ?, ")+" = ?", "id = ?", values, []any{id})
	if errors.Is(err, ErrNotFound) {
		return tx.insert(ctx, verb, insertInto[T](table), row)
	}
	return err
}
