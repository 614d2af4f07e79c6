package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/jmoiron/sqlx"
)

// ImportKeys are the unique values of users whom a dry run would have imported, in a
// temporary file, so that memory does not grow with their number. It is not safe for
// concurrent use.
type ImportKeys struct {
	db  *sqlx.DB
	dir string
}

// importKeyTables have the names and columns that the queries of importOutcomes read.
const importKeyTables = `
	CREATE TABLE users (id INTEGER PRIMARY KEY, username_key, email_key, mobile_index, mobile_verified_at);
	CREATE UNIQUE INDEX users_username_key ON users (username_key) WHERE username_key IS NOT NULL;
	CREATE UNIQUE INDEX users_email_key ON users (email_key) WHERE email_key IS NOT NULL;
	CREATE UNIQUE INDEX users_verified_mobile ON users (mobile_index) WHERE mobile_verified_at IS NOT NULL;
	CREATE TABLE user_aliases (source, alias, PRIMARY KEY (source, alias)) WITHOUT ROWID;`

// OpenImportKeys creates the file in the system's temporary directory. The caller
// closes it.
func OpenImportKeys(ctx context.Context) (*ImportKeys, error) {
	dir, err := os.MkdirTemp("", "quartet-import-*")
	if err != nil {
		return nil, fmt.Errorf("store: OpenImportKeys: %w", err)
	}
	// The file is thrown away after a failure, so nothing in it needs to be safe.
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "keys.db"))+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: OpenImportKeys: %w", err), os.RemoveAll(dir))
	}
	db.SetMaxOpenConns(1)
	keys := &ImportKeys{db: sqlx.NewDb(db, "sqlite3"), dir: dir}
	if _, err := db.ExecContext(ctx, importKeyTables); err != nil {
		return nil, errors.Join(fmt.Errorf("store: OpenImportKeys: %w", err), keys.Close())
	}
	return keys, nil
}

// Close deletes the file.
func (k *ImportKeys) Close() error { return errors.Join(k.db.Close(), os.RemoveAll(k.dir)) }

// alsoIn gives a query that finds values in the database and in the file.
func (k *ImportKeys) alsoIn(find selecting) selecting {
	return func(ctx context.Context, found any, query string, args ...any) error {
		if err := find(ctx, found, query, args...); err != nil {
			return err
		}
		all := reflect.ValueOf(found).Elem()
		more := reflect.New(all.Type())
		if err := k.db.SelectContext(ctx, more.Interface(), query, args...); err != nil {
			return err
		}
		all.Set(reflect.AppendSlice(all, more.Elem()))
		return nil
	}
}

// add adds the users without an outcome.
func (k *ImportKeys) add(ctx context.Context, source string, users []ImportedUser, outcomes []error) error {
	begun, err := k.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = begun.Rollback() }() // nothing to roll back after a commit
	for i, user := range users {
		if outcomes[i] != nil {
			continue
		}
		_, err := begun.ExecContext(ctx, "INSERT INTO users VALUES (?, ?, ?, ?, ?)",
			user.ID, user.UsernameKey, user.EmailKey, user.MobileIndex, user.MobileVerifiedAt)
		if err == nil {
			_, err = begun.ExecContext(ctx, "INSERT INTO user_aliases VALUES (?, ?)", source, user.Alias)
		}
		if err != nil {
			return fmt.Errorf("store: CheckImport: %w", err)
		}
	}
	return begun.Commit()
}

// Has finds which users would have been imported, by their ids in the other system.
func (k *ImportKeys) Has(ctx context.Context, source string, aliases []string) (map[string]bool, error) {
	users := make([]ImportedUser, 0, len(aliases))
	for _, alias := range aliases {
		users = append(users, ImportedUser{Alias: alias})
	}
	return aliasesOf(ctx, k.db.SelectContext, source, users)
}
