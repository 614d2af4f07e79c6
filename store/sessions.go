package store

import (
	"context"
	"errors"
	"maps"
	"slices"

	"quartet/store/internal/engine"
)

var (
	insertSession = insertInto[Session]("sessions")

	selectSessions = "SELECT " + selected[Session]("") + " FROM sessions "
	liveSessions   = selectSessions + "WHERE user_id = ? AND " + isUsable + " ORDER BY created_at DESC, id DESC LIMIT ?"
	clientIPsOf    = "SELECT client_ip FROM sessions WHERE user_id = ? AND created_at >= ? ORDER BY created_at DESC LIMIT ?"
	replacementOf  = selectSessions + `WHERE user_id = ? AND exclusive_class = ? AND created_at >= ? AND id <> ?
		ORDER BY created_at DESC, id DESC LIMIT 1`

	selectOwned = "SELECT " + selected[Session]("s.") + `, u.role AS user_role, u.disabled_at AS user_disabled_at
		FROM sessions s JOIN users u ON u.id = s.user_id `
	sessionByID          = selectOwned + "WHERE s.id = ?"
	sessionByRefreshHash = selectOwned + "WHERE s.refresh_hash = ?"
)

const (
	noteSignIn = "last_login_at = ?, company_type = COALESCE(?, company_type), closing_at = NULL"
	isEnabled  = "id = ? AND disabled_at IS NULL AND (closing_at IS NULL OR closing_at > ?)"
	ofClass    = " WHERE user_id = ? AND exclusive_class = ? AND ended_at IS NULL"
	findOthers = "SELECT (SELECT id FROM sessions" + ofClass + ") AS live, (" + oldSessions + ") AS old"
	endOfClass = "UPDATE sessions SET ended_at = ?, end_reason = ?" + ofClass
	noteUser   = "UPDATE users SET " + noteSignIn + " WHERE " + isEnabled
)

// OpenSession adds a session and records the sign-in in the user's row. A session of an
// exclusive class ends the user's other session of that class: of any number opened at
// the same time, one stays live. companyType, unless nil, is stored in the user's row.
// It takes back the closing of the account. It returns ErrNotFound if the user does not
// exist, is disabled or due to be erased, a ConflictError of id or session, which may come
// with the commit, or a RateLimitError for too many sign-ins: then the caller must let the
// transaction fail.
func (tx Tx) OpenSession(ctx context.Context, session Session, companyType *int64, caps SessionCaps) (opened OpenedSession, err error) {
	const verb = "OpenSession"
	// This locks the user's row, so on every engine the sign-ins of one user are
	// serialised, and none can overlap with disabling the user.
	var noted, ended int64
	user := []any{session.UserID, session.CreatedAt}
	err = tx.later(ctx, verb, noteUser, &noted, append([]any{session.CreatedAt, companyType}, user...)...)
	if err == nil && noted == 0 { // MySQL counts no row that has the values already
		err = tx.mustExist(ctx, verb, "users", isEnabled, user)
		noted = 1
	}
	var before []otherSessions // one row
	if err == nil {
		err = tx.store.fail(verb, tx.tx.SelectLater(ctx, &before, findOthers,
			session.UserID, session.ExclusiveClass, session.UserID, max(caps.fewest()-1, 0)))
	}
	switch {
	case err != nil || session.ExclusiveClass == nil:
	case len(before) == 0: // it was put off
		err = tx.later(ctx, verb, endOfClass, &ended, session.CreatedAt, EndedByReplacement, session.UserID, *session.ExclusiveClass)
	case before[0].Live != nil:
		err = tx.later(ctx, verb, endSession, &ended, session.CreatedAt, EndedByReplacement, *before[0].Live)
	}
	if err == nil {
		err = tx.store.fail(verb, tx.tx.Flush(ctx))
	}
	switch {
	case err != nil:
		return OpenedSession{}, err
	case noted == 0:
		return OpenedSession{}, ErrNotFound
	case ended > 0: // nobody else can have opened one: the user's row is locked
		opened.Replaced = before[0].Live
	}
	if err := tx.later(ctx, verb, insertSession, nil, valuesOf(session)...); err != nil {
		return OpenedSession{}, err
	}
	if before[0].Old != nil {
		opened.Ended, err = tx.capSessions(ctx, session.UserID, caps, session.CreatedAt)
	}
	return opened, err
}

