package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sethvargo/go-retry"
)

// pool is a set of connections with the statements prepared on them. Queries
// are written with ?, and rebound to the engine's own form once.
type pool struct {
	*sqlx.DB
	statements sync.Map // query text → *sqlx.Stmt
	turns      *turns   // nil where statements honour their context themselves
}

// take waits for leave to read, and gives the context to read under and what to
// call afterwards.
func (p *pool) take(ctx context.Context) (_ context.Context, done func(), err error) {
	if p.turns == nil {
		return ctx, func() {}, nil
	}
	if err := p.turns.take(ctx); err != nil {
		return nil, nil, err
	}
	return context.WithoutCancel(ctx), p.turns.done, nil
}

// prepared gives the statement of a query, made at its first use. Only texts
// that are constants of this package may come here: each is kept for good.
func (p *pool) prepared(ctx context.Context, query string) (*sqlx.Stmt, error) {
	if known, ok := p.statements.Load(query); ok {
		return known.(*sqlx.Stmt), nil
	}
	made, err := p.PreparexContext(ctx, p.Rebind(query))
	if err != nil {
		return nil, err
	}
	kept, others := p.statements.LoadOrStore(query, made)
	if others {
		_ = made.Close() // nobody has used it
	}
	return kept.(*sqlx.Stmt), nil
}

// scanned is a row that lists where its columns go, in the order of its query:
// the busiest queries spare themselves the search by name.
type scanned interface{ fields() []any }

// one reads the row that a query finds, or ErrNotFound.
func one[T any](ctx context.Context, s *Store, verb, query string, args ...any) (row T, err error) {
	if known, ok := any(&row).(scanned); ok {
		err = s.eachScanned(ctx, verb, query, known.fields(), func(int) error { return errEnough }, args...)
		return row, err
	}
	err = s.read(ctx, verb, query, func(ctx context.Context, statement *sqlx.Stmt) error {
		return statement.GetContext(ctx, &row, args...)
	})
	return row, err
}

// read runs a query that ends soon.
func (s *Store) read(ctx context.Context, verb, query string, run func(context.Context, *sqlx.Stmt) error) error {
	return s.reading(ctx, verb, func(ctx context.Context) error {
		statement, err := s.reader.prepared(ctx, query)
		if err != nil {
			return err
		}
		return run(ctx, statement)
	})
}

// reading runs what reads shortly, with leave to do so. On SQLite only the wait
// for that leave honours the caller's context: the driver would start a goroutine
// to watch over each statement, which costs more than many a statement does.
func (s *Store) reading(ctx context.Context, verb string, run func(context.Context) error) error {
	return s.guard(verb, func() error {
		return s.repeat(ctx, func() error {
			ctx, done, err := s.reader.take(ctx)
			if err != nil {
				return err
			}
			defer done()
			return run(ctx)
		})
	})
}

// eachScanned reads the rows that a query finds into the same fields, and calls
// found with the row's number after each, until it returns errEnough. Number 0
// can come again: then the query has begun anew. No row at all is ErrNotFound.
func (s *Store) eachScanned(ctx context.Context, verb, query string, fields []any, found func(row int) error, args ...any) error {
	return s.reading(ctx, verb, func(ctx context.Context) error {
		rows := 0
		err := s.scanEach(ctx, query, args, fields, func() error {
			rows++
			return found(rows - 1)
		})
		if err == nil && rows == 0 {
			err = ErrNotFound
		}
		return err
	})
}

