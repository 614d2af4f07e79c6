package account

import (
	"context"
	"strconv"

	"quartet/server/apierr"
	"quartet/store"
)

// AddRole adds a role that users can have in organisations; with administers, they
// administer the organisation. Failures are as in AddOrganisation, and Forbidden.
func (s Operator) AddRole(ctx context.Context, code, name string, administers bool) (Role, error) {
	if err := checkListed("code", code, name); err != nil {
		return Role{}, err
	}
	if administers && !s.mayAppoint() {
		return Role{}, apierr.New(apierr.Forbidden)
	}
	return once(ctx, s, func(keep remember[Role]) (Role, error) {
		row := store.Role{Code: code, Name: name, CreatedAt: store.TimeOf(s.now()), Administers: administers}
		err := s.inTx(ctx, func(tx *tx) error {
			row.ID = s.ids.Next()
			tx.record(s.event(AuditRoleAdded, 0, details{"role": code}))
			if administers {
				tx.record(s.roleAdministers(code, true))
			}
			if err := tx.InsertRole(ctx, row); err != nil {
				return err
			}
			return keep(ctx, tx, Role(row))
		})
		return Role(row), takenErr(err, "code")
	})
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

// FindRoles returns up to limit roles whose codes are above after, by code.
func (s Operator) FindRoles(ctx context.Context, after string, limit int) ([]Role, error) {
	rows, err := s.store.FindRoles(ctx, store.EntryFilter{After: after}, limit)
	return convert(rows, toRole), storeErr(err)
}

// RoleChange is a change of a role; nil leaves a fact as it is.
type RoleChange struct {
	EntryChange
	Administers *bool
}

// ChangeRole changes a role for all who have it. Failures are as in ChangeOrganisation, and
// Forbidden for a change by which somebody would administer an organisation, or no longer
// would, unless the operator is an administrator.
func (s Operator) ChangeRole(ctx context.Context, code string, change RoleChange) (Role, error) {
	if _, err := s.Role(ctx, code); err != nil {
		return Role{}, err
	}
	if change.Name != nil {
		if err := checkName(*change.Name); err != nil {
			return Role{}, err
		}
	}
	err := s.inTx(ctx, func(tx *tx) error {
		before, err := s.takeRole(ctx, tx, code)
		if err != nil {
			return err
		}
		disabled, administers := change.Disabled, change.Administers
		if disabled != nil && *disabled == (before.DisabledAt != nil) {
			disabled = nil
		}
		if administers != nil && *administers == before.Administers {
			administers = nil
		}
		if administers != nil || disabled != nil && before.Administers {
			if err := s.appoints("administers"); err != nil {
				return err
			}
		}
		if change.Name != nil && *change.Name != before.Name {
			tx.record(s.event(AuditRoleRenamed, 0, details{"role": code}))
			if err := tx.RenameRole(ctx, code, *change.Name); err != nil {
				return err
			}
		}
		if administers != nil {
			tx.record(s.roleAdministers(code, *administers))
			if err := tx.SetRoleAdministers(ctx, code, *administers); err != nil {
				return err
			}
		}
		if disabled != nil {
			tx.record(s.event(either(*disabled, AuditRoleDisabled, AuditRoleEnabled), 0, details{"role": code}))
			return tx.SetRoleDisabled(ctx, code, *disabled, store.TimeOf(s.now()))
		}
		return nil
	})
	if err != nil {
		return Role{}, codeErr(err, "role")
	}
	return s.Role(ctx, code)
}

// takeRole reads a role for a change, of the version that the operator demands.
func (s Operator) takeRole(ctx context.Context, tx *tx, code string) (store.Role, error) {
	if err := tx.TakeVersion(ctx, store.VersionedRoles, "code", code, s.version); err != nil {
		return store.Role{}, err
	}
	return tx.RoleByCode(ctx, code)
}

func (s Operator) roleAdministers(code string, administers bool) event {
	return s.event(AuditRoleAdministers, 0, details{"role": code, "administers": strconv.FormatBool(administers)})
}

// DeleteRole deletes a role, and takes it from all members. Failures are those of
// ChangeRole.
func (s Operator) DeleteRole(ctx context.Context, code string) error {
	err := s.inTx(ctx, func(tx *tx) error {
		role, err := s.takeRole(ctx, tx, code)
		switch {
		case err != nil:
			return err
		case role.Administers && !s.mayAppoint():
			return apierr.New(apierr.Forbidden)
		}
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
