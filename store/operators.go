package store

import (
	"context"
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
	return tx.insert(ctx, verb, insertIdempotencyKey, key)
}

// IdempotencyKeyByHash finds what was done for a key after oldest, or ErrNotFound.
func (s *Store) IdempotencyKeyByHash(ctx context.Context, hash Digest, oldest Time) (IdempotencyKey, error) {
	return one[IdempotencyKey](ctx, s, "IdempotencyKeyByHash", idempotencyKeyByHash, hash, oldest)
}
