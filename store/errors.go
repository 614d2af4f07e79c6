package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"quartet/store/internal/engine"
)

// ErrNotFound says that no row is there, or that a row to refer to is missing.
var ErrNotFound = errors.New("store: not found")

// ErrNoBackup says that the engine has tools of its own for backups.
var ErrNoBackup = engine.ErrNoBackup

// ConflictError says that a value which must be unique is already there. What
// is one of username, email, mobile, id, guid, code, alias, open_id, session
// and membership. It is returned as a value, not as a pointer.
type ConflictError struct{ What string }

// Error names the value that is taken.
func (e ConflictError) Error() string { return "store: " + e.What + " is taken" }

// UnavailableError says that the database cannot answer now: out of reach,
// locked or busy for too long, full, read-only, closed, or too slow for the
// caller's context. The same call can succeed later. It is returned as a value,
// not as a pointer.
type UnavailableError struct {
	Verb  string // the method that failed
	Cause error
}

// Error is for the log.
func (e UnavailableError) Error() string {
	return fmt.Sprintf("store: %s: unavailable: %v", e.Verb, e.Cause)
}

// Unwrap gives the cause, so that a context's error can be found in it.
func (e UnavailableError) Unwrap() error { return e.Cause }

var (
	errClosed = errors.New("the store is closed")
	// errOvertaken says that another transaction took what this one had seen
	// free. A new try sees the other's row.
	errOvertaken = errors.New("overtaken by another transaction")
)

// fail turns an error of the engine into one of the store's.
func (s *Store) fail(verb string, err error) error {
	if err == nil {
		return nil
	}
	return failWith(s.engine.Classify(err), verb, err)
}

// failWith is the only place where errors are worded. It leaves the store's own as
// they are.
func failWith(class engine.Class, verb string, err error) error {
	if errors.Is(err, ErrNotFound) || errors.Is(err, sql.ErrNoRows) || class.Dangling {
		return ErrNotFound
	}
	if what, taken := conflict(class, err); taken {
		return ConflictError{What: what}
	}
	if errors.Is(err, engine.ErrNoBackup) {
		return err
	}
	_, already := errors.AsType[UnavailableError](err)
	if already || class.Unavailable || errors.Is(err, errClosed) || errors.Is(err, errOvertaken) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return UnavailableError{Verb: verb, Cause: err}
	}
	return fmt.Errorf("store: %s: %w", verb, err)
}

// conflicts says what a unique index is about. PostgreSQL and MySQL name the
// index, SQLite its columns. On MySQL every primary key is PRIMARY: those of which
// conflicts are told are ids.
var conflicts = map[string]string{
	"PRIMARY":  "id",
	"users_id": "id", "users.id": "id",
	"users_guid": "guid", "users.guid": "guid",
	"users_username_key": "username", "users.username_key": "username",
	"users_email_key": "email", "users.email_key": "email",
	"users_verified_mobile": "mobile", "users.mobile_index": "mobile",
	"user_aliases_source_alias": "alias", "user_aliases.source, user_aliases.alias": "alias",
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
	"audit_events_id": "id", "audit_events.id": "id",
	"memberships_key": "membership", "memberships.user_id, memberships.organisation_id": "membership",
}

func conflict(class engine.Class, err error) (what string, taken bool) {
	if already, ok := errors.AsType[ConflictError](err); ok {
		return already.What, true
	}
	what, taken = conflicts[class.Conflict]
	return what, taken
}
