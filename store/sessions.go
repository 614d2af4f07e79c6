package store

import (
	"context"
	"errors"
)

var (
	insertSession = insertInto[Session]("sessions")
	putSession    = insertSession + replacing[Session]()

	selectSessions = "SELECT " + selected[Session]("") + " FROM sessions "
	liveSessions   = selectSessions + "WHERE user_id = ? AND ended_at IS NULL AND expires_at > ? ORDER BY created_at DESC, id DESC"
	replacementOf  = selectSessions + `WHERE user_id = ? AND exclusive_class = ? AND created_at >= ? AND id <> ?
		ORDER BY created_at DESC, id DESC LIMIT 1`

	selectOwned = "SELECT " + selected[Session]("s.") + `, u.role AS user_role, u.disabled_at AS user_disabled_at
		FROM sessions s JOIN users u ON u.id = s.user_id `
	sessionByID          = selectOwned + "WHERE s.id = ?"
	sessionByAccessHash  = selectOwned + "WHERE s.access_hash = ?"
	sessionByPrevious    = selectOwned + "WHERE s.previous_access_hash = ?"
	sessionByRefreshHash = selectOwned + "WHERE s.refresh_hash = ?"
)

const (
	noteSignIn = `UPDATE users SET last_login_at = ?, company_type = COALESCE(?, company_type)
		WHERE id = ? AND disabled_at IS NULL`
	endReplaced = `UPDATE sessions SET ended_at = ?, end_reason = ?
		WHERE user_id = ? AND exclusive_class = ? AND ended_at IS NULL RETURNING id`
)

// OpenSession adds a session and notes the sign-in at its user. A session of an
// exclusive class ends the user's other one of that class: however many are
// opened at the same moment, one is live. companyType, if any, is kept at the
// user. replaced is the session that ended, nil for none. It returns ErrNotFound
// when there is no such user or the user is disabled, and a ConflictError of id
// or session.
func (w Tx) OpenSession(ctx context.Context, session Session, companyType *int64) (replaced *int64, err error) {
	// This also locks the user's row, so on every engine the sign-ins of one user
	// come one after the other, and none passes a disabling.
	err = w.t.change(ctx, noteSignIn, session.CreatedAt, companyType, session.UserID)
	if err == nil && session.ExclusiveClass != nil {
		replaced, err = endOther(ctx, w.t, session)
	}
	if err == nil {
		_, err = w.t.insert(ctx, insertSession, session)
	}
	return replaced, fail("OpenSession", err)
}

// endOther ends the session of the user and class of the one that begins.
func endOther(ctx context.Context, t tx, begins Session) (replaced *int64, err error) {
	var ended []int64 // one at most: the class is exclusive
	err = t.all(ctx, &ended, endReplaced, begins.CreatedAt, EndedByReplacement, begins.UserID, *begins.ExclusiveClass)
	if len(ended) > 0 {
		replaced = &ended[0]
	}
	return replaced, err
}

// PutSession adds a session or replaces the one of the same id: for fixtures. It
// returns ErrNotFound when there is no such user, and a ConflictError of session
// when its class has another live one or its hashes are taken.
func (w Tx) PutSession(ctx context.Context, session Session) error {
	return w.insert(ctx, "PutSession", putSession, session)
}

// SessionByAccessHash finds a session by the hash of its access token or of the
// one before it, ended sessions too, or ErrNotFound.
func (s *Store) SessionByAccessHash(ctx context.Context, hash Digest) (SessionOwner, error) {
	return remembered(ctx, s, rowKey{verb: "SessionByAccessHash", text: string(hash)}, func() (SessionOwner, error) {
		// A hash goes from the one column to the other, never back, so nothing is
		// missed between the two. Nearly all tokens are the newest.
		owner, err := one[SessionOwner](ctx, s, "SessionByAccessHash", sessionByAccessHash, hash)
		if errors.Is(err, ErrNotFound) {
			return one[SessionOwner](ctx, s, "SessionByAccessHash", sessionByPrevious, hash)
		}
		return owner, err
	})
}

// SessionByRefreshHash finds a session by the hash of its refresh token, ended
// sessions too, or ErrNotFound.
func (s *Store) SessionByRefreshHash(ctx context.Context, hash Digest) (SessionOwner, error) {
	return one[SessionOwner](ctx, s, "SessionByRefreshHash", sessionByRefreshHash, hash)
}

// SessionByID finds a session, ended ones too, or ErrNotFound.
func (s *Store) SessionByID(ctx context.Context, id int64) (SessionOwner, error) {
	return remembered(ctx, s, rowKey{verb: "SessionByID", id: id}, func() (SessionOwner, error) {
		return one[SessionOwner](ctx, s, "SessionByID", sessionByID, id)
	})
}

// LiveSessions gives the sessions of a user that have neither ended nor reached
// the end of their time at now, newest first.
func (s *Store) LiveSessions(ctx context.Context, userID int64, now Time) ([]Session, error) {
	return many[Session](ctx, s, "LiveSessions", liveSessions, userID, now)
}

// ReplacementOf finds what replaced a session: the newest one of the same user and
// exclusive class that was opened at its end or later, ended or not. It returns
// ErrNotFound, also for a session that has not ended or is of no class.
func (s *Store) ReplacementOf(ctx context.Context, session Session) (Session, error) {
	if session.EndedAt == nil || session.ExclusiveClass == nil {
		return Session{}, ErrNotFound
	}
	return one[Session](ctx, s, "ReplacementOf", replacementOf,
		session.UserID, *session.ExclusiveClass, *session.EndedAt, session.ID)
}
