package account

import (
	"quartet/server/apierr"
	"quartet/store"
)

// Caller is whoever a verified token speaks for, with what the database says of
// them at this request.
type Caller struct {
	UserID  int64
	Role    string // store.RoleMember and the like
	Session store.Session
	// Renewed is a fresh JWT for the answer's header when the presented one is
	// past half its life, as the framework behind document 004 does; else "".
	Renewed string

	profile *store.Profile // nil: not read yet
}

func (c Caller) is(userID int64) bool { return c.UserID == userID }

func (c Caller) isAdministrator() bool {
	return c.Role == store.RoleAdministrator || c.isSuperAdministrator()
}

func (c Caller) isSuperAdministrator() bool { return c.Role == store.RoleSuperAdministrator }

// seesAllOf: oneself and administrators see everything but secrets.
func (c Caller) seesAllOf(userID int64) bool { return c.is(userID) || c.isAdministrator() }

// mayCreate: administrators may create users, and anybody where registration is
// open.
func (s *Service) mayCreate(caller *Caller) error {
	switch {
	case s.openRegistration, caller != nil && caller.isAdministrator():
		return nil
	case caller == nil:
		return apierr.New(apierr.Unauthenticated)
	default:
		return apierr.New(apierr.Forbidden)
	}
}

// mayUpdate: oneself or an administrator, who must not touch a super
// administrator.
func (c Caller) mayUpdate(target store.User) error {
	switch {
	case c.is(target.ID), c.isSuperAdministrator():
		return nil
	case c.isAdministrator() && target.Role != store.RoleSuperAdministrator:
		return nil
	default:
		return apierr.New(apierr.Forbidden)
	}
}

// mayChangePasswordOf: one's own; a super administrator anybody's.
func (c Caller) mayChangePasswordOf(userID int64) error {
	if c.is(userID) || c.isSuperAdministrator() {
		return nil
	}
	return apierr.New(apierr.Forbidden)
}
