package account

import (
	"context"
	"errors"
	"slices"

	"quartet/server/apierr"
	"quartet/store"
)

// Member is a member of an organisation, with the user's roles there.
type Member struct {
	UserID         int64
	Username       *string
	Nickname       string
	RealName       string
	UserDisabledAt *Time
	JoinedAt       Time
	Roles          []Role
}

// JoinedMembership is a membership as an operator sees it: of disabled organisations and
// with disabled roles too.
type JoinedMembership struct {
	Organisation Organisation
	JoinedAt     Time
	Roles        []Role
}

func toRole(row store.Role) Role { return Role(row) }

// Members returns up to limit members of an organisation whose ids are above afterUserID, by
// id. The failure is InvalidField with field organisation.
func (s Operator) Members(ctx context.Context, organisation string, afterUserID int64, limit int) ([]Member, error) {
	of, err := s.Organisation(ctx, organisation)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.FindMembers(ctx, of.ID, afterUserID, limit)
	return convert(rows, func(row store.Member) Member {
		return Member{row.UserID, row.Username, row.Nickname, row.RealName, row.UserDisabledAt, row.JoinedAt, convert(row.Roles, toRole)}
	}), storeErr(err)
}

// JoinedMemberships lists the memberships of a user in the organisations that the operator
// sees, by their codes. The failure is UserNotFound, also where there are none and the
// operator does not see every user.
func (s Operator) JoinedMemberships(ctx context.Context, userID int64) ([]JoinedMembership, error) {
	if _, err := s.store.UserByID(ctx, userID); err != nil {
		return nil, toAPIErr(err, apierr.UserNotFound)
	}
	rows, err := s.store.JoinedMembershipsOf(ctx, userID)
	if err != nil {
		return nil, storeErr(err)
	}
	rows = slices.DeleteFunc(rows, func(row store.JoinedMembership) bool { return !s.sees(row.ID) })
	if len(rows) == 0 && s.organisations != nil {
		return nil, apierr.Wrap(apierr.UserNotFound, store.ErrNotFound)
	}
	return convert(rows, func(row store.JoinedMembership) JoinedMembership {
		return JoinedMembership{Organisation(row.Organisation), row.JoinedAt, convert(row.Roles, toRole)}
	}), nil
}

