package server

import (
	"errors"
	"fmt"
	"slices"

	"quartet/server/apierr"
	"quartet/server/dialect"
)

// access says who may call an operation; the contract's x-access.
type access string

const (
	accessPublic                   access = "public"
	accessRegistration             access = "registration"
	accessSignedIn                 access = "signed-in"
	accessSignedInOrReplaced       access = "signed-in-or-replaced"
	accessSelfOrAdministrator      access = "self-or-administrator"
	accessSelfOrSuperAdministrator access = "self-or-super-administrator"
	accessApplication              access = "application"
	accessDemo                     access = "demo"
)

var everyAccess = []access{
	accessPublic, accessRegistration, accessSignedIn, accessSignedInOrReplaced,
	accessSelfOrAdministrator, accessSelfOrSuperAdministrator, accessApplication, accessDemo,
}

func (o *operation) readAccess() error {
	word, _ := o.Extensions["x-access"].(string)
	if o.access = access(word); !slices.Contains(everyAccess, o.access) {
		return fmt.Errorf("x-access %q is not known", word)
	}
	return nil
}

// authorise says whether the call may reach the operation's handler. What depends
// on whose data it is (one's own, an administrator) the rules themselves decide.
// An access rule that is not listed here lets nobody in.
func (s *server) authorise(o *operation, c *dialect.Call) error {
	switch o.access {
	case accessPublic, accessSignedInOrReplaced:
		// Operation 4 answers a replaced session itself; the rule refuses all
		// other callers that are not live.
		return nil
	case accessRegistration:
		return anonymousOrLive(c)
	case accessSignedIn, accessSelfOrAdministrator, accessSelfOrSuperAdministrator:
		return c.CallerErr
	case accessApplication:
		if c.Application == "" {
			return &apierr.Error{Code: apierr.UnknownApplication, Field: applicationHeader, Reason: apierr.Required}
		}
		return c.CallerErr
	case accessDemo:
		if s.outbox == nil {
			return apierr.New(apierr.PathNotFound)
		}
		return nil
	default:
		return apierr.New(apierr.Forbidden)
	}
}

// anonymousOrLive lets through who sent no token at all, for the rule to judge,
// but nobody whose token is not good.
func anonymousOrLive(c *dialect.Call) error {
	failed, isFailure := errors.AsType[*apierr.Error](c.CallerErr)
	if isFailure && failed.Code == apierr.Unauthenticated && failed.Reason == apierr.Required {
		return nil
	}
	return c.CallerErr
}
