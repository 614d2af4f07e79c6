package account

import (
	"context"
	"strings"
	"unicode"

	"quartet/server/apierr"
	"quartet/store"
)

const (
	longestCode = 64  // characters, of an organisation or role
	longestName = 128 // characters, of anything listed here
)

// Organisation is something that users can be members of.
type Organisation struct {
	ID         int64
	Code       string // unique
	Name       string
	CreatedAt  Time
	DisabledAt *Time
	Version    int64
}

// Role is what a user can be in an organisation.
type Role struct {
	ID          int64
	Code        string // unique
	Name        string
	CreatedAt   Time
	DisabledAt  *Time
	Version     int64
	Administers bool // its holders administer the organisation
}

// Membership is an organisation that a user belongs to, with the user's roles
// there.
type Membership struct {
	ID         int64
	Code, Name string
	Roles      []MembershipRole
}

// MembershipRole is a role that a user has in an organisation.
type MembershipRole struct {
	ID         int64
	Code, Name string
}

func toOrganisation(row store.Organisation) Organisation { return Organisation(row) }

func newMembership(row store.Membership) Membership {
	return Membership{ID: row.ID, Code: row.Code, Name: row.Name, Roles: convert(row.Roles, func(role store.Role) MembershipRole {
		return MembershipRole{ID: role.ID, Code: role.Code, Name: role.Name}
	})}
}

// AddOrganisation adds an organisation under a code of its own. The failure is
// InvalidField: code or name out of bounds, or the code is taken.
func (s Operator) AddOrganisation(ctx context.Context, code, name string) (Organisation, error) {
	if err := checkListed("code", code, name); err != nil {
		return Organisation{}, err
	}
	row := store.Organisation{Code: code, Name: name, CreatedAt: store.TimeOf(s.now())}
	err := s.inTx(ctx, func(tx *tx) error {
		row.ID = s.ids.Next()
		tx.record(s.event(AuditOrganisationAdded, 0, details{"organisation": code}))
		return tx.InsertOrganisation(ctx, row)
	})
	return Organisation(row), codeErr(err, "code")
}

// Organisation finds an organisation by its code. The failure is InvalidField
// with field organisation for an unknown code, here and below.
func (s *Service) Organisation(ctx context.Context, code string) (Organisation, error) {
	row, err := s.store.OrganisationByCode(ctx, code)
	return Organisation(row), codeErr(err, "organisation")
}

// ListOrganisations gives all organisations.
func (s *Service) ListOrganisations(ctx context.Context) ([]Organisation, error) {
	rows, err := s.store.ListOrganisations(ctx)
	return convert(rows, toOrganisation), storeErr(err)
}

// DisableOrganisation removes an organisation from all memberships.
func (s Operator) DisableOrganisation(ctx context.Context, code string) error {
	return s.setOrganisationDisabled(ctx, code, true, AuditOrganisationDisabled)
}

// EnableOrganisation enables a disabled organisation again.
func (s Operator) EnableOrganisation(ctx context.Context, code string) error {
	return s.setOrganisationDisabled(ctx, code, false, AuditOrganisationEnabled)
}

func (s Operator) setOrganisationDisabled(ctx context.Context, code string, disabled bool, kind string) error {
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.event(kind, 0, details{"organisation": code}))
		return tx.SetOrganisationDisabled(ctx, code, disabled, store.TimeOf(s.now()))
	})
	return codeErr(err, "organisation")
}

// RenameOrganisation changes an organisation's name.
func (s Operator) RenameOrganisation(ctx context.Context, code, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.event(AuditOrganisationRenamed, 0, details{"organisation": code}))
		return tx.RenameOrganisation(ctx, code, name)
	})
	return codeErr(err, "organisation")
}

// DeleteOrganisation deletes an organisation with its memberships.
func (s Operator) DeleteOrganisation(ctx context.Context, code string) error {
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.event(AuditOrganisationDeleted, 0, details{"organisation": code}))
		return tx.DeleteOrganisation(ctx, code)
	})
	return codeErr(err, "organisation")
}

// CountMembers returns how many members an organisation has.
func (s *Service) CountMembers(ctx context.Context, organisation Organisation) (int64, error) {
	members, err := s.store.CountMembers(ctx, organisation.ID)
	return members, storeErr(err)
}

// AddRole adds a role that users can have in organisations. Failures are as in
// AddOrganisation.
func (s Operator) AddRole(ctx context.Context, code, name string) (Role, error) {
	if err := checkListed("code", code, name); err != nil {
		return Role{}, err
	}
	row := store.Role{Code: code, Name: name, CreatedAt: store.TimeOf(s.now())}
	err := s.inTx(ctx, func(tx *tx) error {
		row.ID = s.ids.Next()
		tx.record(s.event(AuditRoleAdded, 0, details{"role": code}))
		return tx.InsertRole(ctx, row)
	})
	return Role(row), codeErr(err, "code")
}

