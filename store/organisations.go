package store

import "context"

var (
	insertOrganisation  = insertInto[Organisation]("organisations")
	selectOrganisations = "SELECT " + selected[Organisation]("o.") + " FROM organisations o "
	organisationByCode  = selectOrganisations + "WHERE o.code = ?"
	listOrganisations   = selectOrganisations + "ORDER BY o.id"

	insertRole  = insertInto[Role]("roles")
	selectRoles = "SELECT " + selected[Role]("") + " FROM roles "
	roleByCode  = selectRoles + "WHERE code = ?"
	listRoles   = selectRoles + "ORDER BY id"
)

const (
	setOrganisationDisabled = "UPDATE organisations SET disabled_at = ? WHERE code = ?"
	setRoleDisabled         = "UPDATE roles SET disabled_at = ? WHERE code = ?"
)

// disabledAt is the column's value: a moment, or nothing for what is enabled.
func disabledAt(disabled bool, now Time) *Time {
	if disabled {
		return &now
	}
	return nil
}

// InsertOrganisation adds an organisation. It returns a ConflictError of id or
// code.
func (w Tx) InsertOrganisation(ctx context.Context, o Organisation) error {
	return w.insert(ctx, "InsertOrganisation", insertOrganisation, o)
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
func (w Tx) SetOrganisationDisabled(ctx context.Context, code string, disabled bool, now Time) error {
	return w.change(ctx, "SetOrganisationDisabled", setOrganisationDisabled, disabledAt(disabled, now), code)
}

// InsertRole adds a role that users can have in organisations. It returns a
// ConflictError of id or code.
func (w Tx) InsertRole(ctx context.Context, r Role) error {
	return w.insert(ctx, "InsertRole", insertRole, r)
}

// RoleByCode finds a role, a disabled one too, or ErrNotFound.
func (s *Store) RoleByCode(ctx context.Context, code string) (Role, error) {
	return one[Role](ctx, s, "RoleByCode", roleByCode, code)
}

// ListRoles gives all roles in order of their ids.
func (s *Store) ListRoles(ctx context.Context) ([]Role, error) {
	return many[Role](ctx, s, "ListRoles", listRoles)
}

// SetRoleDisabled disables or enables a role. It returns ErrNotFound.
func (w Tx) SetRoleDisabled(ctx context.Context, code string, disabled bool, now Time) error {
	return w.change(ctx, "SetRoleDisabled", setRoleDisabled, disabledAt(disabled, now), code)
}
