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
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	driver "modernc.org/sqlite"

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
	key     string // of the path in inUse
	options engine.Options

	file       atomic.Pointer[fileState]
	inspection sync.Mutex  // held while the path is compared with the open file
	leftWAL    fs.FileInfo // identifies the log of the file that was left; guarded by inspection
	watcher    sync.WaitGroup
	stop       context.CancelFunc // ends the watcher
	// beforeCommit, unless nil, is called with the number of writes to be committed,
	// for tests.
	beforeCommit func(writes int)
}

// Open opens the file, and creates it if it does not exist.
func Open(path string, o engine.Options) (*Engine, error) {
	path, err := checkPath(path)
	if err != nil {
		return nil, err
	}
	key, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	e := &Engine{path: path, key: key, options: o}
	opened, err := e.firstFile(use(key))
	if err != nil {
		unuse(key)
		return nil, err
	}
	e.file.Store(&fileState{openFile: opened})
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	e.watcher.Go(func() { e.watch(ctx) })
	return e, nil
}

// firstFile opens the file, and creates it if it does not exist. alone says that this
// process has not opened it yet.
func (e *Engine) firstFile(alone bool) (*openFile, error) {
	if _, err := os.Lstat(e.path + RestoringSuffix); err == nil {
		return nil, fmt.Errorf("a restore of %s was interrupted: run quartet restore again", e.path)
	}
	if alone {
		if err := checkBeside(e.path); err != nil {
			return nil, err
		}
	}
	if e.options.MustExist {
		return e.openFile()
	}
	created, err := createPrivately(e.path)
	if err != nil {
		return nil, err
	}
	if created && e.options.Created != nil {
		if err := e.options.Created(e.path); err != nil {
			return nil, err
		}
	}
	return e.openFile()
}

// openFile opens the connections to the file that is at the path now.
func (e *Engine) openFile() (*openFile, error) {
	info, err := identify(e.path)
	if err != nil {
		return nil, err
	}
	o := &openFile{path: e.path, info: info}
	wait := min(e.options.StatementTimeout, busyWait)
	// Writers queue in Go for the one connection, where the wait honours their context;
	// SQLite's own lock is for other processes. BEGIN takes the write lock, so that no
	// transaction fails half-way because it cannot get it.
	db, err := o.pool(wait, 1, "_txlock=immediate",
		"_journal_mode=WAL", "_synchronous=FULL", "_foreign_keys=on",
		fmt.Sprintf("_pragma=journal_size_limit(%d)", logLimit),
		"_pragma=secure_delete(1)") // what is deleted can be secret or personal
	if err != nil {
		return nil, err
	}
	o.writer = &writer{db: db, engine: e, file: o}
	if db, err = o.pool(wait, readers+longReaders, "_query_only=on"); err != nil {
		return nil, errors.Join(err, o.writer.db.Close())
	}
	o.reader = newReader(db)
	if e.options.CachedRows > 0 {
		if db, err = o.pool(wait, 1, "_query_only=on"); err != nil {
			return nil, errors.Join(err, o.reader.close(), o.writer.db.Close())
		}
		o.cache = newCache(db, e.options.CachedRows)
	}
	return o, nil
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
// -shm files; root's SQLite copies the owner too. It does not open an existing file: closing it would drop the locks that
// this process holds on it (POSIX fcntl).
func createPrivately(path string) (created bool, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, file.Close()
}

// pool is a pool of connections to this very file.
func (o *openFile) pool(wait time.Duration, connections int, parameters ...string) (*sqlx.DB, error) {
	parameters = append(parameters,
		// Never create the file here: createPrivately has done so with the right mode.
		"mode=rw",
		fmt.Sprintf("_busy_timeout=%d", wait.Milliseconds()),
		// Double quotes are for identifiers only, and errors have their own messages.
		"_dqs=0", "_error_rc=1")
	connector, err := driver.NewConnector(dataSource(o.path, parameters...))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(sameFileConnector{connector, o})
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
func (e *Engine) RetryTime() time.Duration { return e.options.StatementTimeout }

// Note does nothing: there is no network connection that can be lost.
func (*Engine) Note(error) {}

func (e *Engine) Snapshot(ctx context.Context) (*sqlx.Tx, error) {
	o, err := e.opened()
	if err != nil {
		return nil, err
	}
	return o.reader.db.BeginTxx(ctx, nil) // in WAL mode every transaction is a snapshot
}

func (e *Engine) WriteAlone(ctx context.Context, do func(engine.Tx) error) error {
	o, err := e.opened()
	if err != nil {
		return err
	}
	err = engine.Transact(ctx, o.writer.db, func(t engine.Tx) error {
		alone := aloneTx{prepared: map[string]*sqlx.Stmt{}}
		alone.PlainTx, _ = t.(engine.PlainTx) // Transact gives no other
		if err := do(alone); err != nil {
			return err
		}
		return e.unmoved(o)
	})
	if err != nil {
		return err
	}
	return e.unmoved(o)
}

// Connections returns the statistics of "writer" and "reader".
func (e *Engine) Connections() map[string]sql.DBStats {
	o := e.file.Load().openFile
	if o == nil {
		return map[string]sql.DBStats{"writer": {}, "reader": {}}
	}
	return map[string]sql.DBStats{"writer": o.writer.db.Stats(), "reader": o.reader.stats()}
}

// Ping takes the write lock for a moment, so it fails if another process keeps the file
// locked. SELECT 1 would not access the file.
func (e *Engine) Ping(ctx context.Context) error {
	if err := e.inspect(ctx); err != nil {
		return err
	}
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

// beforeSecureDelete is the newest version whose programs left deleted rows in the file.
const beforeSecureDelete = 10

// Migrate also returns the space of dropped tables to the file system, and overwrites
// what earlier programs have deleted.
func (e *Engine) Migrate(ctx context.Context) error {
	o, err := e.opened()
	if err != nil {
		return err
	}
	before, _, err := e.migrator().Status(ctx, o.writer.db.DB)
	if err != nil {
		return err
	}
	changed, err := e.migrator().Migrate(ctx, o.writer.db.DB)
	if err == nil && changed {
		err = o.shrink(ctx, before > 0 && before <= beforeSecureDelete)
	}
	if err != nil {
		return err
	}
	return e.unmoved(o)
}

func (e *Engine) MigrationStatus(ctx context.Context) (current, newest int64, err error) {
	o, err := e.opened()
	if err != nil {
		return 0, 0, err
	}
	return e.migrator().Status(ctx, o.reader.db.DB)
}

// Close closes the file.
func (e *Engine) Close() error {
	e.stop()
	e.watcher.Wait()
	unuse(e.key)
	if o := e.file.Load().openFile; o != nil {
		return o.close()
	}
	return nil
}
