package account

import (
	"context"
	"strconv"

	"quartet/server/apierr"
	"quartet/store"
)

// The methods of this file are for the command line, whose user may do everything, so
// they take no Caller.

// AddedUser is a user to add, with a role and with verified e-mail and mobile.
type AddedUser struct {
	NewUser
	Role                          string // "" is RoleMember
	EmailVerified, MobileVerified bool
}

// AddUser adds a user and returns its id. Failures are those of CreateUser, InvalidField
// with field role, and Forbidden for a role that the operator may not give.
func (s Operator) AddUser(ctx context.Context, a AddedUser) (int64, error) {
	r, err := a.registration()
	if err != nil {
		return 0, err
	}
	if r.role != RoleMember && !s.Has(RightUsersRole) {
		return 0, apierr.New(apierr.Forbidden)
	}
	if r.role != RoleMember {
		if err := s.givesAuthority(s.caller, "role"); err != nil {
			return 0, err
		}
	}
	r.source, r.by = s.source(), s.actor()
	r.created = s.event(AuditUserCreated, 0, details{"way": r.source, "role": r.role})
	return once(ctx, s, func(remember remember[int64]) (int64, error) {
		r.remember = remember
		return s.register(ctx, r)
	})
}

// source is the CreateSource of users whom the operator adds.
func (s Operator) source() string {
	switch {
	case s.isCommandLine:
		return sourceCommandLine
	case s.application != "":
		return sourceApplication
	default:
		return sourceAdministrator
	}
}

func (a AddedUser) registration() (registration, error) {
	if a.Role == "" {
		a.Role = RoleMember
	}
	return registration{
		NewUser: a.NewUser, role: a.Role,
		emailVerified: a.EmailVerified, mobileVerified: a.MobileVerified,
	}, checkRole(a.Role)
}

// FindUser finds a user by id, user name, e-mail or verified mobile. A text of digits
// is tried as an id first. The failure is UserNotFound.
func (s *Service) FindUser(ctx context.Context, text string) (User, error) {
	if id, err := strconv.ParseInt(text, 10, 64); err == nil {
		user, err := s.user(ctx, id)
		if !apierr.Is(err, apierr.UserNotFound) {
			return user, err
		}
	}
	row, found, err := s.userOfAccount(ctx, text)
	if err != nil {
		return User{}, err
	}
	if !found {
		return User{}, apierr.New(apierr.UserNotFound)
	}
	return s.open(row)
}

// DisableUser disables a user and ends their sessions. Failures are UserNotFound, Forbidden
// and LastSuperAdministrator.
func (s Operator) DisableUser(ctx context.Context, id int64) error {
	return s.SetUser(ctx, id, SetUser{Disabled: new(true)})
}

// EnableUser enables a disabled user again. Failures are UserNotFound and Forbidden.
func (s Operator) EnableUser(ctx context.Context, id int64) error {
	return s.SetUser(ctx, id, SetUser{Disabled: new(false)})
}

// SetRole sets a user's role over the whole server, which applies from the next
// request. Failures are InvalidField with field role, UserNotFound, Forbidden,
// PreconditionFailed, LastSuperAdministrator, and FreshProofRequired without a sign-in within
// FreshSignIn.
func (s Operator) SetRole(ctx context.Context, id int64, role string) error {
	if err := checkRole(role); err != nil {
		return err
	}
	return s.onUser(ctx, id, role != RoleSuperAdministrator, func(tx *tx, target store.User) error {
		if target.Role == role {
			return nil
		}
		if err := s.givesAuthority(s.caller, "role"); err != nil {
			return err
		}
		tx.record(s.event(AuditUserRoleChanged, id, details{"role": role}))
		return tx.SetUserRole(ctx, id, role, store.TimeOf(s.now()))
	})
}

func checkRole(role string) error {
	if isRole(role) {
		return nil
	}
	return apierr.Field("role", apierr.NotInEnum)
}
