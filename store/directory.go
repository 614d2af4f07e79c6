package store

import (
	"context"
	"slices"
)

// Member is a member of an organisation, with the user's roles there in order of their
// ids, disabled ones too.
type Member struct {
	UserID         int64
	Username       *string
	Nickname       string
	RealName       string
	UserDisabledAt *Time
	JoinedAt       Time
	Roles          []Role
}

// JoinedMembership is an organisation that a user belongs to, with the user's roles there
// in order of their ids. Disabled organisations and roles are in it too.
type JoinedMembership struct {
	Organisation
	JoinedAt Time
	Roles    []Role
}

// EntryFilter says which organisations or roles to find. A zero field does not filter.
type EntryFilter struct {
	After string  // with codes above this one
	IDs   []int64 // with one of these; nil: any
}

func (f EntryFilter) conditions() (c conditions) {
	c.add("code > ?", f.After)
	if f.IDs != nil {
		in(&c, "id", f.IDs)
	}
	return c
}

// FindOrganisations returns at most limit organisations in order of their codes.
func (s *Store) FindOrganisations(ctx context.Context, f EntryFilter, limit int) ([]Organisation, error) {
	return ordered[Organisation](ctx, s, "FindOrganisations", selectOrganisations, f.conditions(), "code", limit)
}

// FindRoles returns at most limit roles in order of their codes.
func (s *Store) FindRoles(ctx context.Context, f EntryFilter, limit int) ([]Role, error) {
	return ordered[Role](ctx, s, "FindRoles", selectRoles, f.conditions(), "code", limit)
}

// FindApplications returns at most limit applications whose ids are above afterID, in order
// of their ids.
func (s *Store) FindApplications(ctx context.Context, afterID string, limit int) ([]Application, error) {
	var c conditions
	c.add("id > ?", afterID)
	return ordered[Application](ctx, s, "FindApplications", selectApplications, c, "id", limit)
}

// ordered returns at most limit rows that meet conditions, in order of a column.
func ordered[T any](ctx context.Context, s *Store, verb, selected string, c conditions, column string, limit int) ([]T, error) {
	return found[T](ctx, s, verb, selected+c.where()+" ORDER BY "+column+" LIMIT ?", append(c.args, max(limit, 0)))
}

// LinkedOrganisations gives the codes of the organisations that each of the applications
// sees, in order.
func (s *Store) LinkedOrganisations(ctx context.Context, applicationIDs []string) (codes map[string][]string, err error) {
	if len(applicationIDs) == 0 {
		return nil, nil
	}
	type link struct {
		ApplicationID string `db:"application_id"`
		Code          string `db:"code"`
	}
	var c conditions
	in(&c, "ao.application_id", applicationIDs)
	links, err := found[link](ctx, s, "LinkedOrganisations", `SELECT ao.application_id, o.code FROM application_organisations ao
		JOIN organisations o ON o.id = ao.organisation_id `+c.where()+" ORDER BY o.code"+limitListed, c.args)
	codes = map[string][]string{}
	for _, link := range links {
		codes[link.ApplicationID] = append(codes[link.ApplicationID], link.Code)
	}
	return codes, err
}

// joinedRole is a role that a member has, all nil for a member without one.
type joinedRole struct {
	ID          *int64  `db:"role_id"`
	Code        *string `db:"role_code"`
	Name        *string `db:"role_name"`
	CreatedAt   *Time   `db:"role_created_at"`
	DisabledAt  *Time   `db:"role_disabled_at"`
	Version     *int64  `db:"role_version"`
	Administers *bool   `db:"role_administers"`
}

const joinedRoles = `r.id AS role_id, r.code AS role_code, r.name AS role_name, r.created_at AS role_created_at, r.disabled_at AS role_disabled_at,
	r.version AS role_version, r.administers AS role_administers`

func (r joinedRole) appendTo(roles []Role) []Role {
	if r.ID == nil {
		return roles
	}
	return append(roles, Role{*r.ID, *r.Code, *r.Name, *r.CreatedAt, r.DisabledAt, *r.Version, *r.Administers})
}

// The page is cut before the roles are joined, so that it has whole members.
const findMembers = `SELECT m.user_id, m.created_at AS joined_at, u.username, u.nickname, u.real_name, u.disabled_at, ` + joinedRoles + `
	FROM (SELECT user_id, organisation_id, created_at FROM memberships
		WHERE organisation_id = ? AND user_id > ? ORDER BY user_id LIMIT ?) m
	JOIN users u ON u.id = m.user_id
	LEFT JOIN membership_roles mr ON mr.user_id = m.user_id AND mr.organisation_id = m.organisation_id
	LEFT JOIN roles r ON r.id = mr.role_id
	ORDER BY m.user_id, r.id`

