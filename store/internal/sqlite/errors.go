package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"quartet/store/internal/engine"
)

// Classify classifies an error (https://www.sqlite.org/rescode.html).
func (*Engine) Classify(err error) engine.Class { return classify(err) }

func classify(err error) (class engine.Class) {
	failed, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		class.Unavailable = unavailable(err)
		return class
	}
	switch failed.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG:
		class.Refused = true
	case sqlite3.SQLITE_BUSY:
		// The transaction has not begun: BEGIN IMMEDIATE takes the lock.
		class.Retry, class.Unavailable = true, true
	case sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_NOMEM,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB: // damaged until somebody restores it
		class.Unavailable = true
	case sqlite3.SQLITE_ERROR:
		class.MissingTable = strings.Contains(failed.Error(), "no such table")
	}
	switch failed.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		// As in "UNIQUE constraint failed: sessions.user_id, sessions.exclusive_class (2067)".
		_, columns, _ := strings.Cut(failed.Error(), "UNIQUE constraint failed: ")
		class.Conflict, _, _ = strings.Cut(columns, " (")
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		class.Dangling = true
	}
	return class
}

func unavailable(err error) bool {
	for _, sign := range []error{
		engine.ErrFileMoved, engine.ErrDiskFull, errCrowded, errUnfinished, errUncommitted, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone,
		context.DeadlineExceeded, context.Canceled,
	} {
		if errors.Is(err, sign) {
			return true
		}
	}
	return strings.Contains(err.Error(), "sql: database is closed") // database/sql has no value for it
}

// breaks reports whether an error makes its transaction unusable. After most errors
// SQLite has rolled it back, or requires that
// (https://www.sqlite.org/lang_transaction.html); only an error of one statement leaves
// the transaction as it was.
func breaks(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && !classify(err).Refused && failed.Code()&0xff != sqlite3.SQLITE_ERROR
}
