package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"quartet/store/internal/engine"
)

// ErrNotFound means that the row, or a row that it must refer to, does not exist.
var ErrNotFound = errors.New("store: not found")

// ErrNoBackup means that the engine's own tools make backups.
var ErrNoBackup = engine.ErrNoBackup

// What an UnavailableError can be because of: the file of an SQLite database was removed or
// replaced, or its disk is almost full.
var (
	ErrFileMoved = engine.ErrFileMoved
	ErrDiskFull  = engine.ErrDiskFull
)

// ServerError says in one sentence why the server of a database cannot be used as the URL
// says. Other errors of the store wrap it.
type ServerError = engine.ServerError

// ErrTooMany means that there are as many rows already as the caller allows.
var ErrTooMany = errors.New("store: too many")

// ErrVersion means that the row was changed since the caller read it.
var ErrVersion = errors.New("store: another version")

// ConflictError means that a value which must be unique exists already. What is one of
// username, email, mobile, id, guid, code, alias, open_id, session, membership and
// idempotency key. It
// is returned as a value, not as a pointer.
type ConflictError struct{ What string }

// Error names the conflicting value.
func (e ConflictError) Error() string { return "store: " + e.What + " is taken" }

// UnavailableError means that the database cannot answer now: unreachable, locked or
// busy for too long, full, read-only, closed, or slower than the caller's context
// allows. The same call can succeed later. It is returned as a value, not as a pointer.
type UnavailableError struct {
	Verb  string // the method that failed
	Cause error
}

// Error is for the log.
func (e UnavailableError) Error() string {
	return fmt.Sprintf("store: %s: unavailable: %v", e.Verb, e.Cause)
}

// Unwrap returns the cause.
func (e UnavailableError) Unwrap() error { return e.Cause }

var (
	errClosed = errors.New("the store is closed")
	// errRerun means that a concurrent transaction has taken a value that this one
	// found free. Running the transaction again sees the other's row.
	errRerun = errors.New("conflict with another transaction")
)

// fail turns an error of the engine into one of the store's.
func (s *Store) fail(verb string, err error) error {
	if err == nil {
		return nil
	}
	return failWith(s.engine.Classify(err), verb, err)
}

// failWith wraps every error of the store except its own error values.
func failWith(class engine.Class, verb string, err error) error {
	if errors.Is(err, ErrNotFound) || errors.Is(err, sql.ErrNoRows) || class.Dangling {
		return ErrNotFound
	}
	if what, taken := conflict(class, err); taken {
		return ConflictError{What: what}
	}
	if errors.Is(err, engine.ErrNoBackup) || errors.Is(err, ErrTooMany) || errors.Is(err, ErrVersion) {
		return err
	}
	_, already := errors.AsType[UnavailableError](err)
	if already || class.Unavailable || errors.Is(err, errClosed) || errors.Is(err, errRerun) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return UnavailableError{Verb: verb, Cause: err}
	}
	return fmt.Errorf("store: %s: %w", verb, err)
}

// conflicts maps unique indexes to ConflictError.What. PostgreSQL and MySQL report the
// index, SQLite its columns. MySQL reports every primary key as PRIMARY; here these are
// ids.
var conflicts = map[string]string{
	"PRIMARY":  "id",
	"users_id": "id", "users.id": "id",
	"users_guid": "guid", "users.guid": "guid",
	"users_username_key": "username", "users.username_key": "username",
	"users_email_key": "email", "users.email_key": "email",
	"users_verified_mobile": "mobile", "users.mobile_index": "mobile",
	"user_aliases_source_alias": "alias", "user_aliases.source, user_aliases.alias": "alias",
	"import_records_source_alias": "alias", "import_records.source, import_records.alias": "alias",
	"organisation_aliases_source_alias": "alias", "organisation_aliases.source, organisation_aliases.alias": "alias",
	"role_aliases_source_alias": "alias", "role_aliases.source, role_aliases.alias": "alias",
	"wechat_identities_open_id": "open_id", "wechat_identities.app_id, wechat_identities.open_id": "open_id",
	"wechat_unions_union_id": "open_id", "wechat_unions.union_id": "open_id",
	"sessions_id": "id", "sessions.id": "id",
	"sessions_access_hash": "session", "sessions.access_hash": "session",
	"sessions_refresh_hash": "session", "sessions.refresh_hash": "session",
	"sessions_exclusive": "session", "sessions.user_id, sessions.exclusive_class": "session",
	"organisations_id": "id", "organisations.id": "id",
	"organisations_code": "code", "organisations.code": "code",
	"roles_id": "id", "roles.id": "id",
	"roles_code": "code", "roles.code": "code",
	"applications_id": "id", "applications.id": "id",
	"application_secrets_id": "id", "application_secrets.id": "id",
	"wechat_apps_application_id": "id", "wechat_apps.application_id": "id",
	"audit_events_id": "id", "audit_events.id": "id",
	"idempotency_keys_key_hash": "idempotency key", "idempotency_keys.key_hash": "idempotency key",
	"webhooks_id": "id", "webhooks.id": "id",
	"webhook_deliveries_key": "id", "webhook_deliveries.event_id, webhook_deliveries.webhook_id": "id",
	"memberships_key": "membership", "memberships.user_id, memberships.organisation_id": "membership",
}

func conflict(class engine.Class, err error) (what string, taken bool) {
	if already, ok := errors.AsType[ConflictError](err); ok {
		return already.What, true
	}
	what, taken = conflicts[class.Conflict]
	return what, taken
}
