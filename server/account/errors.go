package account

import (
	"context"
	"errors"
	"time"

	"quartet/server/apierr"
	"quartet/server/password"
	"quartet/store"
)

// failed is the one place that turns an error of the store into a failure.
// missing is what a row that is not there means to the caller.
func toAPIErr(err error, missing apierr.Code) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*apierr.Error](err); ok {
		return known
	}
	if conflict, ok := errors.AsType[store.ConflictError](err); ok {
		return taken(conflict)
	}
	if reached, ok := errors.AsType[store.RateLimitError](err); ok {
		return tooMany(reached.RetryAfterMillis)
	}
	_, unavailable := errors.AsType[store.UnavailableError](err)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return apierr.Wrap(missing, err)
	case unavailable, isOver(err):
		return apierr.Wrap(apierr.Unavailable, err)
	default:
		return apierr.Wrap(apierr.Internal, err)
	}
}

// broken is failed for a verb whose row cannot be missing by a caller's fault.
func storeErr(err error) error { return toAPIErr(err, apierr.Internal) }

// taken words a conflict: the value belongs to somebody else.
func taken(conflict store.ConflictError) error {
	switch conflict.What {
	case "username":
		return &apierr.Error{Code: apierr.UsernameTaken, Field: "username", Cause: conflict}
	case "email":
		return &apierr.Error{Code: apierr.EmailTaken, Field: "email", Cause: conflict}
	case "mobile":
		return &apierr.Error{Code: apierr.MobileTaken, Field: "mobile", Cause: conflict}
	default:
		return apierr.Wrap(apierr.Internal, conflict)
	}
}

// tooMany words that something has happened too often already.
func tooMany(retryAfterMillis int64) error {
	return &apierr.Error{Code: apierr.TooManyRequests, RetryAfter: time.Duration(retryAfterMillis) * time.Millisecond}
}

// hashing turns an error of the password hasher into a failure.
func (s *Service) hashing(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, password.ErrBusy), isOver(err):
		return s.overloaded(err)
	default:
		return apierr.Wrap(apierr.Internal, err)
	}
}

func (s *Service) overloaded(cause error) error {
	return &apierr.Error{Code: apierr.Overloaded, RetryAfter: s.limits.OverloadedDelay, Cause: cause}
}

// isOver tells whether the caller's time ran out, or they went away.
func isOver(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// isConflict tells whether err says that what is taken.
func isConflict(err error, what string) bool {
	conflict, ok := errors.AsType[store.ConflictError](err)
	return ok && conflict.What == what
}
