package store

import "context"

const (
	rotateAccess = `UPDATE sessions SET previous_access_hash = access_hash, access_hash = ?, rotated_at = ?,
		generation = generation + 1, access_expires_at = ?, last_seen_at = ?
		WHERE id = ? AND generation = ? AND ended_at IS NULL`
	extendAccessToken = `UPDATE sessions SET
		access_expires_at = CASE WHEN access_expires_at < ? THEN ? ELSE access_expires_at END,
		last_seen_at = CASE WHEN last_seen_at < ? THEN ? ELSE last_seen_at END,
		front_type = COALESCE(?, front_type)
		WHERE id = ? AND ended_at IS NULL`

	boundDevice = "SELECT device_number FROM sessions WHERE id = ?"
	bindDevice  = "UPDATE sessions SET device_number = ? WHERE id = ? AND device_number IS NULL"

	endSession      = "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL"
	endSessionOf    = endSession + " AND user_id = ?"
	endUserSessions = "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE user_id = ? AND id <> ? AND ended_at IS NULL"
)

// RotateAccess gives a session its next access token: the present hash becomes
// the previous one. Only one of any number of callers who saw fromGeneration has
// rotated true, and none when the session has ended.
func (w Tx) RotateAccess(ctx context.Context, id, fromGeneration int64, newHash Digest, accessExpires, now Time) (rotated bool, err error) {
	changed, err := w.exec(ctx, "RotateAccess", rotateAccess, newHash, now, accessExpires, now, id, fromGeneration)
	return changed > 0, err
}

// ExtendAccessToken prolongs the access token of a session that has not ended, never
// shortening it, and notes that the session was used and, if given, by which
// front end. It tells whether there was such a session.
func (w Tx) ExtendAccessToken(ctx context.Context, id int64, accessExpires, now Time, frontType *int64) (bool, error) {
	changed, err := w.exec(ctx, "ExtendAccessToken", extendAccessToken, accessExpires, accessExpires, now, now, frontType, id)
	return changed > 0, err
}

// BindDevice binds a session to a device if it is bound to none, and gives the
// device it is bound to. It returns ErrNotFound.
func (w Tx) BindDevice(ctx context.Context, id int64, device string) (bound string, err error) {
	if _, err = w.exec(ctx, "BindDevice", bindDevice, device, id); err == nil {
		err = fail("BindDevice", w.t.get(ctx, &bound, boundDevice, id))
	}
	return bound, err
}

// EndSession ends a session for a reason, one of the EndedBy constants. It tells
// whether there was one that had not ended.
func (w Tx) EndSession(ctx context.Context, id int64, reason string, now Time) (ended bool, err error) {
	changed, err := w.t.exec(ctx, endSession, now, reason, id)
	return changed > 0, fail("EndSession", err)
}

// EndSessionOf is EndSession for a session that must be the user's.
func (w Tx) EndSessionOf(ctx context.Context, userID, id int64, reason string, now Time) (ended bool, err error) {
	changed, err := w.t.exec(ctx, endSessionOf, now, reason, id, userID)
	return changed > 0, fail("EndSessionOf", err)
}
