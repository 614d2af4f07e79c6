package store

import "context"

const (
	setPassword = `UPDATE users SET password_hash = ?, password_changed_at = ?, security_stamp = ?,
		version = version + 1, updated_at = ? WHERE id = ?`
	ifPasswordWas = " AND password_hash = ?"
	ifNoPassword  = " AND password_hash IS NULL"

	upgradePasswordHash = "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?"
)

// SetPassword gives a user a new password hash and security stamp, and ends the
// user's other sessions: all that have not ended but keepSession, 0 for none to
// keep. ended is their number. With wasHash, the password is set only if its
// hash is still that one, or with "" if there is still none. It returns
// ErrNotFound when the user is not there or the hash has changed.
func (w Tx) SetPassword(ctx context.Context, userID int64, newHash string, wasHash *string, keepSession int64, stamp string, now Time) (ended int64, err error) {
	query, args := setPassword, []any{newHash, now, stamp, now, userID}
	switch {
	case wasHash == nil:
	case *wasHash == "":
		query += ifNoPassword
	default:
		query, args = query+ifPasswordWas, append(args, *wasHash)
	}
	if err = w.t.change(ctx, query, args...); err == nil {
		ended, err = w.t.exec(ctx, endUserSessions, now, EndedByPasswordChange, userID, keepSession)
	}
	return ended, fail("SetPassword", err)
}

// UpgradePasswordHash replaces a hash by a stronger one of the same password.
// When the hash is not wasHash any more, nothing happens.
func (w Tx) UpgradePasswordHash(ctx context.Context, userID int64, wasHash, newHash string) error {
	_, err := w.exec(ctx, "UpgradePasswordHash", upgradePasswordHash, newHash, userID, wasHash)
	return err
}

const (
	disableUser = "UPDATE users SET disabled_at = COALESCE(disabled_at, ?), version = version + 1, updated_at = ? WHERE id = ?"
	enableUser  = "UPDATE users SET disabled_at = NULL, version = version + 1, updated_at = ? WHERE id = ?"
)

// SetUserDisabled disables a user, ending all sessions, or enables one. It
// returns ErrNotFound.
func (w Tx) SetUserDisabled(ctx context.Context, userID int64, disabled bool, now Time) error {
	if !disabled {
		return fail("SetUserDisabled", w.t.change(ctx, enableUser, now, userID))
	}
	err := w.t.change(ctx, disableUser, now, now, userID)
	if err == nil {
		_, err = w.t.exec(ctx, endUserSessions, now, EndedByDisabling, userID, int64(0))
	}
	return fail("SetUserDisabled", err)
}

const setUserRole = "UPDATE users SET role = ?, version = version + 1, updated_at = ? WHERE id = ?"

// SetUserRole gives a user one of the roles over the whole server. It returns
// ErrNotFound.
func (w Tx) SetUserRole(ctx context.Context, userID int64, role string, now Time) error {
	return fail("SetUserRole", w.t.change(ctx, setUserRole, role, now, userID))
}
