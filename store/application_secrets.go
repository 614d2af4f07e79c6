package store

import (
	"context"

	"quartet/store/internal/engine"
)

var (
	insertApplicationSecret = insertInto[ApplicationSecret]("application_secrets")
	applicationSecrets      = "SELECT " + selected[ApplicationSecret]("") + " FROM application_secrets WHERE application_id = ? ORDER BY created_at, id" + limitListed
)

const (
	// The update changes nothing, but locks the row.
	lockApplication        = "id = id"
	countLiveSecrets       = "SELECT COUNT(*) FROM application_secrets WHERE application_id = ? AND revoked_at IS NULL"
	revokeSecret           = "UPDATE application_secrets SET revoked_at = ? WHERE application_id = ? AND id = ? AND revoked_at IS NULL"
	useSecret              = "UPDATE application_secrets SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)"
	applicationWithSecrets = `SELECT a.id AS application_id, s.id, s.secret_hash, s.last_used_at FROM applications a
		LEFT JOIN application_secrets s ON s.application_id = a.id AND s.revoked_at IS NULL
		WHERE a.id = ? AND a.disabled_at IS NULL ORDER BY s.id`
)

// InsertApplicationSecret adds a secret of an application, unless it has maxLive secrets
// that are not revoked: then it returns ErrTooMany, also to all but one of concurrent
// callers. It returns ErrNotFound for an unknown application, and a ConflictError of id.
func (tx Tx) InsertApplicationSecret(ctx context.Context, secret ApplicationSecret, maxLive int) error {
	const verb = "InsertApplicationSecret"
	if err := tx.update(ctx, verb, "applications", lockApplication, "id = ?", nil, []any{secret.ApplicationID}); err != nil {
		return err
	}
	var live int
	if err := tx.get(ctx, verb, &live, countLiveSecrets, secret.ApplicationID); err != nil {
		return err
	}
	if live >= maxLive {
		return ErrTooMany
	}
	return tx.insert(ctx, verb, insertApplicationSecret, secret)
}

// RevokeApplicationSecret revokes a secret of an application. It returns ErrNotFound if
// there is none that is not revoked.
func (tx Tx) RevokeApplicationSecret(ctx context.Context, applicationID string, id int64, now Time) error {
	return tx.change(ctx, "RevokeApplicationSecret", revokeSecret, now, applicationID, id)
}

// SetApplicationSecretUsed records when a secret was last used, never an earlier time
// than the stored one.
func (tx Tx) SetApplicationSecretUsed(ctx context.Context, id int64, at Time) error {
	_, err := tx.exec(ctx, "SetApplicationSecretUsed", useSecret, at, id, at)
	return err
}

// ApplicationSecrets lists the secrets of an application, oldest first, revoked ones too.
func (s *Store) ApplicationSecrets(ctx context.Context, applicationID string) ([]ApplicationSecret, error) {
	return many[ApplicationSecret](ctx, s, "ApplicationSecrets", applicationSecrets, applicationID)
}

// LiveApplicationSecrets returns the secrets of an enabled application that are not
// revoked, none if it has none, with ID, ApplicationID, Hash and LastUsedAt alone. It
// returns ErrNotFound for an unknown or disabled application. The slice must not be
// changed.
func (s *Store) LiveApplicationSecrets(ctx context.Context, applicationID string) ([]ApplicationSecret, error) {
	const verb = "LiveApplicationSecrets"
	return cached(ctx, s, engine.Key{Method: verb, Text: applicationID}, func() (secrets []ApplicationSecret, err error) {
		rows, err := many[liveSecretRow](ctx, s, verb, applicationWithSecrets, applicationID)
		if err == nil && len(rows) == 0 {
			err = ErrNotFound
		}
		for _, row := range rows {
			if row.ID != nil {
				secrets = append(secrets, ApplicationSecret{ID: *row.ID, ApplicationID: row.ApplicationID, Hash: *row.Hash, LastUsedAt: row.LastUsedAt})
			}
		}
		return secrets, err
	})
}

// liveSecretRow is an application with one of its secrets, or with none.
type liveSecretRow struct {
	ApplicationID string  `db:"application_id"`
	ID            *int64  `db:"id"`
	Hash          *Digest `db:"secret_hash"`
	LastUsedAt    *Time   `db:"last_used_at"`
}
