package account

import (
	"context"
	"strconv"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// This file is for the command line: whoever may run it beside the database may
// do all of it, so there is no Caller.

// AddedUser is a user to add with what only an administrator of the machine can
// vouch for.
type AddedUser struct {
	NewUser
	Role                          string // "" is store.RoleMember
	EmailVerified, MobileVerified bool
}

// AddUser adds a user and gives its id. Failures are those of CreateUser, and
// InvalidField with field role.
func (s *Service) AddUser(ctx context.Context, a AddedUser) (int64, error) {
	if a.Role == "" {
		a.Role = store.RoleMember
	}
	if err := checkRole(a.Role); err != nil {
		return 0, err
	}
	return s.register(ctx, registration{
		NewUser: a.NewUser, source: sourceCommandLine, role: a.Role,
		emailVerified: a.EmailVerified, mobileVerified: a.MobileVerified,
		created: byCommandLine(AuditUserCreated, 0, details{"way": sourceCommandLine, "role": a.Role}),
	})
}

// ListUsers gives up to limit users by id, those after afterID.
func (s *Service) ListUsers(ctx context.Context, afterID int64, limit int) ([]User, error) {
	rows, err := s.store.ListUsers(ctx, afterID, limit)
	if err != nil {
		return nil, storeErr(err)
	}
	return s.openAll(rows)
}

// FindUser finds a user by id, user name, e-mail or proven mobile. A text of
// digits is tried as an id first. The failure is UserNotFound.
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

// DisableUser locks a user out and ends their sessions.
func (s *Service) DisableUser(ctx context.Context, id int64) error {
	return s.setDisabled(ctx, true, byCommandLine(AuditUserDisabled, id, nil))
}

// EnableUser lets a user in again.
func (s *Service) EnableUser(ctx context.Context, id int64) error {
	return s.setDisabled(ctx, false, byCommandLine(AuditUserEnabled, id, nil))
}

// SetRole gives a user a role over the whole server, seen at their next request.
// Failures are InvalidField with field role, and UserNotFound.
func (s *Service) SetRole(ctx context.Context, id int64, role string) error {
	if err := checkRole(role); err != nil {
		return err
	}
	err := s.inTx(ctx, func(d *tx) error {
		d.record(byCommandLine(AuditUserRoleChanged, id, details{"role": role}))
		return d.SetUserRole(ctx, id, role, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
}

// KeyRotated tells the audit that the signing key kid was made, to sign after
// overlap. The keys themselves are not this package's business.
func (s *Service) KeyRotated(ctx context.Context, kid string, overlap time.Duration) {
	s.audit(ctx, byCommandLine(AuditKeyRotated, 0, details{"kid": kid, "overlap": overlap.String()}))
}

// KeyRetired tells the audit that the signing key kid was removed; forced, that
// JWTs of it may have been live.
func (s *Service) KeyRetired(ctx context.Context, kid string, forced bool) {
	s.audit(ctx, byCommandLine(AuditKeyRetired, 0, details{"kid": kid, "forced": strconv.FormatBool(forced)}))
}

func checkRole(role string) error {
	if isRole(role) {
		return nil
	}
	return apierr.Field("role", apierr.NotInEnum)
}
