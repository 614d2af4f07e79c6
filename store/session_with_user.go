package store

import (
	"context"
	"errors"

	"quartet/store/internal/engine"
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
	key := engine.Key{Method: "SessionWithUserByAccessHash", Text: string(hash) + " " + applicationID}
	return cached(ctx, s, key, func() (SessionWithUser, error) {
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
	return cached(ctx, s, engine.Key{Method: "SessionWithUserByID", Text: applicationID, ID: id}, func() (SessionWithUser, error) {
		return s.sessionWithUser(ctx, sessionWithUserByID, applicationID, id)
	})
}

func (s *Store) sessionWithUser(ctx context.Context, query, applicationID string, key any) (SessionWithUser, error) {
	var row sessionWithUserRow
	var profile Profile
	err := s.each(ctx, "SessionWithUser", query, row.fields(), func(n int) { row.addTo(&profile, n) }, applicationID, key)
	row.session.Profile = profile
	return row.session, err
}

// One query for the user, the organisations and the roles: each query costs more
// than the columns that it would spare the others. In this order the indexes give
// the rows already.
const (
	profileByID = "SELECT " + profileColumns + " FROM users u " + profileJoins + " WHERE u.id = ? " + profileOrder

	profileColumns = `u.id, u.username, u.email, u.mobile_sealed, u.nickname, u.gender, u.avatar,
		o.id, o.code, o.name, r.id, r.code, r.name`
	profileJoins = `LEFT JOIN memberships m ON m.user_id = u.id
		LEFT JOIN organisations o ON o.id = m.organisation_id AND o.disabled_at IS NULL
		LEFT JOIN membership_roles mr ON mr.user_id = m.user_id AND mr.organisation_id = m.organisation_id
		LEFT JOIN roles r ON r.id = mr.role_id AND r.disabled_at IS NULL`
	profileOrder = "ORDER BY m.organisation_id, mr.role_id"
)

// profileRow is a user with one organisation and one role in it, or with none.
type profileRow struct {
	user                               Profile
	organisationID, roleID             *int64
	organisationCode, organisationName *string
	roleCode, roleName                 *string
}

func (p *profileRow) fields() []any {
	u := &p.user
	return []any{
		&u.UserID, &u.Username, &u.Email, &u.MobileSealed, &u.Nickname, &u.Gender, &u.Avatar,
		&p.organisationID, &p.organisationCode, &p.organisationName, &p.roleID, &p.roleCode, &p.roleName,
	}
}

// addTo adds what the row tells beyond the rows before it.
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

// ProfileByID finds what applications are shown of a user, or ErrNotFound. The
// organisations, and the roles in each, come in order of their ids; disabled
// ones are left out. Nothing in it must be changed.
func (s *Store) ProfileByID(ctx context.Context, id int64) (Profile, error) {
	return cached(ctx, s, engine.Key{Method: "ProfileByID", ID: id}, func() (profile Profile, err error) {
		var found profileRow
		err = s.each(ctx, "ProfileByID", profileByID, found.fields(), func(row int) { found.addTo(&profile, row) }, id)
		return profile, err
	})
}
