package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quartet/server/password"
	"quartet/store"
)

// values are the columns of a row that are worth saying.
type values map[string]any

// insertion is the INSERT of a whole row of a table.
type insertion struct {
	table store.Table
	query string
}

func insertInto(name string) insertion {
	tables := store.Tables()
	table := tables[slices.IndexFunc(tables, func(t store.Table) bool { return t.Name == name })]
	var names []string
	for _, column := range table.Columns {
		names = append(names, column.Name)
	}
	return insertion{table, "INSERT INTO " + name + " (" + strings.Join(names, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(names)-1) + ")"}
}

// row puts values in order of the table's columns, as they are stored; what is
// not said is null, or empty where null is not allowed.
func (i insertion) row(said values) []any {
	row := make([]any, 0, len(i.table.Columns))
	for _, column := range i.table.Columns {
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
		row = append(row, value)
	}
	return i.table.Stored(row)
}

// create makes a database by the program itself, and inserts the world without
// it: a million users by HTTP would take hours.
// A database that is there already is taken as it is.
func (w world) create(ctx context.Context, o options) (path string, err error) {
	path = filepath.Join(o.Work, w.name+".db")
	if size(path) > 0 {
		return path, nil
	}
	fmt.Fprintf(os.Stderr, "bench: filling a database with %d users\n", w.users)
	if said, err := exec.CommandContext(ctx, o.Program, "migrate", "--database", "sqlite:"+path).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s migrate: %w\n%s", o.Program, err, said)
	}
	// Until it is full the file may be lost, so it needs no journal; a large
	// cache keeps the pages of its indexes.
	db, err := sql.Open("sqlite", "file:"+path+"?_journal_mode=OFF&_synchronous=OFF&_foreign_keys=off&_pragma=cache_size(-500000)")
	if err != nil {
		return "", err
	}
	db.SetMaxOpenConns(1)
	if err = w.fill(ctx, db, path); err == nil {
		_, err = db.ExecContext(ctx, "PRAGMA journal_mode=WAL")
	}
	return path, errors.Join(err, db.Close())
}

func (w world) fill(ctx context.Context, db *sql.DB, path string) error {
	s, err := openSecrets(path)
	if err != nil {
		return err
	}
	hash, err := password.NewHasher(password.Options{}).Hash(ctx, passwordText)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing to roll back after a commit
	now := time.Now().UnixMilli()
	for _, of := range w.tables(s, hash, now) {
		into := insertInto(of.name)
		// Without a context that could end it, a statement costs less.
		insert, err := tx.Prepare(into.query)
		if err != nil {
			return err
		}
		for i := range of.rows {
			if _, err := insert.Exec(into.row(of.row(i))...); err != nil {
				return fmt.Errorf("%s: %w", of.name, err)
			}
		}
	}
	err = w.fillCodes(s, now, func(args ...any) error {
		_, err := tx.Exec(insertCode, args...)
		return err
	})
	if err != nil {
		return err
	}
	return tx.Commit()
}

// insertCode takes what fillCodes gives.
const insertCode = `INSERT INTO one_time_codes (purpose, mobile_index, asker, code_mac, active, attempts, created_at, expires_at)
	VALUES (?, ?, ?, ?, TRUE, 0, ?, ?)`

func (w world) fillCodes(s secrets, now int64, insert func(args ...any) error) error {
	for i := range w.codes() {
		text := mobile(w.user(i))
		if err := insert(signIn, s.sealer.Index(text), s.sealer.Index("address:127.0.0.1"), s.codeMAC(text), now, now+day); err != nil {
			return err
		}
	}
	return nil
}

// filling are the rows of a table.
type filling struct {
	name string
	rows int
	row  func(i int) values
}

// tables are those of the world, each after those that it refers to.
func (w world) tables(s secrets, hash string, now int64) []filling {
	return []filling{
		{"organisations", 2, func(i int) values {
			return values{"id": int64(organisation + i), "code": fmt.Sprint(organisation + i), "name": "云海职业高中", "created_at": now}
		}},
		{"roles", 2, func(i int) values {
			return values{"id": int64(1 + i), "code": fmt.Sprintf("js_%06d", i), "name": "班主任", "created_at": now}
		}},
		{"applications", 1, func(int) values {
			return values{"id": application, "name": "合作方", "rights": "nickname contact", "created_at": now}
		}},
		{"users", w.users, func(i int) values { return s.userRow(w.user(i), hash, now) }},
		{"memberships", 2 * w.users, func(i int) values {
			return values{"user_id": w.user(i / 2), "organisation_id": int64(organisation + i%2), "created_at": now}
		}},
		{"membership_roles", 2 * w.users, func(i int) values {
			return values{"user_id": w.user(i / 2), "organisation_id": int64(organisation + i%2), "role_id": int64(1 + i%2), "created_at": now}
		}},
		{"sessions", w.sessions + w.unseen + mostClients, func(i int) values { return w.sessionRow(i, now) }},
	}
}
