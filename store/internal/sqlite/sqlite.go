// Package sqlite is the engine of SQLite: one file, one writer, and readers that
// wait for nobody. README.md says what each piece of its machinery buys.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	_ "modernc.org/sqlite" // the driver

	"quartet/store/internal/engine"
)

// Name is the engine's.
const Name = "sqlite"

const (
	// readers is how many connections read at a time. More of them make two cores
	// slower, not faster.
	readers = 4
	// longReaders is how many more there can be, for transactions that last.
	longReaders = 4
	// busyWait is how long SQLite itself waits for a lock that another process
	// holds. It does so deaf to the caller's context, so the longer part of the
	// wait is made of new tries.
	busyWait = 50 * time.Millisecond
	// logLimit is the size in bytes that the write-ahead log is cut to once it
	// begins anew. It seldom passes a third of that, unless somebody reads for long
	// while others write.
	logLimit = 16 << 20
)

// Engine is one file.
type Engine struct {
	engine.StandardSQL
	path    string
	timeout time.Duration
	writer  *writer
	reader  *reader
	cache   *cache // nil: nothing is cached
}

// Open opens the file, and makes it if it does not exist.
func Open(path string, o engine.Options) (*Engine, error) {
	path, err := checkPath(path)
	if err != nil {
		return nil, err
	}
	if err := createPrivately(path); err != nil {
		return nil, err
	}
	e := &Engine{path: path, timeout: o.StatementTimeout}
	wait := min(o.StatementTimeout, busyWait)
	// Writers queue for the one connection in Go, where the wait honours their
	// context; SQLite's own lock is left to other processes. The write lock is
	// taken at BEGIN, so that no transaction fails half-way for want of it.
	db, err := openPool(path, wait, 1, "_txlock=immediate",
		"_journal_mode=WAL", "_synchronous=FULL", "_foreign_keys=on", fmt.Sprintf("_pragma=journal_size_limit(%d)", logLimit))
	if err != nil {
		return nil, err
	}
	e.writer = &writer{db: db}
	if db, err = openPool(path, wait, readers+longReaders, "_query_only=on"); err != nil {
		return nil, errors.Join(err, e.writer.db.Close())
	}
	e.reader = newReader(db)
	if o.CachedRows > 0 {
		if db, err = openPool(path, wait, 1, "_query_only=on"); err != nil {
			return nil, errors.Join(err, e.reader.close(), e.writer.db.Close())
		}
		e.cache = newCache(db, o.CachedRows)
	}
	return e, nil
}

// checkPath refuses what looks like a path and is not one.
func checkPath(path string) (string, error) {
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

func openPool(path string, wait time.Duration, connections int, parameters ...string) (*sqlx.DB, error) {
	parameters = append(parameters,
		// Never make a file: createPrivately has, with the right mode.
		"mode=rw",
		fmt.Sprintf("_busy_timeout=%d", wait.Milliseconds()),
		// "text" is no string literal, and an error's text is its own.
		"_dqs=0", "_error_rc=1")
	db, err := sql.Open("sqlite", dataSource(path, parameters...))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return sqlx.NewDb(db, "sqlite3"), nil // the name under which sqlx knows the dialect
}

func dataSource(path string, parameters ...string) string {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: strings.Join(parameters, "&")}
	return name.String()
}

func (*Engine) Name() string { return Name }

// RetryTime is the wait for a lock that another process holds.
func (e *Engine) RetryTime() time.Duration { return e.timeout }

// Note has no connection to doubt.
func (*Engine) Note(error) {}

func (e *Engine) Snapshot(ctx context.Context) (*sqlx.Tx, error) {
	return e.reader.db.BeginTxx(ctx, nil) // sees one moment anyway
}

func (e *Engine) WriteAlone(ctx context.Context, do func(engine.Tx) error) error {
	return engine.Transact(ctx, e.writer.db, do)
}

// Connections tells of "writer" and "reader".
func (e *Engine) Connections() map[string]sql.DBStats {
	return map[string]sql.DBStats{"writer": e.writer.db.Stats(), "reader": e.reader.stats()}
}

// Ping takes the write lock for a moment, so a file that another process keeps
// locked is found out. SELECT 1 would not look at the file.
func (e *Engine) Ping(ctx context.Context) error {
	const look = "SELECT COUNT(*) FROM sqlite_schema"
	var tables []int
	// The writer first: it is the one that can make a new file ready.
	if err := e.WriteAlone(ctx, func(t engine.Tx) error { return t.Select(ctx, &tables, look) }); err != nil {
		return err
	}
	return e.Select(ctx, &tables, look)
}

func (e *Engine) migrator() engine.Migrator {
	return engine.Migrator{Dialect: database.DialectSQLite3, Classify: e.Classify, Provider: func(db *sql.DB) (*goose.Provider, error) {
		return goose.NewProvider(database.DialectSQLite3, db, engine.Migrations(), goose.WithDisableGlobalRegistry(true),
			goose.WithExcludeNames([]string{"00005_compact_postgres.sql", "00006_dialects_postgres.sql"}))
	}}
}

// Migrate gives back the room that the old tables have left.
func (e *Engine) Migrate(ctx context.Context) error {
	changed, err := e.migrator().Migrate(ctx, e.writer.db.DB)
	if err == nil && changed {
		err = e.shrink(ctx)
	}
	return err
}

func (e *Engine) MigrationStatus(ctx context.Context) (current, newest int64, err error) {
	return e.migrator().Status(ctx, e.reader.db.DB)
}

// Close lets SQLite's last connection move the write-ahead log into the database
// file, which a reader, being query_only, may not do.
func (e *Engine) Close() (err error) {
	if e.cache != nil {
		err = e.cache.close()
	}
	return errors.Join(err, e.reader.close(), e.writer.db.Close())
}
