package store

import (
	"context"
	"errors"
)

var importedUser = selectUsers + "WHERE id = (SELECT user_id FROM user_aliases WHERE source = ? AND alias = ?)"

const setFirstPassword = "UPDATE users SET password_hash = ?, version = version + 1, updated_at = ? WHERE id = ? AND password_hash IS NULL"

var passwordsAfter = "SELECT " + selected[UserPassword]("") + " FROM users WHERE id > ? ORDER BY id LIMIT ?"

// UserPassword is the stored hash of a user's password.
type UserPassword struct {
	ID   int64   `db:"id"`
	Hash *string `db:"password_hash"`
}

// PasswordsAfter returns the hashes of at most limit users whose ids are above afterID, in
// order of their ids, with those of users who have none.
func (s *Store) PasswordsAfter(ctx context.Context, afterID int64, limit int) ([]UserPassword, error) {
	return many[UserPassword](ctx, s, "PasswordsAfter", passwordsAfter, afterID, max(limit, 0))
}

// ImportedUser finds the user of another system by the id there, or returns ErrNotFound.
func (tx Tx) ImportedUser(ctx context.Context, source, alias string) (u User, err error) {
	err = tx.get(ctx, "ImportedUser", &u, importedUser, source, alias)
	return u, err
}

// AddImportedUser adds a user, with the id in the system source. If another transaction
// has taken one of the user's values meanwhile, the whole transaction runs again.
func (tx Tx) AddImportedUser(ctx context.Context, source string, u ImportedUser) error {
	return tx.importAdded(ctx, source, []ImportedUser{u}, []error{nil})
}

// SetFirstPassword stores the hash of the password that a user has in another system.
// Sessions stay. If another transaction has given the user a password meanwhile, the
// whole transaction runs again.
func (tx Tx) SetFirstPassword(ctx context.Context, userID int64, hash string, now Time) error {
	err := tx.change(ctx, "SetFirstPassword", setFirstPassword, hash, now, userID)
	if errors.Is(err, ErrNotFound) {
		return errRerun
	}
	return err
}
