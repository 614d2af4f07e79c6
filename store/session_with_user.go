package store

import (
	"context"
	"errors"
)

// One query gives all that a request needs of its token: a second query costs
// more than the columns that repeat for each role.
const (
	selectSessionWithUser = `SELECT s.id, s.opened_by, s.exclusive_class, s.device_number, s.rotated_at, s.access_expires_at, s.expires_at,
		s.created_at, s.last_seen_at, s.ended_at, s.end_reason, u.role, u.disabled_at, a.rights, ` + profileColumns + `
		FROM sessions s JOIN users u ON u.id = s.user_id
		LEFT JOIN applications a ON a.id = ? AND a.disabled_at IS NULL ` + profileJoins

	sessionWithUserByAccessHash   = selectSessionWithUser + " WHERE s.access_hash = ? " + profileOrder
	sessionWithUserByPreviousHash = selectSessionWithUser + " WHERE s.previous_access_hash = ? " + profileOrder
	sessionWithUserByID           = selectSessionWithUser + " WHERE s.id = ? AND s.access_hash IS NULL " + profileOrder
)

// SessionWithUser is a session, ended or not, with what a request must know of
// its user, who may be disabled, and of the application that it names.
type SessionWithUser struct {
	ID                                                int64
	OpenedBy                                          string
	ExclusiveClass, DeviceNumber                      *string
	RotatedAt                                         *Time
	AccessExpiresAt, ExpiresAt, CreatedAt, LastSeenAt Time
	EndedAt                                           *Time
	EndReason                                         *string
	Role                                              string
	UserDisabledAt                                    *Time
	ApplicationRights                                 *string // nil for an unknown or disabled application
	Profile                                           Profile
	// Previous tells that the hash was that of the access token before the newest.
	Previous bool
}

// sessionWithUserRow is a session with one row of its user's profile.
type sessionWithUserRow struct {
	session SessionWithUser
	profileRow
}

func (r *sessionWithUserRow) fields() []any {
	s := &r.session
	return append([]any{
		&s.ID, &s.OpenedBy, &s.ExclusiveClass, &s.DeviceNumber, &s.RotatedAt, &s.AccessExpiresAt, &s.ExpiresAt,
		&s.CreatedAt, &s.LastSeenAt, &s.EndedAt, &s.EndReason, &s.Role, &s.UserDisabledAt, &s.ApplicationRights,
	}, r.profileRow.fields()...)
}

// SessionWithUserByAccessHash finds a session by the hash of its access token or
// of the one before it, or ErrNotFound. The result must not be changed.
func (s *Store) SessionWithUserByAccessHash(ctx context.Context, hash Digest, applicationID string) (SessionWithUser, error) {
	key := rowKey{verb: "SessionWithUserByAccessHash", text: string(hash) + " " + applicationID}
	return remembered(ctx, s, key, func() (SessionWithUser, error) {
		// A hash goes from the one column to the other, never back, so nothing is
		// missed between the two queries. Nearly all tokens are the newest.
		found, err := s.sessionWithUser(ctx, sessionWithUserByAccessHash, applicationID, hash)
		if errors.Is(err, ErrNotFound) {
			found, err = s.sessionWithUser(ctx, sessionWithUserByPreviousHash, applicationID, hash)
			found.Previous = true
		}
		return found, err
	})
}

// SessionWithUserByID finds a session without access token, whose credential is
// a JWT, or ErrNotFound. The result must not be changed.
func (s *Store) SessionWithUserByID(ctx context.Context, id int64, applicationID string) (SessionWithUser, error) {
	return remembered(ctx, s, rowKey{verb: "SessionWithUserByID", text: applicationID, id: id}, func() (SessionWithUser, error) {
		return s.sessionWithUser(ctx, sessionWithUserByID, applicationID, id)
	})
}

func (s *Store) sessionWithUser(ctx context.Context, query, applicationID string, key any) (SessionWithUser, error) {
	var row sessionWithUserRow
	var profile Profile
	err := s.eachScanned(ctx, "SessionWithUser", query, row.fields(), func(n int) error {
		row.addTo(&profile, n)
		return nil
	}, applicationID, key)
	row.session.Profile = profile
	return row.session, err
}
