package store

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// sqliteReaders is how many connections read. More of them make two cores
	// slower, not faster.
	sqliteReaders = 4
	// sqliteWait is how long SQLite itself waits for a lock. It does so deaf to
	// the caller's context, so the longer part of the wait is repeat's.
	sqliteWait = 50 * time.Millisecond
)

func connectSQLite(path string, o Options) (*Store, error) {
	path, err := sqlitePath(path)
	if err != nil {
		return nil, err
	}
	if err := createPrivately(path); err != nil {
		return nil, err
	}
	// Writers queue for the one connection in Go, where the wait honours their
	// context; SQLite's own lock is left to other processes. The write lock is
	// taken at BEGIN, so that no transaction fails half-way for want of it.
	writer, err := openSQLite(path, o, 1, "_txlock=immediate",
		"_journal_mode=WAL", "_synchronous=FULL", "_foreign_keys=on", fmt.Sprintf("_pragma=journal_size_limit(%d)", logLimit))
	if err != nil {
		return nil, err
	}
	reader, err := openSQLite(path, o, sqliteReaders, "_query_only=on")
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	reader.turns = newTurns(sqliteReaders)
	busiest, err := openSQLite(path, o, sqliteReaders, "_query_only=on")
	if err != nil {
		return nil, errors.Join(err, reader.Close(), writer.Close())
	}
	memory, err := openRecent(path, o)
	if err != nil {
		return nil, errors.Join(err, busiest.Close(), reader.Close(), writer.Close())
	}
	return &Store{
		engine: SQLite,
		path:   path,
		reader: reader,
		writer: writer,
		direct: &direct{db: busiest, recent: memory},
		recent: memory,
		// SELECT 1 would not look at the file.
		probe:    "SELECT COUNT(*) FROM sqlite_schema",
		patience: o.BusyTimeout,
		migrator: func() (*pool, func() error) { return writer, func() error { return nil } },
		folder:   func() (*pool, error) { return openSQLite(path, o, 1, "_synchronous=FULL") },

		committer: &committer{writer: writer},
	}, nil
}

// openRecent makes the memory of rows, without a connection yet; nil for none.
func openRecent(path string, o Options) (*recent, error) {
	if o.SessionCache < 0 {
		return nil, nil
	}
	db, err := openSQLite(path, o, 1, "_query_only=on")
	if err != nil {
		return nil, err
	}
	return newRecent(db, o.SessionCache), nil
}

// sqlitePath refuses what looks like a path and is not one.
func sqlitePath(path string) (string, error) {
	switch {
	case path == "":
		return "", errors.New("the URL names no file: write sqlite:PATH")
	case path == ":memory:":
		return "", errors.New("a database in memory is not offered: write sqlite:PATH")
	case strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///"):
		return "", errors.New("the URL names a host: write sqlite:PATH or sqlite:///PATH")
	}
	return filepath.Clean(path), nil
}

// createPrivately makes the file with mode 0600; SQLite gives its -wal and -shm
// files the same mode. An existing file is not touched: opening and closing it
// would drop the locks that this process already holds on it (POSIX fcntl).
func createPrivately(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}

func openSQLite(path string, o Options, connections int, parameters ...string) (*pool, error) {
	parameters = append(parameters,
		// Never make a file: createPrivately has, with the right mode.
		"mode=rw",
		fmt.Sprintf("_busy_timeout=%d", min(o.BusyTimeout, sqliteWait).Milliseconds()),
		// "text" is no string literal, and an error's text is its own.
		"_dqs=0", "_error_rc=1")
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: strings.Join(parameters, "&")}
	// sqlx knows the dialect under the name sqlite3.
	db, err := sqlx.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	db = sqlx.NewDb(db.DB, "sqlite3")
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return &pool{DB: db}, nil
}

// sqliteConflict gives the columns of a violated unique index, as SQLite words
// them: "sessions.user_id, sessions.exclusive_class".
func sqliteConflict(err error) (string, bool) {
	failed, ok := errors.AsType[*sqlite.Error](err)
	if !ok || failed.Code() != sqlite3.SQLITE_CONSTRAINT_UNIQUE && failed.Code() != sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
		return "", false
	}
	_, columns, _ := strings.Cut(failed.Error(), "UNIQUE constraint failed: ")
	columns, _, _ = strings.Cut(columns, " (")
	return columns, true
}

func sqliteDangling(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
}

// sqliteBusy tells whether another process holds a lock. Nothing was done then:
// transactions take the lock when they begin.
func sqliteBusy(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code()&0xff == sqlite3.SQLITE_BUSY
}

// sqliteUnavailable knows the primary result codes that say the file cannot be
// used now (https://www.sqlite.org/rescode.html).
func sqliteUnavailable(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch failed.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_NOMEM:
		return true
	default:
		return false
	}
}

// sqliteBreaks tells whether the transaction in which an error happened is good
// for nothing more. After most errors SQLite has rolled it back, or asks for that
// (https://www.sqlite.org/lang_transaction.html); only what is wrong with one
// statement leaves it as it was.
func sqliteBreaks(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && !sqliteRefusal(err) && failed.Code()&0xff != sqlite3.SQLITE_ERROR
}

func sqliteMissingTable(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code() == sqlite3.SQLITE_ERROR && strings.Contains(failed.Error(), "no such table")
}

// sqliteRefusal tells whether a value is no good.
func sqliteRefusal(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch failed.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG:
		return true
	default:
		return false
	}
}
