package postgres

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"quartet/store/internal/engine"
)

// The SQLSTATE codes that the store handles
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const (
	notSupported         = "0A000"
	readOnly             = "25006" // a standby, or closed for writing
	foreignKeyViolation  = "23503"
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	undefinedTable       = "42P01"

	insufficientPrivilege = "42501"
)

// Classify classifies an error.
func Classify(err error) engine.Class {
	code, index, changed := "", "", false
	if failed, ok := errors.AsType[*pgconn.PgError](err); ok {
		code, index, changed = failed.Code, failed.ConstraintName, failed.Code == notSupported && failed.Routine == "RevalidateCachedQuery"
	}
	class := engine.Class{
		Dangling:     code == foreignKeyViolation,
		MissingTable: code == undefinedTable,
		// Invalid values (class 22) and violated constraints (class 23).
		Refused: strings.HasPrefix(code, "22") || strings.HasPrefix(code, "23"),
		// These guarantee that nothing was committed. A read-only server's connection
		// is closed by then (OnPgError), so the retry connects to a writable one. A statement
		// was prepared before a column got another type, and is prepared anew.
		Retry:       code == serializationFailure || code == deadlockDetected || code == readOnly || changed,
		Unavailable: unavailable(err, code),
	}
	if code == uniqueViolation {
		class.Conflict = index
	}
	return class
}

// unavailable reports whether the error means that the server cannot be used now.
func unavailable(err error, code string) bool {
	if code != "" {
		return unavailableCode(code)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	return engine.Lost(err) || pgconn.SafeToRetry(err)
}

func unavailableCode(code string) bool {
	switch code {
	case readOnly,
		"3D000", // invalid_catalog_name: the database was dropped
		"55P03", // lock_not_available
		"58030": // io_error
		return true
	}
	switch code[:2] {
	case "08", // connection exceptions
		"28", // invalid authorisation
		"40", // still rolled back after all retries
		"53", // insufficient resources: disk, memory, connections
		"57": // operator intervention: shutdown, statement timeout
		return true
	}
	return strings.HasPrefix(code, "XX") // internal errors of the server
}
