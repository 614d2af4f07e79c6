package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"quartet/server/fieldcrypt"
	"quartet/server/keys"
	"quartet/store"
)

// The databases that are used where none is named.
const (
	ordinaryDatabase = "sqlite:.quartet/quartet.db"
	demoDatabase     = "sqlite:.quartet/demo.db"
)

// location is where the facts and the keys are.
type location struct {
	Database string `placeholder:"sqlite:.quartet/quartet.db" help:"Database: sqlite:PATH or postgres://…."`
	Keys     string `placeholder:"DIR" help:"Folder of the keys; by default beside the SQLite file, named like it with .keys added. Required with PostgreSQL."`
}

// resolve fills in what is not named. otherwise is the database then.
func (l location) resolve(otherwise string) (location, error) {
	if l.Database == "" {
		l.Database = otherwise
	}
	if l.Keys != "" {
		return l, nil
	}
	path, ok := sqlitePath(l.Database)
	if !ok {
		return l, usageError{"with PostgreSQL --keys DIR is required: the keys must not be in the database, and all servers of one database share them"}
	}
	l.Keys = path + ".keys"
	return l, nil
}

// sqlitePath is the file of an SQLite database.
func sqlitePath(url string) (path string, ok bool) {
	path, ok = strings.CutPrefix(url, "sqlite:")
	return filepath.Clean(path), ok
}

// createStore opens a database, making the file of SQLite, and its folder, if
// they are not there.
func createStore(ctx context.Context, options store.Options) (*store.Store, error) {
	if path, ok := sqlitePath(options.URL); ok {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("cannot make the database's folder: %w", err)
		}
	}
	return openStore(ctx, options)
}

// presentStore opens a database that must be there already, with the tables that
// this program knows: a mistyped name must not make a new one.
func presentStore(ctx context.Context, url string) (_ *store.Store, err error) {
	const remedy = "start the server on it once, or run quartet migrate"
	if path, ok := sqlitePath(url); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no database %s: %s", path, remedy)
		}
	}
	database, err := openStore(ctx, store.Options{URL: url})
	if err != nil {
		return nil, err
	}
	current, newest, err := database.MigrationStatus(ctx)
	if err == nil && current < newest {
		err = fmt.Errorf("the database's tables are at version %d, this program needs %d: %s", current, newest, remedy)
	}
	if err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return database, nil
}

func openStore(ctx context.Context, options store.Options) (*store.Store, error) {
	database, err := store.Open(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("cannot open the database: %w", err)
	}
	return database, nil
}

// closeStore is for defer: what closing fails with is told unless something else
// went wrong before.
func closeStore(database *store.Store, err *error) {
	if closing := database.Close(); *err == nil {
		*err = closing
	}
}

const (
	keysMark     = "keys" // the name of the mark that only the right keys open
	keysMarkText = "these keys belong to this database"
)

// openKeys opens the keys of a database, making them for a new one. Keys that
// the database was not filled with are refused: with them nobody could sign in,
// and what they sealed would be lost once the mistake is mended.
func openKeys(ctx context.Context, database *store.Store, dir string, options keys.Options) (*keys.Keyring, error) {
	sealed, err := database.Metadata(ctx, keysMark)
	fresh := errors.Is(err, store.ErrNotFound)
	if err != nil && !fresh {
		return nil, err
	}
	if !fresh && emptyFolder(dir) {
		return nil, fmt.Errorf("the database has been used with keys that are not in %s: bring that folder back from a backup, or name it with --keys", dir)
	}
	if fresh {
		options.Log = nil // a new database's keys are new: nothing to warn of
	}
	ring, err := keys.Open(dir, options)
	if err != nil {
		return nil, err
	}
	sealer := newSealer(ring)
	if fresh {
		err := database.InTx(ctx, func(tx store.Tx) (err error) {
			sealed, err = tx.PutMetadataIfAbsent(ctx, keysMark, sealer.Seal(keysMarkText, keysMark))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if text, err := sealer.Open(sealed, keysMark); err != nil || text != keysMarkText {
		return nil, fmt.Errorf("the keys in %s do not belong to this database: name the folder it was used with by --keys, or bring it back from a backup", dir)
	}
	return ring, nil
}

func newSealer(ring *keys.Keyring) *fieldcrypt.Sealer {
	return fieldcrypt.New(ring.Derive("personal-data"))
}

func emptyFolder(dir string) bool {
	entries, err := os.ReadDir(dir)
	return errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0
}
