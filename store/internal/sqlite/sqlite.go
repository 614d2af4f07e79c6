// Package sqlite is the engine of SQLite: one file, one writer, and readers that never
// wait. README.md explains what each part gains.
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
	_ "modernc.org/sqlite" // registers the driver

	"quartet/store/internal/engine"
)

// Name is the name of the engine.
const Name = "sqlite"

const (
	// readers is the number of read connections. More of them are slower on two cores.
	readers = 4
	// longReaders is the number of additional ones for long transactions.
	longReaders = 4
	// busyWait is how long SQLite itself waits for another process's lock. That wait
	// ignores the caller's context, so it is short and retried.
	busyWait = 50 * time.Millisecond
	// logLimit is the size in bytes to which the write-ahead log is truncated when it
	// restarts. Normally it stays below a third of that; long reads beside writes make
	// it grow.
	logLimit = 16 << 20
)

// Engine is one database file.
type Engine struct {
	engine.StandardSQL
	path    string
	timeout time.Duration
	writer  *writer
	reader  *reader
	cache   *cache // nil: no caching
}

// Open opens the file, and creates it if it does not exist.
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
	// Writers queue in Go for the one connection, where the wait honours their context;
	// SQLite's own lock is for other processes. BEGIN takes the write lock, so that no
	// transaction fails half-way because it cannot get it.
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

// checkPath refuses an empty path, :memory: and a URL with a host.
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

// createPrivately creates the file with mode 0600, which SQLite copies to its -wal and
// -shm files. It does not open an existing file: closing it would drop the locks that
// this process holds on it (POSIX fcntl).
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
		// Never create the file here: createPrivately has done so with the right mode.
		"mode=rw",
		fmt.Sprintf("_busy_timeout=%d", wait.Milliseconds()),
		// Double quotes are for identifiers only, and errors have their own messages.
		"_dqs=0", "_error_rc=1")
	db, err := sql.Open("sqlite", dataSource(path, parameters...))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return sqlx.NewDb(db, "sqlite3"), nil // the driver name that sqlx knows
}

func dataSource(path string, parameters ...string) string {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: strings.Join(parameters, "&")}
	return name.String()
}

func (*Engine) Name() string { return Name }

// RetryTime is the time to wait for another process's lock.
func (e *Engine) RetryTime() time.Duration { return e.timeout }

// Note does nothing: there is no network connection that can be lost.
func (*Engine) Note(error) {}

func (e *Engine) Snapshot(ctx context.Context) (*sqlx.Tx, error) {
	return e.reader.db.BeginTxx(ctx, nil) // in WAL mode every transaction is a snapshot
}

func (e *Engine) WriteAlone(ctx context.Context, do func(engine.Tx) error) error {
	return engine.Transact(ctx, e.writer.db, do)
}

// Connections returns the statistics of "writer" and "reader".
func (e *Engine) Connections() map[string]sql.DBStats {
	return map[string]sql.DBStats{"writer": e.writer.db.Stats(), "reader": e.reader.stats()}
}

// Ping takes the write lock for a moment, so it fails if another process keeps the file
// locked. SELECT 1 would not access the file.
func (e *Engine) Ping(ctx context.Context) error {
	const look = "SELECT COUNT(*) FROM sqlite_schema"
	var tables []int
	// The writer first, because only it can initialise a new file.
	if err := e.WriteAlone(ctx, func(t engine.Tx) error { return t.Select(ctx, &tables, look) }); err != nil {
		return err
	}
	return e.Select(ctx, &tables, look)
}

func (e *Engine) migrator() engine.Migrator {
	return engine.Migrator{Dialect: database.DialectSQLite3, Classify: e.Classify, Provider: func(db *sql.DB) (*goose.Provider, error) {
		return goose.NewProvider(database.DialectSQLite3, db, engine.Migrations(), goose.WithDisableGlobalRegistry(true),
			engine.WithoutMigrationsOf("postgres"))
	}}
}

// Migrate also returns the space of dropped tables to the file system.
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

// Close closes the writer last: the last connection moves the write-ahead log into the
// database file, which the query_only readers cannot do.
func (e *Engine) Close() (err error) {
	if e.cache != nil {
		err = e.cache.close()
	}
	return errors.Join(err, e.reader.close(), e.writer.db.Close())
}
