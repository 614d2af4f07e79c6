// Package engine is the interface between the store and its databases. The packages
// beside it implement it: each contains its connections, its error codes and its
// optimisations.
package engine

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"time"

	"github.com/jmoiron/sqlx"
)

// Options are the options of an engine.
type Options struct {
	URL              string
	MaxConnections   int                     // to a server
	StatementTimeout time.Duration           // of a statement, or of the wait for a file's lock
	Tables           []string                // that the store writes to
	CachedRows       int                     // maximum number of rows that Cached keeps
	MustExist        bool                    // a file that is missing is not created
	Created          func(path string) error // is told a file that was created; nil: nobody is told
	// Accept decides whether another file that is found at the path of the open one is
	// used instead. The engine's own calls fail meanwhile. nil accepts none.
	Accept func(context.Context) error
	// Moved is told when the open file is no longer at its path, why another one is not
	// accepted, and nil when the database is usable again.
	Moved func(error)
}

// Cache is what an engine has that sees every write to its database. Other servers can
// write to a database server unnoticed.
type Cache interface {
	// Cached returns the result of load, or an earlier result for the same key if
	// nothing has been written to the database since. The result must not be changed.
	Cached(ctx context.Context, key Key, load func() (any, error)) (any, error)
}

// Engine is a database. Queries use ? placeholders. Query texts are constants, which
// can be kept prepared, unless a method says otherwise.
type Engine interface {
	Name() string

	// Each scans the rows of a query into the same fields, and calls found after each. The
	// fields of a query are of the same types each time.
	Each(ctx context.Context, query string, args, fields []any, found func()) error
	// Select reads all rows of a query into a slice.
	Select(ctx context.Context, rows any, query string, args ...any) error
	// SelectOnce is Select for a text that is not a constant.
	SelectOnce(ctx context.Context, rows any, query string, args ...any) error

	// Write runs do in a transaction, which other callers may share. If do fails its
	// changes are rolled back; nil is returned only after the commit.
	Write(ctx context.Context, do func(Tx) error) error
	// WriteAlone is Write for long transactions, which are not shared.
	WriteAlone(ctx context.Context, do func(Tx) error) error
	// Snapshot begins a long read-only transaction that sees the database at one point
	// in time. The caller ends it.
	Snapshot(ctx context.Context) (*sqlx.Tx, error)

	// Classify classifies an error.
	Classify(err error) Class
	// Note receives every error that was returned to a caller.
	Note(err error)
	// RetryTime is how long a transaction is retried after conflicts with others.
	RetryTime() time.Duration

	Migrate(ctx context.Context) error
	MigrationStatus(ctx context.Context) (current, newest int64, err error)

	// Connections returns the statistics of each connection pool.
	Connections() map[string]sql.DBStats
	// Ping makes sure that the database can be read and written.
	Ping(ctx context.Context) error
	// CheckSpace returns ErrDiskFull if a file has too little room to grow.
	CheckSpace() error
	// Checkpoint is the engine's periodic maintenance.
	Checkpoint(ctx context.Context) error
	// Scrub overwrites what is left of deleted rows in files of the engine's own.
	Scrub(ctx context.Context) error
	// Backup copies the database into a new file, or returns ErrNoBackup.
	Backup(ctx context.Context, path string) error
	Close() error

	SQL
}

// SQL is the part of SQL that differs between the engines.
type SQL interface {
	// InsertIgnore completes an INSERT that skips rows whose unique target exists. The
	// target is columns in parentheses, or "" for any.
	InsertIgnore(insert, target string) string
	// InsertOrUpdate completes an INSERT that updates these columns of a row whose
	// unique target exists.
	InsertOrUpdate(insert, target string, columns []string) string
	// CountRateLimit counts an event in rate_counters unless the limit is reached. Its
	// arguments are the key, now, the end of a window that begins now, and the limit. A
	// window that has ended, or that ends more than ClockSkew after one that begins now,
	// begins anew.
	CountRateLimit() string
	// SetLastSeen sets when several sessions were last seen, if that is later than the
	// stored time. Its arguments are pairs of id and time.
	SetLastSeen(sessions int) string
	// LockUser is the assignments of updates of a user that change nothing together, one
	// after the other, and lock the row for all servers until the transaction ends.
	LockUser() []string
	// DeleteSome deletes up to a number of rows of a table that meet a condition. It
	// returns the arguments too, because a condition may be repeated.
	DeleteSome(table, key, condition string, limit int, args ...any) (query string, all []any)
}

// Tx is a writing transaction, or one caller's share of it.
type Tx interface {
	// Later runs a statement now, or where the engine can send several at once, together
	// with the next one or the commit, which fails with its error. changed, unless nil, is
	// told how many rows it changed; an error of it fails the transaction likewise.
	Later(ctx context.Context, query string, args []any, changed func(rows int64) error) error
	// SelectLater is Select whose rows are there after the next statement.
	SelectLater(ctx context.Context, rows any, query string, args ...any) error
	// Flush waits for what Later and SelectLater have put off.
	Flush(ctx context.Context) error
	// Get reads one row; it returns sql.ErrNoRows if there is none.
	Get(ctx context.Context, row any, query string, args ...any) error
	// Select reads all rows into a slice.
	Select(ctx context.Context, rows any, query string, args ...any) error
	// Exec returns the number of rows that a statement changed.
	Exec(ctx context.Context, query string, args ...any) (changed int64, err error)
	// ExecOnce is Exec for a text that is not a constant.
	ExecOnce(ctx context.Context, query string, args ...any) (changed int64, err error)
}

// Class is the classification of an error.
type Class struct {
	Conflict     string // the unique index, or its columns, that the value violates
	Dangling     bool   // a foreign key refers to a row that does not exist
	Refused      bool   // the column does not accept a value
	Retry        bool   // the same transaction can succeed if it is run again
	Unavailable  bool   // the database cannot be used now
	MissingTable bool
}

// Key identifies a cached result: the method that reads it and the method's argument.
type Key struct {
	Method string
	Text   string
	ID     int64
}

// ClockSkew is how many milliseconds the clocks of servers can differ. A counter whose
// window ends later than that was written under a wrong clock.
const ClockSkew = 5 * 60 * 1000

// ServerError says in one sentence, without a password, why a server cannot be used as the
// URL says. It is returned as a value, not as a pointer.
type ServerError struct {
	Sentence string
	Cause    error
}

func (e ServerError) Error() string { return e.Sentence }

// Unwrap returns the cause.
func (e ServerError) Unwrap() error { return e.Cause }

// ErrNoBackup means that the engine's own tools make backups.
var ErrNoBackup = errors.New("store: this engine does not support backups")

// Errors of a database that is a file.
var (
	ErrFileMoved = errors.New("the file of the database is no longer at its path")
	ErrDiskFull  = errors.New("the disk of the database is almost full")
	ErrInUse     = errors.New("the file is in use")
)

// LookedUp returns the host whose name could not be looked up, and why, or that the error
// is another one.
func LookedUp(err error) (place, reason string, ok bool) {
	failed, isLookUp := errors.AsType[*net.DNSError](err)
	switch {
	case !isLookUp:
		return "", "", true
	case failed.IsNotFound:
		return "the host " + failed.Name, "is unknown", false
	}
	return "the host " + failed.Name, "cannot be looked up: " + failed.Err, false
}
