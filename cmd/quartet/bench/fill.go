package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"quartet/store"
)

// fillBatch is how many rows one transaction adds.
const fillBatch = 50_000

// values are the columns of a row that are worth saying.
type values map[string]any

// row puts values in order of the table's columns, as they are stored; what is
// not said is null, or empty where null is not allowed.
func row(table store.Table, said values) []any {
	made := make([]any, 0, len(table.Columns))
	for _, column := range table.Columns {
		value, ok := said[column.Name]
		switch {
		case ok || column.Nullable:
		case column.Kind == store.Text:
			value = ""
		case column.Kind == store.Boolean:
			value = false
		default:
			value = int64(0)
		}
		made = append(made, value)
	}
	return table.Stored(made)
}

func tableNamed(name string) store.Table {
	for _, table := range store.Tables() {
		if table.Name == name {
			return table
		}
	}
	panic("bench: no table " + name) // a mistake in this program
}

// create makes a database with its keys by the program itself, and puts the
// world in, past the rules: a million users by HTTP would take hours.
// A database that is there already is taken as it is.
func (w world) create(ctx context.Context, o options) (path string, err error) {
	path = filepath.Join(o.work, w.name+".db")
	if size(path) > 0 {
		return path, nil
	}
	fmt.Fprintf(os.Stderr, "bench: filling a database with %d users\n", w.users)
	for _, args := range [][]string{{"migrate"}, {"user", "list"}} {
		command := exec.CommandContext(ctx, o.program, append(args, "--database", "sqlite:"+path)...)
		command.Stderr = os.Stderr
		if err := command.Run(); err != nil {
			return "", fmt.Errorf("%s %s: %w", o.program, args[0], err)
		}
	}
	hash, err := newHash(ctx)
	if err != nil {
		return "", err
	}
	s, err := openSecrets(path)
	if err != nil {
		return "", err
	}
	// Nothing but the harness knows the file yet: it need not survive a power
	// cut, and a large cache keeps the pages of its indexes.
	db, err := sql.Open("sqlite", "file:"+path+"?_synchronous=OFF&_foreign_keys=off&_pragma=cache_size(-500000)")
	if err != nil {
		return "", err
	}
	return path, errors.Join(w.fill(ctx, db, s, hash), db.Close())
}

func (w world) fill(ctx context.Context, db *sql.DB, s secrets, hash string) error {
	now := time.Now().UnixMilli()
	f := filler{ctx: ctx, db: db}
	f.put("organisations", 2, func(i int) values {
		return values{"id": int64(organisation + i), "code": fmt.Sprint(organisation + i), "name": "云海职业高中", "created_at": now}
	})
	f.put("roles", 2, func(i int) values {
		return values{"id": int64(1 + i), "code": fmt.Sprintf("js_%06d", i), "name": "班主任", "created_at": now}
	})
	f.put("applications", 1, func(int) values {
		return values{"id": application, "name": "合作方", "rights": "nickname contact", "created_at": now}
	})
	f.put("users", w.users, func(i int) values { return s.userRow(w.user(i), hash, now) })
	f.put("memberships", 2*w.users, func(i int) values {
		return values{"user_id": w.user(i / 2), "organisation_id": int64(organisation + i%2), "created_at": now}
	})
	f.put("membership_roles", 2*w.users, func(i int) values {
		return values{"user_id": w.user(i / 2), "organisation_id": int64(organisation + i%2), "role_id": int64(1 + i%2), "created_at": now}
	})
	f.put("sessions", w.sessions+w.unseen+mostClients, func(i int) values { return w.sessionRow(i, now) })
	return f.err
}

// filler puts rows until something fails.
type filler struct {
	ctx context.Context
	db  *sql.DB
	err error
}

func (f *filler) put(name string, count int, made func(i int) values) {
	for from := 0; from < count && f.err == nil; from += fillBatch {
		f.err = f.batch(name, from, min(count, from+fillBatch), made)
	}
}

func (f *filler) batch(name string, from, to int, made func(i int) values) error {
	tx, err := f.db.BeginTx(f.ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing to roll back after a commit
	// The statement ends with its transaction. Without a context that could end
	// it, a statement costs less.
	insert, err := tx.Prepare(insertInto(name))
	if err != nil {
		return err
	}
	table := tableNamed(name)
	for i := from; i < to; i++ {
		if _, err := insert.Exec(row(table, made(i))...); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return tx.Commit()
}