func (s *Store) scanEach(ctx context.Context, query string, args, fields []any, found func() error) error {
	if s.direct != nil {
		return s.direct.each(ctx, query, numbered(args), func(values []driver.Value) error {
			if err := assign(fields, values); err != nil {
				return err
			}
			return found()
		})
	}
	statement, err := s.reader.prepared(ctx, query)
	if err != nil {
		return err
	}
	rows, err := statement.Stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err has told what went wrong
	for rows.Next() {
		if err := rows.Scan(fields...); err != nil {
			return err
		}
		if err := found(); errors.Is(err, errEnough) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return rows.Err()
}

// many reads all the rows that a query finds.
func many[T any](ctx context.Context, s *Store, verb, query string, args ...any) ([]T, error) {
	return list[T](ctx, s, s.reader, verb, query, args...)
}

func list[T any](ctx context.Context, s *Store, p *pool, verb, query string, args ...any) (found []T, err error) {
	err = s.guard(verb, func() error {
		return s.repeat(ctx, func() error {
			statement, err := p.prepared(ctx, query)
			if err != nil {
				return err
			}
			found = nil
			return statement.SelectContext(ctx, &found, args...)
		})
	})
	return found, err
}

// execAlone is exec by writeAlone.
func (s *Store) execAlone(ctx context.Context, verb, query string, args ...any) (changed int64, err error) {
	err = s.writeAlone(ctx, verb, func(t tx) (err error) {
		changed, err = t.exec(ctx, query, args...)
		return err
	})
	return changed, err
}

// write runs fn in a transaction of the writer, on SQLite together with those of
// others. fn can run more than once, so it must begin by forgetting what an
// earlier run found.
func (s *Store) write(ctx context.Context, verb string, fn func(tx) error) error {
	if s.committer == nil {
		return s.writeAlone(ctx, verb, fn)
	}
	return s.guard(verb, func() error {
		return s.repeat(ctx, func() error { return s.committer.do(&write{ctx: ctx, fn: fn}) })
	})
}

// writeOne is write for a single statement, which fn runs in a transaction and
// alone without one.
func (s *Store) writeOne(ctx context.Context, verb string, fn func(tx) error, alone func() error) error {
	return s.guard(verb, func() error {
		return s.repeat(ctx, func() error {
			if s.committer == nil {
				return alone()
			}
			return s.committer.do(&write{ctx: ctx, fn: fn, alone: alone})
		})
	})
}

// writeAlone is write for what takes long: others must not wait for their answer
// until it is done, nor be undone with it.
func (s *Store) writeAlone(ctx context.Context, verb string, fn func(tx) error) error {
	return s.guard(verb, func() error {
		return s.repeat(ctx, func() error { return s.transact(ctx, fn) })
	})
}

func (s *Store) transact(ctx context.Context, fn func(tx) error) error {
	begun, err := s.writer.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = begun.Rollback() }() // nothing to roll back after a commit
	if err := fn(tx{Tx: begun}); err != nil {
		return err
	}
	return begun.Commit()
}

// repeat runs fn again, with a growing pause and as long as the store has
// patience, while the engine says that others were in the way. It ends with the
// caller's context.
func (s *Store) repeat(ctx context.Context, fn func() error) error {
	err := fn()
	if !retryable(err) {
		return err
	}
	pause := retry.WithMaxDuration(s.patience,
		retry.WithJitterPercent(50,
			retry.WithCappedDuration(100*time.Millisecond,
				retry.NewExponential(2*time.Millisecond))))
	return retry.Do(ctx, pause, func(context.Context) error {
		err := fn()
		if retryable(err) {
			return retry.RetryableError(err)
		}
		return err
	})
}

// guard is the way of every verb: it refuses when the store is closed, also when
// that happens meanwhile, and words the error.
func (s *Store) guard(verb string, fn func() error) error {
	if s.closed.Load() {
		return fail(verb, errClosed)
	}
	err := fn()
	s.watch.note(err)
	if err != nil && s.closed.Load() {
		err = errors.Join(errClosed, err)
	}
	return fail(verb, err)
}

// columnsOf lists the columns of a row type, so that the db tags of rows.go are
// the one list of them.
func columnsOf[T any]() []string {
	var columns []string
	for _, field := range rowMapper.TypeMap(reflect.TypeFor[T]()).Index {
		columns = append(columns, field.Name)
	}
	return columns
}

// selected lists the columns of a row type for a SELECT, with a prefix such as
// "u." before each.
func selected[T any](prefix string) string {
	return prefix + strings.Join(columnsOf[T](), ", "+prefix)
}

// insertInto writes the INSERT of a whole row for insert.
func insertInto[T any](table string) string {
	columns := columnsOf[T]()
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (:" + strings.Join(columns, ", :") + ")"
}

// replacing completes an INSERT: a row of the same id takes the new values.
func replacing[T any]() string {
	var sets []string
	for _, column := range slices.DeleteFunc(columnsOf[T](), func(c string) bool { return c == "id" }) {
		sets = append(sets, column+" = excluded."+column)
	}
	return " ON CONFLICT (id) DO UPDATE SET " + strings.Join(sets, ", ")
}