// SetMembership makes a user a member of an organisation with exactly these roles, and
// returns the membership. Failures are UserNotFound, InvalidField with field organisation or
// roles, and Forbidden for a user whom the operator may not change and for giving or taking
// a role that administers, unless the operator is an administrator.
func (s Operator) SetMembership(ctx context.Context, userID int64, organisation string, roles []string) (JoinedMembership, error) {
	of, err := s.changeMembersOf(ctx, userID, organisation)
	if err != nil {
		return JoinedMembership{}, err
	}
	known, err := s.ListRoles(ctx)
	if err != nil {
		return JoinedMembership{}, err
	}
	byID, ids := map[int64]Role{}, make([]int64, 0, len(roles))
	for _, role := range known {
		byID[role.ID] = role
		if slices.Contains(roles, role.Code) {
			ids = append(ids, role.ID)
		}
	}
	if len(ids) < len(roles) { // which are unique
		return JoinedMembership{}, apierr.Field("roles", apierr.NotInEnum)
	}
	err = s.inTx(ctx, func(tx *tx) error {
		change, err := tx.SetMembership(ctx, userID, of.ID, ids, store.TimeOf(s.now()))
		if err != nil {
			return err
		}
		if change.Added && len(change.Gave) == 0 {
			tx.record(s.membershipChanged(AuditMembershipAdded, userID, organisation, ""))
		}
		for _, id := range change.Gave {
			if byID[id].Administers {
				if err := s.appoints("roles"); err != nil {
					return err
				}
			}
			tx.record(s.membershipChanged(AuditMembershipAdded, userID, organisation, byID[id].Code))
		}
		for _, id := range change.Took {
			if byID[id].Administers && !s.mayAppoint() {
				return apierr.New(apierr.Forbidden)
			}
			tx.record(s.membershipChanged(AuditMembershipRemoved, userID, organisation, byID[id].Code))
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) { // the user is gone since they were read, or else the organisation
		if _, err := s.store.UserByID(ctx, userID); err != nil {
			return JoinedMembership{}, toAPIErr(err, apierr.UserNotFound)
		}
		return JoinedMembership{}, codeErr(err, "organisation")
	}
	if err != nil {
		return JoinedMembership{}, storeErr(err)
	}
	memberships, err := s.JoinedMemberships(ctx, userID)
	for _, m := range memberships {
		if m.Organisation.ID == of.ID {
			return m, nil
		}
	}
	if err == nil { // it was removed meanwhile
		err = codeErr(store.ErrNotFound, "organisation")
	}
	return JoinedMembership{}, err
}

// changeMembersOf returns an organisation in which the operator may change the membership of
// a user, who is no administrator over the whole server. Whoever administers organisations
// changes members of these, who administer none.
func (s Operator) changeMembersOf(ctx context.Context, userID int64, organisation string) (Organisation, error) {
	user, err := s.store.UserByID(ctx, userID)
	if err != nil {
		return Organisation{}, toAPIErr(err, apierr.UserNotFound)
	}
	if s.organisations == nil {
		if user.Role != RoleMember && !s.isCommandLine && !s.caller.isSuperAdministrator() {
			return Organisation{}, apierr.New(apierr.Forbidden)
		}
		return s.Organisation(ctx, organisation)
	}
	of, err := s.Organisation(ctx, organisation)
	if err != nil {
		return Organisation{}, err
	}
	if _, err := s.JoinedMemberships(ctx, userID); err != nil {
		return Organisation{}, err
	}
	if user.Role != RoleMember {
		return Organisation{}, apierr.New(apierr.Forbidden)
	}
	return of, toAPIErr(s.mayDepose(ctx, s.store, store.Administering{UserID: userID}), apierr.Internal)
}

// AddMembership makes a user a member of an organisation, with a role unless role is
// "". Repeating it is no failure.
func (s Operator) AddMembership(ctx context.Context, userID int64, organisation, role string) error {
	of, err := s.changeMembersOf(ctx, userID, organisation)
	if err != nil {
		return err
	}
	given, err := s.roleIn(ctx, role)
	if err != nil {
		return err
	}
	if given.Administers {
		if err := s.appoints("role"); err != nil {
			return err
		}
	}
	err = s.inTx(ctx, func(tx *tx) error {
		tx.record(s.membershipChanged(AuditMembershipAdded, userID, organisation, role))
		return tx.AddMembership(ctx, userID, of.ID, idOrNil(given.ID), store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
}

// RemoveMembership removes a role in an organisation; with role "" the whole
// membership. The failure is InvalidField with field organisation if there is none; others
// are those of SetMembership.
func (s Operator) RemoveMembership(ctx context.Context, userID int64, organisation, role string) error {
	of, err := s.changeMembersOf(ctx, userID, organisation)
	if err != nil {
		return err
	}
	taken, err := s.roleIn(ctx, role)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		if err := s.mayDepose(ctx, tx, store.Administering{UserID: userID, OrganisationID: of.ID, RoleID: taken.ID}); err != nil {
			return err
		}
		tx.record(s.membershipChanged(AuditMembershipRemoved, userID, organisation, role))
		return tx.RemoveMembership(ctx, userID, of.ID, idOrNil(taken.ID))
	})
	return codeErr(err, "organisation")
}

// roleIn is a role that is given or taken, the zero Role for "".
func (s Operator) roleIn(ctx context.Context, code string) (Role, error) {
	if code == "" {
		return Role{}, nil
	}
	return s.Role(ctx, code)
}

// Memberships lists a user's organisations and their roles there, without disabled
// ones.
func (s *Service) Memberships(ctx context.Context, userID int64) ([]Membership, error) {
	rows, err := s.store.MembershipsOf(ctx, userID)
	return convert(rows, newMembership), storeErr(err)
}
