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

// AddUser adds a user and returns its id. Failures are those of CreateUser, and
// InvalidField with field role.
func (s Operator) AddUser(ctx context.Context, a AddedUser) (int64, error) {
	r, err := a.registration()
	if err != nil {
		return 0, err
	}
	r.source = sourceCommandLine
	r.created = s.event(AuditUserCreated, 0, details{"way": sourceCommandLine, "role": r.role})
	return s.register(ctx, r)
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

// DisableUser disables a user and ends their sessions.
func (s Operator) DisableUser(ctx context.Context, id int64) error {
	return s.setDisabled(ctx, true, s.event(AuditUserDisabled, id, nil))
}

// EnableUser enables a disabled user again.
func (s Operator) EnableUser(ctx context.Context, id int64) error {
	return s.setDisabled(ctx, false, s.event(AuditUserEnabled, id, nil))
}

// SetRole sets a user's role over the whole server, which applies from the next
// request. Failures are InvalidField with field role, and UserNotFound.
func (s Operator) SetRole(ctx context.Context, id int64, role string) error {
	if err := checkRole(role); err != nil {
		return err
	}
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.event(AuditUserRoleChanged, id, details{"role": role}))
		return tx.SetUserRole(ctx, id, role, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
}

func checkRole(role string) error {
	if isRole(role) {
		return nil
	}
	return apierr.Field("role", apierr.NotInEnum)
}