// PutSession adds a session or replaces the one of the same id, for demonstrations. It
// returns ErrNotFound if the user does not exist, and a ConflictError of session if its
// class has another live one or its hashes are taken.
func (tx Tx) PutSession(ctx context.Context, session Session) error {
	return put(ctx, tx, "PutSession", "sessions", session)
}

// SessionByRefreshHash finds a session by the hash of its refresh token, ended sessions
// too, or ErrNotFound.
func (s *Store) SessionByRefreshHash(ctx context.Context, hash Digest) (SessionOwner, error) {
	return one[SessionOwner](ctx, s, "SessionByRefreshHash", sessionByRefreshHash, hash)
}

// SessionByID finds a session, ended ones too, or ErrNotFound.
func (s *Store) SessionByID(ctx context.Context, id int64) (SessionOwner, error) {
	return one[SessionOwner](ctx, s, "SessionByID", sessionByID, id)
}

// LiveSessions returns at most limit sessions of a user that can be used at now, newest
// first.
func (s *Store) LiveSessions(ctx context.Context, userID int64, now Time, limit int) ([]Session, error) {
	return many[Session](ctx, s, "LiveSessions", liveSessions, userID, now, now, max(limit, 0))
}

// ClientIPsOf returns the client IPs of the sessions of a user, ended ones too, that were
// opened at since or later: those of the newest, up to limit, in any number each.
func (tx Tx) ClientIPsOf(ctx context.Context, userID int64, since Time, limit int) (from []string, err error) {
	err = tx.store.fail("ClientIPsOf", tx.tx.Select(ctx, &from, clientIPsOf, userID, since, limit))
	return from, err
}

// ClientIPsOf returns the client IPs of the sessions of a user, ended ones too, that were
// opened at since or later: those of the newest, up to limit, in any number each.
func (s *Store) ClientIPsOf(ctx context.Context, userID int64, since Time, limit int) ([]string, error) {
	return many[string](ctx, s, "ClientIPsOf", clientIPsOf, userID, since, limit)
}

// ReplacementOf finds the session that replaced another: the newest one of the same
// user and exclusive class that was opened when it ended or later, ended or not. It
// returns ErrNotFound, also for a session that has not ended or has no class.
func (s *Store) ReplacementOf(ctx context.Context, session Session) (Session, error) {
	if session.EndedAt == nil || session.ExclusiveClass == nil {
		return Session{}, ErrNotFound
	}
	return one[Session](ctx, s, "ReplacementOf", replacementOf,
		session.UserID, *session.ExclusiveClass, *session.EndedAt, session.ID)
}

const (
	rotateAccess = `UPDATE sessions SET previous_access_hash = access_hash, access_hash = ?, rotated_at = ?,
		generation = generation + 1, access_expires_at = ?, access_used_at = NULL, last_seen_at = ?
		WHERE id = ? AND generation = ? AND ended_at IS NULL`
	useAccess   = "UPDATE sessions SET access_used_at = ? WHERE id = ? AND access_hash = ? AND access_used_at IS NULL"
	slideUnused = "access_expires_at = CASE WHEN access_expires_at <= ? THEN ? ELSE access_expires_at END"
	isUnused    = "id = ? AND generation = ? AND access_used_at IS NULL AND ended_at IS NULL"

	extendAccessToken = `access_expires_at = CASE WHEN access_expires_at < ? THEN ? ELSE access_expires_at END,
		last_seen_at = CASE WHEN last_seen_at < ? THEN ? ELSE last_seen_at END,
		front_type = COALESCE(?, front_type)`
	hasNotEnded = "id = ? AND ended_at IS NULL"

	boundDevice = "SELECT device_number FROM sessions WHERE id = ?"
	bindDevice  = "UPDATE sessions SET device_number = ? WHERE id = ? AND device_number IS NULL"

	endSession      = "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL"
	endSessionOf    = endSession + " AND user_id = ?"
	endUserSessions = "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE user_id = ? AND id <> ? AND ended_at IS NULL"
)

