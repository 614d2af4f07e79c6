// Package engine is what the store needs of a database. The packages beside it
// are the engines: each keeps to itself how it is connected to, what its errors
// mean and what makes it quick.
package engine

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"
)

// Options say which database to open, and how patient to be with it.
type Options struct {
	URL              string
	MaxConnections   int           // to a server
	StatementTimeout time.Duration // of a statement, or of the wait for a file's lock
	CachedRows       int           // that Cached remembers at most
}

// Engine is a database. Queries are written with ?. Their texts are constants,
// each of which can be kept prepared, unless a method says otherwise.
type Engine interface {
	Name() string

	// Each reads the rows of a query into the same fields, and calls found after each.
	Each(ctx context.Context, query string, args, fields []any, found func()) error
	// Select reads all rows of a query into a slice.
	Select(ctx context.Context, rows any, query string, args ...any) error
	// SelectOnce is Select for a text that is not a constant.
	SelectOnce(ctx context.Context, rows any, query string, args ...any) error
	// Cached gives what load gives, or what it gave before for the same key, if
	// nothing was written to the database since. What it gives must not be changed.
	Cached(ctx context.Context, key Key, load func() (any, error)) (any, error)

	// Write runs do in a transaction, which other callers may share. When do fails,
	// nothing of it has happened; nil is returned after the commit, never before.
	Write(ctx context.Context, do func(Tx) error) error
	// WriteAlone is Write for what takes long: nobody shares the transaction.
	WriteAlone(ctx context.Context, do func(Tx) error) error
	// Snapshot begins a transaction that sees the database at one moment, and may
	// last as long as it takes. It is the caller's to end.
	Snapshot(ctx context.Context) (*sqlx.Tx, error)

	// Classify says what an error means.
	Classify(err error) Class
	// Note hears of every error that a caller was given.
	Note(err error)
	// RetryTime is for how long a transaction is run again that others overtook.
	RetryTime() time.Duration

	Migrate(ctx context.Context) error
	MigrationStatus(ctx context.Context) (current, newest int64, err error)

	// Connections tells how the connections of each pool are used.
	Connections() map[string]sql.DBStats
	// Ping makes sure that the database can be read and written.
	Ping(ctx context.Context) error
	// Checkpoint does what the engine wants done from time to time.
	Checkpoint(ctx context.Context) error
	// Backup copies the database into a new file, or returns ErrNoBackup.
	Backup(ctx context.Context, path string) error
	Close() error

	SQL
}

// SQL is what engines word differently.
type SQL interface {
	// InsertIgnore completes an INSERT: a row whose unique target is taken is left
	// out. The target is columns in parentheses, or "" for any.
	InsertIgnore(insert, target string) string
	// InsertOrUpdate completes an INSERT: a row whose unique target is taken gets
	// the new values of these columns.
	InsertOrUpdate(insert, target string, columns []string) string
	// CountRateLimit counts an event in rate_counters unless the limit is reached.
	// Its arguments are the key, now, the end of a window that begins now, and the
	// limit.
	CountRateLimit() string
	// SetLastSeen notes when so many sessions were last seen, if it is later than
	// known. Its arguments are pairs of id and time.
	SetLastSeen(sessions int) string
	// DeleteSome deletes at most so many rows of a table that meet a condition. It
	// gives the arguments too, because a condition may be repeated.
	DeleteSome(table, key, condition string, limit int, args ...any) (query string, all []any)
}

// Tx is a transaction that writes, or one caller's share of it.
type Tx interface {
	// Get reads one row; none is sql.ErrNoRows.
	Get(ctx context.Context, row any, query string, args ...any) error
	// Select reads all rows into a slice.
	Select(ctx context.Context, rows any, query string, args ...any) error
	// Exec gives the number of rows that a statement changed.
	Exec(ctx context.Context, query string, args ...any) (changed int64, err error)
	// ExecOnce is Exec for a text that is not a constant.
	ExecOnce(ctx context.Context, query string, args ...any) (changed int64, err error)
}

// Class is what an error means to the store.
type Class struct {
	Conflict     string // the unique index, or its columns, that has the value already
	Dangling     bool   // a row refers to one that is not there
	Refused      bool   // a value is no good
	Retry        bool   // the same transaction can succeed if it is run again soon
	Unavailable  bool   // the database cannot be used now
	MissingTable bool
}

// Key names what is cached: the method that reads it and the method's argument.
type Key struct {
	Method string
	Text   string
	ID     int64
}

// ErrNoBackup says that the engine has tools of its own for backups.
var ErrNoBackup = errors.New("store: backups of this engine are made by its own tools")
