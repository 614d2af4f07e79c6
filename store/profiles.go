package store

import "context"

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
	return remembered(ctx, s, rowKey{verb: "ProfileByID", id: id, glanceable: true}, func() (profile Profile, err error) {
		var found profileRow
		err = s.eachScanned(ctx, "ProfileByID", profileByID, found.fields(), func(row int) error {
			found.addTo(&profile, row)
			return nil
		}, id)
		return profile, err
	})
}
