package store

import "context"

var (
	insertOrganisation  = insertInto[Organisation]("organisations")
	selectOrganisations = "SELECT " + selected[Organisation]("o.") + " FROM organisations o "
	organisationByCode  = selectOrganisations + "WHERE o.code = ?"
	listOrganisations   = selectOrganisations + "ORDER BY o.id" + limitListed

	insertRole  = insertInto[Role]("roles")
	selectRoles = "SELECT " + selected[Role]("") + " FROM roles "
	roleByCode  = selectRoles + "WHERE code = ?"
	listRoles   = selectRoles + "ORDER BY id" + limitListed
)

// disabledAt is the column's value: a time, or NULL for what is enabled.
func disabledAt(disabled bool, now Time) *Time {
	if disabled {
		return &now
	}
	return nil
}

// InsertOrganisation adds an organisation. It returns a ConflictError of id or
// code.
func (tx Tx) InsertOrganisation(ctx context.Context, o Organisation) error {
	return tx.insert(ctx, "InsertOrganisation", insertOrganisation, o)
}

// OrganisationByCode finds an organisation, a disabled one too, or ErrNotFound.
func (s *Store) OrganisationByCode(ctx context.Context, code string) (Organisation, error) {
	return one[Organisation](ctx, s, "OrganisationByCode", organisationByCode, code)
}

// ListOrganisations gives all organisations in order of their ids.
func (s *Store) ListOrganisations(ctx context.Context) ([]Organisation, error) {
	return many[Organisation](ctx, s, "ListOrganisations", listOrganisations)
}

// SetOrganisationDisabled disables or enables an organisation. It returns
// ErrNotFound.
func (tx Tx) SetOrganisationDisabled(ctx context.Context, code string, disabled bool, now Time) error {
	return tx.update(ctx, "SetOrganisationDisabled", "organisations", "disabled_at = ?", "code = ?", []any{disabledAt(disabled, now)}, []any{code})
}

// RenameOrganisation changes an organisation's name. It returns ErrNotFound.
func (tx Tx) RenameOrganisation(ctx context.Context, code, name string) error {
	return tx.update(ctx, "RenameOrganisation", "organisations", "name = ?", "code = ?", []any{name}, []any{code})
}

// DeleteOrganisation deletes an organisation with its memberships. It returns ErrNotFound.
func (tx Tx) DeleteOrganisation(ctx context.Context, code string) error {
	return tx.change(ctx, "DeleteOrganisation", "DELETE FROM organisations WHERE code = ?", code)
}

// CountMembers returns how many members an organisation has.
func (s *Store) CountMembers(ctx context.Context, organisationID int64) (int64, error) {
	var c conditions
	c.add("organisation_id = ?", organisationID)
	return s.count(ctx, "CountMembers", "memberships", c)
}

// InsertRole adds a role that users can have in organisations. It returns a
// ConflictError of id or code.
func (tx Tx) InsertRole(ctx context.Context, r Role) error {
	return tx.insert(ctx, "InsertRole", insertRole, r)
}

// RoleByCode finds a role, a disabled one too, or ErrNotFound.
func (s *Store) RoleByCode(ctx context.Context, code string) (Role, error) {
	return one[Role](ctx, s, "RoleByCode", roleByCode, code)
}

// RoleByCode is that of Store.
func (tx Tx) RoleByCode(ctx context.Context, code string) (r Role, err error) {
	return r, tx.get(ctx, "RoleByCode", &r, roleByCode, code)
}

// ListRoles gives all roles in order of their ids.
func (s *Store) ListRoles(ctx context.Context) ([]Role, error) {
	return many[Role](ctx, s, "ListRoles", listRoles)
}

// SetRoleDisabled disables or enables a role. It returns ErrNotFound.
func (tx Tx) SetRoleDisabled(ctx context.Context, code string, disabled bool, now Time) error {
	return tx.update(ctx, "SetRoleDisabled", "roles", "disabled_at = ?", "code = ?", []any{disabledAt(disabled, now)}, []any{code})
}