// FindMembers returns at most limit members of an organisation whose ids are above
// afterUserID, in order of their ids.
func (s *Store) FindMembers(ctx context.Context, organisationID, afterUserID int64, limit int) (members []Member, err error) {
	type row struct {
		UserID     int64   `db:"user_id"`
		JoinedAt   Time    `db:"joined_at"`
		Username   *string `db:"username"`
		Nickname   string  `db:"nickname"`
		RealName   string  `db:"real_name"`
		DisabledAt *Time   `db:"disabled_at"`
		joinedRole
	}
	rows, err := many[row](ctx, s, "FindMembers", findMembers, organisationID, afterUserID, max(limit, 0))
	for _, row := range rows {
		last := len(members) - 1
		if last < 0 || members[last].UserID != row.UserID {
			members = append(members, Member{row.UserID, row.Username, row.Nickname, row.RealName, row.DisabledAt, row.JoinedAt, nil})
			last++
		}
		members[last].Roles = row.appendTo(members[last].Roles)
	}
	return members, err
}

var joinedMembershipsOf = "SELECT m.created_at AS joined_at, " + selected[Organisation]("o.") + ", " + joinedRoles + `
	FROM memberships m
	JOIN organisations o ON o.id = m.organisation_id
	LEFT JOIN membership_roles mr ON mr.user_id = m.user_id AND mr.organisation_id = m.organisation_id
	LEFT JOIN roles r ON r.id = mr.role_id
	WHERE m.user_id = ? ORDER BY o.code, r.id` + limitListed

// JoinedMembershipsOf gives the organisations of a user in order of their codes, with the
// user's roles in each.
func (s *Store) JoinedMembershipsOf(ctx context.Context, userID int64) (memberships []JoinedMembership, err error) {
	type row struct {
		JoinedAt Time `db:"joined_at"`
		Organisation
		joinedRole
	}
	rows, err := many[row](ctx, s, "JoinedMembershipsOf", joinedMembershipsOf, userID)
	for _, row := range rows {
		last := len(memberships) - 1
		if last < 0 || memberships[last].ID != row.Organisation.ID {
			memberships = append(memberships, JoinedMembership{row.Organisation, row.JoinedAt, nil})
			last++
		}
		memberships[last].Roles = row.appendTo(memberships[last].Roles)
	}
	return memberships, err
}

// MembershipChange is what SetMembership did.
type MembershipChange struct {
	Added      bool    // the membership itself
	Gave, Took []int64 // the ids of roles
}

const (
	// The update changes nothing, but locks the row, so that concurrent changes of a
	// member's roles follow one another.
	lockMembership  = "created_at = created_at"
	membershipRoles = "SELECT role_id FROM membership_roles WHERE user_id = ? AND organisation_id = ? ORDER BY role_id" + limitListed
)

// SetMembership makes a user a member of an organisation, with exactly the roles. It
// returns ErrNotFound if the user, the organisation or a role does not exist.
func (tx Tx) SetMembership(ctx context.Context, userID, organisationID int64, roleIDs []int64, now Time) (change MembershipChange, err error) {
	const verb = "SetMembership"
	change.Added, err = tx.insertIgnore(ctx, verb, addMembership, "(user_id, organisation_id)", userID, organisationID, now)
	if err != nil {
		return change, err
	}
	err = tx.update(ctx, verb, "memberships", lockMembership, "user_id = ? AND organisation_id = ?", nil, []any{userID, organisationID})
	if err != nil {
		return change, err
	}
	var held []int64
	if err := tx.store.fail(verb, tx.tx.Select(ctx, &held, membershipRoles, userID, organisationID)); err != nil {
		return change, err
	}
	for _, id := range held {
		if slices.Contains(roleIDs, id) {
			continue
		}
		if err := tx.change(ctx, verb, removeMembershipRole, userID, organisationID, id); err != nil {
			return change, err
		}
		change.Took = append(change.Took, id)
	}
	for _, id := range roleIDs {
		if slices.Contains(held, id) || slices.Contains(change.Gave, id) {
			continue
		}
		if _, err := tx.exec(ctx, verb, addMembershipRole, userID, organisationID, id, now); err != nil {
			return change, err
		}
		change.Gave = append(change.Gave, id)
	}
	return change, nil
}
