package store

import (
	"context"
	"errors"
	"time"
)

// VersionedTable is a table whose rows have a version.
type VersionedTable string

// The tables whose rows have a version that operators compare.
const (
	VersionedUsers         VersionedTable = "users"
	VersionedOrganisations VersionedTable = "organisations"
	VersionedRoles         VersionedTable = "roles"
	VersionedApplications  VersionedTable = "applications"
	VersionedWebhooks      VersionedTable = "webhooks"
)

// TakeVersion raises the version of a row, and locks the row until the end of the
// transaction. key is the column that id is in. It returns ErrVersion if the row has another
// version than the wanted one, unless that is nil, and ErrNotFound without a row.
func (tx Tx) TakeVersion(ctx context.Context, table VersionedTable, key string, id any, wanted *int64) error {
	const verb = "TakeVersion"
	update := "UPDATE " + string(table) + " SET version = version + 1 WHERE " + key + " = ?"
	if wanted == nil {
		return tx.change(ctx, verb, update, id)
	}
	changed, err := tx.exec(ctx, verb, update+" AND version = ?", id, *wanted)
	if err != nil || changed > 0 {
		return err
	}
	var one int
	if err := tx.get(ctx, verb, &one, "SELECT 1 FROM "+string(table)+" WHERE "+key+" = ?", id); err != nil {
		return err
	}
	return ErrVersion
}

const administeredOrganisations = `SELECT mr.organisation_id FROM membership_roles mr
	JOIN roles r ON r.id = mr.role_id AND r.administers = ? AND r.disabled_at IS NULL
	JOIN organisations o ON o.id = mr.organisation_id AND o.disabled_at IS NULL
	WHERE mr.user_id = ? ORDER BY mr.organisation_id` + limitListed

// AdministeredOrganisations returns the ids of the organisations in which a user has a role
// that administers them. Disabled organisations and roles are left out.
func (s *Store) AdministeredOrganisations(ctx context.Context, userID int64) ([]int64, error) {
	return many[int64](ctx, s, "AdministeredOrganisations", administeredOrganisations, true, userID)
}

// Administering selects what users have by roles that administer an organisation. A zero
// field does not filter.
type Administering struct{ UserID, OrganisationID, RoleID int64 }

func (a Administering) query() (query string, args []any) {
	var c conditions
	c.add("r.administers = ?", true)
	if a.UserID != 0 {
		c.add("mr.user_id = ?", a.UserID)
	}
	if a.OrganisationID != 0 {
		c.add("mr.organisation_id = ?", a.OrganisationID)
	}
	if a.RoleID != 0 {
		c.add("mr.role_id = ?", a.RoleID)
	}
	return "SELECT mr.user_id FROM membership_roles mr JOIN roles r ON r.id = mr.role_id " + c.where() + " LIMIT 1", c.args
}

// Administers reports whether somebody has a role that administers, in a disabled
// organisation and a disabled role too.
func (s *Store) Administers(ctx context.Context, a Administering) (bool, error) {
	query, args := a.query()
	held, err := many[int64](ctx, s, "Administers", query, args...)
	return len(held) > 0, err
}

// Administers is that of Store.
func (tx Tx) Administers(ctx context.Context, a Administering) (bool, error) {
	const verb = "Administers"
	query, args := a.query()
	var held []int64
	err := tx.store.fail(verb, tx.tx.Select(ctx, &held, query, args...))
	return len(held) > 0, err
}

// idempotencyKept is how long the rows of idempotency keys stay.
const idempotencyKept = 24 * time.Hour

var (
	insertIdempotencyKey = insertInto[IdempotencyKey]("idempotency_keys")
	idempotencyKeyByHash = "SELECT " + selected[IdempotencyKey]("") + " FROM idempotency_keys WHERE key_hash = ? AND created_at > ?"
)

const deleteExpiredIdempotencyKey = "DELETE FROM idempotency_keys WHERE key_hash = ? AND created_at <= ?"

// InsertIdempotencyKey remembers an act that was done for a key. A row of the same key from
// before oldest is replaced. It returns a ConflictError of idempotency key.
func (tx Tx) InsertIdempotencyKey(ctx context.Context, key IdempotencyKey, oldest Time) error {
	const verb = "InsertIdempotencyKey"
	if _, err := tx.exec(ctx, verb, deleteExpiredIdempotencyKey, key.KeyHash, oldest); err != nil {
		return err
	}
	err := tx.insert(ctx, verb, insertIdempotencyKey, key)
	if _, taken := errors.AsType[ConflictError](err); taken { // MySQL does not say of which table a primary key is
		return ConflictError{What: "idempotency key"}
	}
	return err
}

// IdempotencyKeyByHash finds what was done for a key after oldest, or ErrNotFound.
func (s *Store) IdempotencyKeyByHash(ctx context.Context, hash Digest, oldest Time) (IdempotencyKey, error) {
	return one[IdempotencyKey](ctx, s, "IdempotencyKeyByHash", idempotencyKeyByHash, hash, oldest)
}