// Role finds a role by its code. The failure is InvalidField with field role
// for an unknown code, here and below.
func (s *Service) Role(ctx context.Context, code string) (Role, error) {
	row, err := s.store.RoleByCode(ctx, code)
	return Role(row), codeErr(err, "role")
}

// ListRoles gives all roles.
func (s *Service) ListRoles(ctx context.Context) ([]Role, error) {
	rows, err := s.store.ListRoles(ctx)
	return convert(rows, func(row store.Role) Role { return Role(row) }), storeErr(err)
}

// DisableRole removes a role from all memberships.
func (s Operator) DisableRole(ctx context.Context, code string) error {
	return s.setRoleDisabled(ctx, code, true, AuditRoleDisabled)
}

// EnableRole enables a disabled role again.
func (s Operator) EnableRole(ctx context.Context, code string) error {
	return s.setRoleDisabled(ctx, code, false, AuditRoleEnabled)
}

func (s Operator) setRoleDisabled(ctx context.Context, code string, disabled bool, kind string) error {
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.event(kind, 0, details{"role": code}))
		return tx.SetRoleDisabled(ctx, code, disabled, store.TimeOf(s.now()))
	})
	return codeErr(err, "role")
}

// RenameRole changes a role's name.
func (s Operator) RenameRole(ctx context.Context, code, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.event(AuditRoleRenamed, 0, details{"role": code}))
		return tx.RenameRole(ctx, code, name)
	})
	return codeErr(err, "role")
}

// DeleteRole deletes a role, and takes it from all members.
func (s Operator) DeleteRole(ctx context.Context, code string) error {
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.event(AuditRoleDeleted, 0, details{"role": code}))
		return tx.DeleteRole(ctx, code)
	})
	return codeErr(err, "role")
}

// CountRoleHolders returns how many members of organisations have a role.
func (s *Service) CountRoleHolders(ctx context.Context, role Role) (int64, error) {
	holders, err := s.store.CountRoleHolders(ctx, role.ID)
	return holders, storeErr(err)
}

// AddMembership makes a user a member of an organisation, with a role unless role is
// "". Repeating it is no failure.
func (s Operator) AddMembership(ctx context.Context, userID int64, organisation, role string) error {
	organisationID, roleID, err := s.membership(ctx, userID, organisation, role)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		tx.record(s.membershipChanged(AuditMembershipAdded, userID, organisation, role))
		return tx.AddMembership(ctx, userID, organisationID, roleID, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
}

// RemoveMembership removes a role in an organisation; with role "" the whole
// membership. The failure is InvalidField with field organisation if there is none.
func (s Operator) RemoveMembership(ctx context.Context, userID int64, organisation, role string) error {
	organisationID, roleID, err := s.membership(ctx, userID, organisation, role)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		tx.record(s.membershipChanged(AuditMembershipRemoved, userID, organisation, role))
		return tx.RemoveMembership(ctx, userID, organisationID, roleID)
	})
	return codeErr(err, "organisation")
}

// Memberships lists a user's organisations and their roles there, without disabled
// ones.
func (s *Service) Memberships(ctx context.Context, userID int64) ([]Membership, error) {
	rows, err := s.store.MembershipsOf(ctx, userID)
	return convert(rows, newMembership), storeErr(err)
}

func (s *Service) membership(ctx context.Context, userID int64, organisation, role string) (organisationID int64, roleID *int64, err error) {
	if _, err := s.store.UserByID(ctx, userID); err != nil {
		return 0, nil, toAPIErr(err, apierr.UserNotFound)
	}
	org, err := s.Organisation(ctx, organisation)
	if err != nil || role == "" {
		return org.ID, nil, err
	}
	held, err := s.Role(ctx, role)
	return org.ID, &held.ID, err
}

// checkListed checks the code or id and the name of an entry of a list. Codes have no
// blanks, names none around them, and both have no invisible characters, so that the
// entries can be told apart and entered.
func checkListed(field, code, name string) error {
	if err := checkText(field, code, longestCode); err != nil {
		return err
	}
	switch {
	case code == "":
		return apierr.Field(field, apierr.Required)
	case strings.ContainsFunc(code, func(r rune) bool { return unicode.IsSpace(r) || isInvisible(r) }):
		return apierr.Field(field, apierr.BadFormat)
	}
	return checkName(name)
}

func checkName(name string) error {
	if err := checkText("name", name, longestName); err != nil {
		return err
	}
	switch {
	case name == "":
		return apierr.Field("name", apierr.Required)
	case strings.TrimSpace(name) != name, strings.ContainsFunc(name, isInvisible):
		return apierr.Field("name", apierr.BadFormat)
	}
	return nil
}

// isInvisible reports control and format characters, and the replacement character.
func isInvisible(r rune) bool { return !unicode.IsGraphic(r) || r == unicode.ReplacementChar }