// RotateAccess gives a session its next access token: the present hash becomes the
// previous one. Of any number of callers with the same fromGeneration one gets rotated
// true, and none if the session has ended.
func (tx Tx) RotateAccess(ctx context.Context, id, fromGeneration int64, newHash Digest, accessExpires, now Time) (rotated bool, err error) {
	changed, err := tx.exec(ctx, "RotateAccess", rotateAccess, newHash, now, accessExpires, now, id, fromGeneration)
	return changed > 0, err
}

// UseAccess records the first use of an access token, unless it was used before or is
// no longer the newest of its session.
func (tx Tx) UseAccess(ctx context.Context, id int64, hash Digest, now Time) error {
	return tx.later(ctx, "UseAccess", useAccess, nil, now, id, hash)
}

// SlideUnusedAccess makes sure that the newest access token of a session, of this
// generation, has not been used, and extends it if it has expired. It reports false if
// it was used, is no longer the newest, or its session has ended.
func (tx Tx) SlideUnusedAccess(ctx context.Context, id, generation int64, accessExpires, now Time) (unused bool, err error) {
	err = tx.update(ctx, "SlideUnusedAccess", "sessions", slideUnused, isUnused, []any{now, accessExpires}, []any{id, generation})
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// ExtendAccessToken extends the access token of a session that has not ended, never
// shortening it, and records the use of the session and, if given, the front end. It
// reports whether there is such a session.
func (tx Tx) ExtendAccessToken(ctx context.Context, id int64, accessExpires, now Time, frontType *int64) (bool, error) {
	err := tx.update(ctx, "ExtendAccessToken", "sessions", extendAccessToken, hasNotEnded,
		[]any{accessExpires, accessExpires, now, now, frontType}, []any{id})
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// BindDevice binds a session to a device unless it is bound already, and returns the
// device that it is bound to. It returns ErrNotFound.
func (tx Tx) BindDevice(ctx context.Context, id int64, device string) (bound string, err error) {
	if _, err = tx.exec(ctx, "BindDevice", bindDevice, device, id); err == nil {
		err = tx.get(ctx, "BindDevice", &bound, boundDevice, id)
	}
	return bound, err
}

// EndSession ends a session for a reason, one of the EndedBy constants. It reports
// whether there was one that had not ended.
func (tx Tx) EndSession(ctx context.Context, id int64, reason string, now Time) (ended bool, err error) {
	changed, err := tx.exec(ctx, "EndSession", endSession, now, reason, id)
	return changed > 0, err
}

// EndSessionOf is EndSession for a session of this user.
func (tx Tx) EndSessionOf(ctx context.Context, userID, id int64, reason string, now Time) (ended bool, err error) {
	changed, err := tx.exec(ctx, "EndSessionOf", endSessionOf, now, reason, id, userID)
	return changed > 0, err
}

// EndSessionsOf ends the sessions of a user except keepSession, 0 for none, for a reason,
// and returns how many ended.
func (tx Tx) EndSessionsOf(ctx context.Context, userID, keepSession int64, reason string, now Time) (ended int64, err error) {
	return tx.exec(ctx, "EndSessionsOf", endUserSessions, now, reason, userID, keepSession)
}

const endedSince = "SELECT COUNT(*) FROM sessions WHERE user_id = ? AND ended_at >= ? AND end_reason NOT IN (?, ?)"

// HasEndedSession reports whether a session of a user has ended at since or later, other
// than by a newer one that took its place or by a new way of signing in.
func (tx Tx) HasEndedSession(ctx context.Context, userID int64, since Time) (bool, error) {
	var ended int64
	err := tx.get(ctx, "HasEndedSession", &ended, endedSince, userID, since, EndedByReplacement, EndedByNewWayIn)
	return ended > 0, err
}

// lastSeenChunk is the number of sessions that one transaction changes, so that other
// writes can run in between.
const lastSeenChunk = 512

// SetLastSeen records when sessions were last used. Earlier times than the stored one
// and unknown sessions are ignored. After an error some may have been recorded.
func (s *Store) SetLastSeen(ctx context.Context, seen map[int64]Time) error {
	// Sorted, because SQLite stores neighbouring ids together.
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(seen)), lastSeenChunk) {
		// The last session is repeated up to a power of two, so that there are few
		// query texts: drivers cache prepared statements by text.
		rows := 1
		for rows < len(ids) {
			rows *= 2
		}
		var args []any
		for i := range rows {
			id := ids[min(i, len(ids)-1)]
			args = append(args, id, seen[id])
		}
		err := s.inTxAlone(ctx, "SetLastSeen", func(tx Tx) error {
			_, err := tx.exec(ctx, "SetLastSeen", s.engine.SetLastSeen(rows), args...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// One query for the user, the organisations and the roles: each further query costs
// more than the repeated columns. The indexes return the rows in this order.
const (
	profileByID = "SELECT " + profileColumns + " FROM users u " + profileJoins + " WHERE u.id = ? " + profileOrder

	profileColumns = `u.id, u.username, u.email, u.mobile_sealed, u.email_verified_at, u.mobile_verified_at,
		u.nickname, u.gender, u.avatar, u.disabled_at, u.closing_at,
		o.id, o.code, o.name, r.id, r.code, r.name`
	profileJoins = `LEFT JOIN memberships m ON m.user_id = u.id
		LEFT JOIN organisations o ON o.id = m.organisation_id AND o.disabled_at IS NULL
		LEFT JOIN membership_roles mr ON mr.user_id = m.user_id AND mr.organisation_id = m.organisation_id
		LEFT JOIN roles r ON r.id = mr.role_id AND r.disabled_at IS NULL`
	profileOrder = "ORDER BY m.organisation_id, mr.role_id" + limitListed
)

// profileRow is a user with one organisation and one role in it, or with none.
type profileRow struct {
	user                               Profile
	organisationID, roleID             *int64
	organisationCode, organisationName *string
	roleCode, roleName                 *string
}

func (p *profileRow) appendFields(fields []any) []any {
	u := &p.user
	return append(fields,
		&u.UserID, &u.Username, &u.Email, &u.MobileSealed, &u.EmailVerifiedAt, &u.MobileVerifiedAt,
		&u.Nickname, &u.Gender, &u.Avatar, &u.DisabledAt, &u.ClosingAt,
		&p.organisationID, &p.organisationCode, &p.organisationName, &p.roleID, &p.roleCode, &p.roleName,
	)
}

// addTo adds the row's organisation and role unless an earlier row had them.
func (p *profileRow) addTo(profile *Profile, row int) {
	if row == 0 {
		*profile = p.user
	}
	if p.organisationID == nil {
		return
	}
	last := len(profile.Memberships) - 1
	if last < 0 || profile.Memberships[last].ID != *p.organisationID {
		organisation := Organisation{ID: *p.organisationID, Code: *p.organisationCode, Name: *p.organisationName}
		profile.Memberships = append(profile.Memberships, Membership{Organisation: organisation})
		last++
	}
	if p.roleID != nil {
		of := &profile.Memberships[last]
		of.Roles = append(of.Roles, Role{ID: *p.roleID, Code: *p.roleCode, Name: *p.roleName})
	}
}

// ProfileByID finds the part of a user that applications can see, or ErrNotFound.
// Organisations, and the roles in each, are in order of their ids, without disabled
// ones. The result must not be changed.
func (s *Store) ProfileByID(ctx context.Context, id int64) (Profile, error) {
	return cached(ctx, s, engine.Key{Method: "ProfileByID", ID: id}, func() (profile Profile, err error) {
		var found profileRow
		err = s.each(ctx, "ProfileByID", profileByID, found.appendFields(nil), func(row int) { found.addTo(&profile, row) }, id)
		return profile, err
	})
}