// SetRoleAdministers says whether the holders of a role administer their organisation. It
// returns ErrNotFound.
func (tx Tx) SetRoleAdministers(ctx context.Context, code string, administers bool) error {
	return tx.update(ctx, "SetRoleAdministers", "roles", "administers = ?", "code = ?", []any{administers}, []any{code})
}

// RenameRole changes a role's name. It returns ErrNotFound.
func (tx Tx) RenameRole(ctx context.Context, code, name string) error {
	return tx.update(ctx, "RenameRole", "roles", "name = ?", "code = ?", []any{name}, []any{code})
}

// DeleteRole deletes a role, and takes it from all members. It returns ErrNotFound.
func (tx Tx) DeleteRole(ctx context.Context, code string) error {
	return tx.change(ctx, "DeleteRole", "DELETE FROM roles WHERE code = ?", code)
}

// CountRoleHolders returns how many members of organisations have a role.
func (s *Store) CountRoleHolders(ctx context.Context, roleID int64) (int64, error) {
	var c conditions
	c.add("role_id = ?", roleID)
	return s.count(ctx, "CountRoleHolders", "membership_roles", c)
}

const (
	addMembership        = "INSERT INTO memberships (user_id, organisation_id, created_at) VALUES (?, ?, ?)"
	addMembershipRole    = "INSERT INTO membership_roles (user_id, organisation_id, role_id, created_at) VALUES (?, ?, ?, ?)"
	removeMembership     = "DELETE FROM memberships WHERE user_id = ? AND organisation_id = ?"
	removeMembershipRole = "DELETE FROM membership_roles WHERE user_id = ? AND organisation_id = ? AND role_id = ?"
)

// One query for organisations and roles: a second one would cost more than the repeated
// columns of the organisation.
var membershipsOf = "SELECT " + selected[Organisation]("o.") + ", " + joinedRoles + `
	FROM memberships m
	JOIN organisations o ON o.id = m.organisation_id AND o.disabled_at IS NULL
	LEFT JOIN membership_roles mr ON mr.user_id = m.user_id AND mr.organisation_id = m.organisation_id
	LEFT JOIN roles r ON r.id = mr.role_id AND r.disabled_at IS NULL
	WHERE m.user_id = ? ORDER BY o.id, r.id` + limitListed

// AddMembership makes a user a member of an organisation and, with a role, gives the
// user that role there. An existing membership or role stays as it is. It returns
// ErrNotFound if the user, the organisation or the role does not exist.
func (tx Tx) AddMembership(ctx context.Context, userID, organisationID int64, roleID *int64, now Time) error {
	_, err := tx.insertIgnore(ctx, "AddMembership", addMembership, "(user_id, organisation_id)", userID, organisationID, now)
	if err != nil || roleID == nil {
		return err
	}
	_, err = tx.insertIgnore(ctx, "AddMembership", addMembershipRole, "(user_id, organisation_id, role_id)", userID, organisationID, *roleID, now)
	return err
}

// RemoveMembership removes a role from a member or, without a role, the whole
// membership. It returns ErrNotFound if there is none.
func (tx Tx) RemoveMembership(ctx context.Context, userID, organisationID int64, roleID *int64) error {
	if roleID == nil {
		return tx.change(ctx, "RemoveMembership", removeMembership, userID, organisationID)
	}
	return tx.change(ctx, "RemoveMembership", removeMembershipRole, userID, organisationID, *roleID)
}

// MembershipsOf gives the organisations of a user in order of their ids, with
// the user's roles in each.
func (s *Store) MembershipsOf(ctx context.Context, userID int64) ([]Membership, error) {
	type row struct {
		Organisation
		joinedRole
	}
	rows, err := many[row](ctx, s, "MembershipsOf", membershipsOf, userID)
	if err != nil {
		return nil, err
	}
	var memberships []Membership
	for _, row := range rows {
		last := len(memberships) - 1
		if last < 0 || memberships[last].ID != row.Organisation.ID {
			memberships = append(memberships, Membership{Organisation: row.Organisation})
			last++
		}
		memberships[last].Roles = row.appendTo(memberships[last].Roles)
	}
	return memberships, nil
}
