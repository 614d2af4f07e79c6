package account

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"quartet/server/apierr"
	"quartet/store"
)

const (
	longestCode = 64  // characters, of an organisation or role
	longestName = 128 // characters, of anything listed here
)

// AddOrganisation adds an organisation under a code of its own. The failure is
// InvalidField: code or name out of bounds, or the code is taken.
func (s *Service) AddOrganisation(ctx context.Context, code, name string) (store.Organisation, error) {
	if err := checkListed("code", code, name); err != nil {
		return store.Organisation{}, err
	}
	row := store.Organisation{Code: code, Name: name, CreatedAt: store.TimeOf(s.now())}
	err := s.inTx(ctx, func(d *tx) error {
		row.ID = s.ids.Next()
		d.record(byCommandLine(AuditOrganisationAdded, 0, details{"organisation": code}))
		return d.InsertOrganisation(ctx, row)
	})
	return row, codeErr(err, "code")
}

// Organisation finds an organisation by its code. A code that names none is
// InvalidField with field organisation, here and below.
func (s *Service) Organisation(ctx context.Context, code string) (store.Organisation, error) {
	row, err := s.store.OrganisationByCode(ctx, code)
	return row, codeErr(err, "organisation")
}

// ListOrganisations gives all organisations.
func (s *Service) ListOrganisations(ctx context.Context) ([]store.Organisation, error) {
	rows, err := s.store.ListOrganisations(ctx)
	return rows, storeErr(err)
}

// DisableOrganisation leaves an organisation out of everybody's memberships.
func (s *Service) DisableOrganisation(ctx context.Context, code string) error {
	return s.setOrganisationDisabled(ctx, code, true, AuditOrganisationDisabled)
}

// EnableOrganisation takes that back.
func (s *Service) EnableOrganisation(ctx context.Context, code string) error {
	return s.setOrganisationDisabled(ctx, code, false, AuditOrganisationEnabled)
}

func (s *Service) setOrganisationDisabled(ctx context.Context, code string, disabled bool, kind string) error {
	err := s.inTx(ctx, func(d *tx) error {
		d.record(byCommandLine(kind, 0, details{"organisation": code}))
		return d.SetOrganisationDisabled(ctx, code, disabled, store.TimeOf(s.now()))
	})
	return codeErr(err, "organisation")
}

// AddRole adds a role that users can have in organisations. Failures are as in
// AddOrganisation.
func (s *Service) AddRole(ctx context.Context, code, name string) (store.Role, error) {
	if err := checkListed("code", code, name); err != nil {
		return store.Role{}, err
	}
	row := store.Role{Code: code, Name: name, CreatedAt: store.TimeOf(s.now())}
	err := s.inTx(ctx, func(d *tx) error {
		row.ID = s.ids.Next()
		d.record(byCommandLine(AuditRoleAdded, 0, details{"role": code}))
		return d.InsertRole(ctx, row)
	})
	return row, codeErr(err, "code")
}

// Role finds a role by its code. A code that names none is InvalidField with
// field role, here and below.
func (s *Service) Role(ctx context.Context, code string) (store.Role, error) {
	row, err := s.store.RoleByCode(ctx, code)
	return row, codeErr(err, "role")
}

// ListRoles gives all roles.
func (s *Service) ListRoles(ctx context.Context) ([]store.Role, error) {
	rows, err := s.store.ListRoles(ctx)
	return rows, storeErr(err)
}

// DisableRole leaves a role out of everybody's memberships.
func (s *Service) DisableRole(ctx context.Context, code string) error {
	return s.setRoleDisabled(ctx, code, true, AuditRoleDisabled)
}

// EnableRole takes that back.
func (s *Service) EnableRole(ctx context.Context, code string) error {
	return s.setRoleDisabled(ctx, code, false, AuditRoleEnabled)
}

func (s *Service) setRoleDisabled(ctx context.Context, code string, disabled bool, kind string) error {
	err := s.inTx(ctx, func(d *tx) error {
		d.record(byCommandLine(kind, 0, details{"role": code}))
		return d.SetRoleDisabled(ctx, code, disabled, store.TimeOf(s.now()))
	})
	return codeErr(err, "role")
}

// AddMembership makes a user a member of an organisation, with a role unless
// role is "". Doing it twice is no failure.
func (s *Service) AddMembership(ctx context.Context, userID int64, organisation, role string) error {
	organisationID, roleID, err := s.membership(ctx, userID, organisation, role)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(d *tx) error {
		d.record(membershipChanged(AuditMembershipAdded, userID, organisation, role))
		return d.AddMembership(ctx, userID, organisationID, roleID, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
}

// RemoveMembership takes a role in an organisation away; with role "" the whole
// membership. One that was not there is InvalidField with field organisation.
func (s *Service) RemoveMembership(ctx context.Context, userID int64, organisation, role string) error {
	organisationID, roleID, err := s.membership(ctx, userID, organisation, role)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(d *tx) error {
		d.record(membershipChanged(AuditMembershipRemoved, userID, organisation, role))
		return d.RemoveMembership(ctx, userID, organisationID, roleID)
	})
	return codeErr(err, "organisation")
}

// Memberships lists a user's organisations and their roles there; disabled ones
// are left out.
func (s *Service) Memberships(ctx context.Context, userID int64) ([]store.Membership, error) {
	memberships, err := s.store.MembershipsOf(ctx, userID)
	return memberships, storeErr(err)
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

// checkListed checks the code or id and the name of something to list. Whoever
// reads a list must be able to tell its entries apart and to type them: a code
// has no blanks, a name none around it, neither has what cannot be seen.
func checkListed(field, code, name string) error {
	if err := checkTexts([]checkedText{{field, &code, longestCode}, {"name", &name, longestName}}); err != nil {
		return err
	}
	switch {
	case code == "":
		return apierr.Field(field, apierr.Required)
	case strings.ContainsFunc(code, func(r rune) bool { return unicode.IsSpace(r) || isOdd(r) }):
		return apierr.Field(field, apierr.BadFormat)
	case name == "":
		return apierr.Field("name", apierr.Required)
	case strings.TrimSpace(name) != name, strings.ContainsFunc(name, isOdd):
		return apierr.Field("name", apierr.BadFormat)
	}
	return nil
}

// isOdd tells what shows nothing, or moves what is shown around, and what stands
// for bytes that were no text.
func isOdd(r rune) bool { return !unicode.IsGraphic(r) || r == unicode.ReplacementChar }

// listed is failed for what goes by a code: one that is taken or names nothing
// is a wrong value in field.
func codeErr(err error, field string) error {
	_, conflict := errors.AsType[store.ConflictError](err)
	if conflict || errors.Is(err, store.ErrNotFound) {
		return &apierr.Error{Code: apierr.InvalidField, Field: field, Reason: apierr.NotInEnum, Cause: err}
	}
	return storeErr(err)
}
