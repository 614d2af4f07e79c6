package account

import (
	"quartet/server/apierr"
	"quartet/store"
)

// Caller is the user of a token, as the database has them at this request.
type Caller struct {
	UserID, SessionID int64
	Role              string // RoleMember and the like
	// Renewed is a new JWT for a presented one that is past half its life, as the
	// framework of document 004 gives it; else "".
	Renewed string
	// MustSetPassword reports that the session was opened by a password that the policy
	// refuses, and that it is good for setting another one alone.
	MustSetPassword bool

	session     store.SessionWithUser
	jwt         bool // the credential is a JWT
	application CallingApplication
}

func (c Caller) is(userID int64) bool { return c.UserID == userID }

func (c Caller) isAdministrator() bool {
	return c.Role == RoleAdministrator || c.isSuperAdministrator()
}

func (c Caller) isSuperAdministrator() bool { return c.Role == RoleSuperAdministrator }

// seesAllOf lets users see everything but secrets of themselves, and administrators of
// all users.
func (c Caller) seesAllOf(userID int64) bool { return c.is(userID) || c.isAdministrator() }

// mayCreate lets administrators create users, and with open registration everyone.
func (s *Service) mayCreate(caller *Caller) error {
	switch {
	case s.openRegistration, caller != nil && caller.isAdministrator():
		return nil
	case caller == nil:
		return &apierr.Error{Code: apierr.Unauthenticated, Reason: apierr.Required}
	default:
		return apierr.New(apierr.Forbidden)
	}
}

// mayUpdate lets users change themselves, and administrators all users except super
// administrators.
func (c Caller) mayUpdate(target store.User) error {
	switch {
	case c.is(target.ID), c.isSuperAdministrator():
		return nil
	case c.isAdministrator() && target.Role != RoleSuperAdministrator:
		return nil
	default:
		return apierr.New(apierr.Forbidden)
	}
}

// mayChangePasswordOf lets users change their own password, and super administrators
// all passwords.
func (c Caller) mayChangePasswordOf(userID int64) error {
	if c.is(userID) || c.isSuperAdministrator() {
		return nil
	}
	return apierr.New(apierr.Forbidden)
}
