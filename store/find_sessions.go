package store

import (
	"context"
	"errors"
	"sync"

	"quartet/store/internal/engine"
)

// SessionFilter says which sessions to find. A zero field does not filter.
type SessionFilter struct {
	UserID int64
	// LiveAt finds the sessions that can be used at that time.
	LiveAt Time
}

// isUsable is the condition of a session that has not ended and can be used at a time:
// without a refresh token, an expired access token ends a session.
const isUsable = "ended_at IS NULL AND expires_at > ? AND (refresh_hash IS NOT NULL OR access_expires_at > ?)"

func (f SessionFilter) conditions() (c conditions) {
	if f.UserID != 0 {
		c.add("user_id = ?", f.UserID)
	}
	if f.LiveAt != 0 {
		c.add(isUsable, f.LiveAt, f.LiveAt)
	}
	return c
}

// FindSessions returns at most limit sessions whose ids are above afterID, in order of
// their ids.
func (s *Store) FindSessions(ctx context.Context, f SessionFilter, afterID int64, limit int) ([]Session, error) {
	return page[Session](ctx, s, "FindSessions", selectSessions, f.conditions(), afterID, limit)
}

// NewestSessions returns at most limit sessions, the highest ids first. All are below
// beforeID, unless that is 0.
func (s *Store) NewestSessions(ctx context.Context, f SessionFilter, beforeID int64, limit int) ([]Session, error) {
	return pageBefore[Session](ctx, s, "NewestSessions", selectSessions, f.conditions(), beforeID, limit)
}

// CountSessions returns how many sessions f finds.
func (s *Store) CountSessions(ctx context.Context, f SessionFilter) (int64, error) {
	return s.count(ctx, "CountSessions", "sessions", f.conditions())
}

// One query reads everything that a request needs of its token: a second query costs
// more than the columns that repeat for each role.
const (
	selectSessionWithUser = `SELECT s.id, s.opened_by, s.application_id, s.exclusive_class, s.device_number, s.rotated_at, s.access_used_at, s.access_expires_at, s.expires_at,
		s.created_at, s.last_seen_at, s.ended_at, s.end_reason, u.role, a.rights, ` + profileColumns + `
		FROM sessions s JOIN users u ON u.id = s.user_id
		LEFT JOIN applications a ON a.id = ? AND a.disabled_at IS NULL ` + profileJoins

	sessionWithUserByAccessHash   = selectSessionWithUser + " WHERE s.access_hash = ? " + profileOrder
	sessionWithUserByPreviousHash = selectSessionWithUser + " WHERE s.previous_access_hash = ? " + profileOrder
	sessionWithUserByID           = selectSessionWithUser + " WHERE s.id = ? AND s.access_hash IS NULL " + profileOrder
)

// SessionWithUser is a session, ended or not, with the columns that a request needs of
// its user, who may be disabled, and of the application that it names.
type SessionWithUser struct {
	ID                                                int64
	OpenedBy                                          string
	ApplicationID                                     *string // that the sign-in named
	ExclusiveClass, DeviceNumber                      *string
	RotatedAt, AccessUsedAt                           *Time
	AccessExpiresAt, ExpiresAt, CreatedAt, LastSeenAt Time
	EndedAt                                           *Time
	EndReason                                         *string
	Role                                              string
	ApplicationRights                                 *string // of the request's; nil for an unknown or disabled application
	Profile                                           Profile
	// Previous reports that the hash was that of the previous access token.
	Previous bool
}

// sessionWithUserRow is a session with one row of its user's profile.
type sessionWithUserRow struct {
	session SessionWithUser
	profileRow
	fields []any
}

// sessionRows are rows that are used again: every request needs one.
var sessionRows = sync.Pool{New: func() any {
	r := new(sessionWithUserRow)
	s := &r.session
	r.fields = r.profileRow.appendFields([]any{
		&s.ID, &s.OpenedBy, &s.ApplicationID, &s.ExclusiveClass, &s.DeviceNumber, &s.RotatedAt, &s.AccessUsedAt, &s.AccessExpiresAt, &s.ExpiresAt,
		&s.CreatedAt, &s.LastSeenAt, &s.EndedAt, &s.EndReason, &s.Role, &s.ApplicationRights,
	})
	return r
}}

// SessionWithUserByAccessHash finds a session by the hash of its access token or of the
// previous one, or ErrNotFound. The result must not be changed.
func (s *Store) SessionWithUserByAccessHash(ctx context.Context, hash Digest, applicationID string) (SessionWithUser, error) {
	key := engine.Key{Method: "SessionWithUserByAccessHash", Text: string(hash) + " " + applicationID}
	return cached(ctx, s, key, func() (SessionWithUser, error) {
		// A hash only ever moves from access_hash to previous_access_hash, so nothing
		// is missed between the two queries. Nearly all tokens are current.
		found, err := s.sessionWithUser(ctx, sessionWithUserByAccessHash, applicationID, hash)
		if errors.Is(err, ErrNotFound) {
			found, err = s.sessionWithUser(ctx, sessionWithUserByPreviousHash, applicationID, hash)
			found.Previous = true
		}
		return found, err
	})
}

// SessionWithUserByID finds a session whose credential is a JWT, which has no access
// token, or ErrNotFound. The result must not be changed.
func (s *Store) SessionWithUserByID(ctx context.Context, id int64, applicationID string) (SessionWithUser, error) {
	return cached(ctx, s, engine.Key{Method: "SessionWithUserByID", Text: applicationID, ID: id}, func() (SessionWithUser, error) {
		return s.sessionWithUser(ctx, sessionWithUserByID, applicationID, id)
	})
}

func (s *Store) sessionWithUser(ctx context.Context, query, applicationID string, key any) (SessionWithUser, error) {
	row := sessionRows.Get().(*sessionWithUserRow)
	err := s.each(ctx, "SessionWithUser", query, row.fields, func(n int) { row.addTo(&row.session.Profile, n) }, applicationID, key)
	found := row.session
	row.session, row.profileRow = SessionWithUser{}, profileRow{}
	sessionRows.Put(row)
	return found, err
}
