package account

import (
	"context"
	"slices"

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

// mayUpdate lets users change themselves, super administrators everybody, and
// administrators members, as Operator.mayActOn does.
func (c Caller) mayUpdate(target store.User) error {
	switch {
	case c.is(target.ID), c.isSuperAdministrator():
		return nil
	case c.isAdministrator() && target.Role == RoleMember:
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

// mayLookUp lets a caller look up other users if they belong to one of the organisations
// of the application that the request names, or if the application proved itself by its
// secret; its name alone is no secret, and lets nobody look up anybody. It returns those
// organisations. Every look-up counts, whether or not it finds a user. The failures are
// UserNotFound, as for an id that nobody has, and TooManyRequests.
//
// The counters are those of the caller, their client IP and the application. An
// application that proved itself asks from its own servers for all of its users, so that it
// has a counter of its own alone, which nobody else can fill; and strangers, whom an
// application does not concern, fill none of it.
func (s *Service) mayLookUp(ctx context.Context, caller Caller, clientIP string) ([]store.Organisation, error) {
	var organisations []store.Organisation
	if caller.session.ApplicationRights != nil {
		var err error
		if organisations, err = s.store.OrganisationsOfApplication(ctx, caller.application.ID); err != nil {
			return nil, storeErr(err)
		}
	}
	proven := caller.application.Proven
	belongs := len(within(caller.session.Profile.Memberships, organisations)) > 0
	var limits []store.RateLimit
	if proven {
		limits = append(limits, s.limits.LookUpPerApplication.limit("look-up-proven:"+caller.application.ID))
	} else {
		limits = append(s.perClient("look-up", s.limits.LookUpPerIP, clientIP),
			s.limits.LookUpPerUser.limit("look-up:"+s.sealer.Index(userSubject(caller.UserID))))
		if belongs {
			limits = append(limits, s.limits.LookUpPerApplication.limit("look-up-named:"+caller.application.ID))
		}
	}
	if err := s.countLookUp(ctx, limits); err != nil {
		return nil, err
	}
	if !belongs && !proven {
		return nil, apierr.New(apierr.UserNotFound)
	}
	return organisations, nil
}

// countLookUp counts against limits. Beyond them nothing is written.
func (s *Service) countLookUp(ctx context.Context, limits []store.RateLimit) error {
	if err := s.wait(ctx, limits); err != nil {
		return err
	}
	err := s.consumeRateLimits(ctx, limits)
	if apierr.Is(err, apierr.TooManyRequests) {
		s.rememberFull(ctx, limits)
	}
	return err
}

// shownTo returns the memberships that a caller who may look up other users is shown of
// one: those in the application's organisations. The failure is UserNotFound for a user
// without any, unless the application proved itself, and for one who is disabled or has
// closed their account.
func shownTo(caller Caller, of store.Profile, organisations []store.Organisation) ([]store.Membership, error) {
	shared := within(of.Memberships, organisations)
	if of.DisabledAt != nil || of.ClosingAt != nil || len(shared) == 0 && !caller.application.Proven {
		return nil, apierr.New(apierr.UserNotFound)
	}
	return shared, nil
}

// within returns the memberships in organisations.
func within(memberships []store.Membership, organisations []store.Organisation) (shared []store.Membership) {
	for _, m := range memberships {
		if slices.ContainsFunc(organisations, func(o store.Organisation) bool { return o.ID == m.ID }) {
			shared = append(shared, m)
		}
	}
	return shared
}
