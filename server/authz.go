package server

import (
	"quartet/server/apierr"
)

// admit is the gate: it says whether the call may reach the operation's rule.
// What depends on whose data it is (oneself, an administrator) the rule itself
// decides. An access rule that is not listed here lets nobody in.
func (s *server) authorise(o *operation, c *call) error {
	switch o.access {
	case accessPublic, accessSignedInOrReplaced:
		// Operation 4 answers a replaced session itself; the rule refuses all
		// other callers that are not live.
		return nil
	case accessRegistration:
		return anonymousOrLive(c)
	case accessSignedIn, accessSelfOrAdministrator, accessSelfOrSuperAdministrator:
		return c.callerErr
	case accessApplication:
		if c.application == "" {
			return &apierr.Error{Code: apierr.UnknownApplication, Field: applicationHeader, Reason: apierr.Required}
		}
		return c.callerErr
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
func anonymousOrLive(c *call) error {
	var failed *apierr.Error
	if asFailure(c.callerErr, &failed) && failed.Code == apierr.Unauthenticated && failed.Reason == apierr.Required {
		return nil
	}
	return c.callerErr
}
