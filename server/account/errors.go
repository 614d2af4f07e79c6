package account

import (
	"context"
	"errors"
	"time"

	"quartet/server/apierr"
	"quartet/server/password"
	"quartet/store"
)

// toAPIErr converts an error of the store to a failure; missing is the failure for
// ErrNotFound. An *apierr.Error stays as it is.
func toAPIErr(err error, missing apierr.Code) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*apierr.Error](err); ok {
		return known
	}
	if reached, ok := errors.AsType[store.RateLimitError](err); ok {
		return &apierr.Error{Code: apierr.TooManyRequests, RetryAfter: time.Duration(reached.RetryAfterMillis) * time.Millisecond}
	}
	code, field := apierr.Internal, ""
	conflict, isConflict := errors.AsType[store.ConflictError](err)
	_, unavailable := errors.AsType[store.UnavailableError](err)
	switch {
	case isConflict && conflict.What == "username":
		code, field = apierr.UsernameTaken, "username"
	case isConflict && conflict.What == "email":
		code, field = apierr.EmailTaken, "email"
	case isConflict && conflict.What == "mobile":
		code, field = apierr.MobileTaken, "mobile"
	case errors.Is(err, store.ErrVersion):
		code = apierr.PreconditionFailed
	case errors.Is(err, store.ErrNotFound):
		code = missing
	case unavailable, isOver(err):
		code = apierr.Unavailable
	}
	return &apierr.Error{Code: code, Field: field, Cause: err}
}

// storeErr is toAPIErr for a method whose row cannot be missing by a caller's fault.
func storeErr(err error) error { return toAPIErr(err, apierr.Internal) }

// codeErr is toAPIErr for rows with a code: a conflicting or unknown code is an invalid
// value of field.
func codeErr(err error, field string) error {
	_, conflict := errors.AsType[store.ConflictError](err)
	if conflict || errors.Is(err, store.ErrNotFound) {
		return &apierr.Error{Code: apierr.InvalidField, Field: field, Reason: apierr.NotInEnum, Cause: err}
	}
	return storeErr(err)
}

// takenErr is toAPIErr for a creation under a code or id that can be taken, which field
// names.
func takenErr(err error, field string) error {
	if isConflict(err, "code") || isConflict(err, "id") {
		return &apierr.Error{Code: apierr.AlreadyExists, Field: field, Cause: err}
	}
	return storeErr(err)
}

// Missing makes NotFound of the failures of a name that is not known, for an operation whose
// path names the resource.
func Missing(err error) error {
	failed, ok := errors.AsType[*apierr.Error](err)
	if !ok || !errors.Is(failed.Cause, store.ErrNotFound) {
		return err
	}
	switch failed.Code {
	case apierr.InvalidField:
		return &apierr.Error{Code: apierr.NotFound, Field: failed.Field, Cause: failed.Cause}
	case apierr.UnknownApplication:
		return &apierr.Error{Code: apierr.NotFound, Field: "applicationId", Cause: failed.Cause}
	}
	return err
}

// hashErr converts an error of the password hasher to a failure.
func (s *Service) hashErr(err error) error {
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

// isOver reports whether the request timed out or was cancelled.
func isOver(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// isConflict reports whether err is a conflict of what.
func isConflict(err error, what string) bool {
	conflict, ok := errors.AsType[store.ConflictError](err)
	return ok && conflict.What == what
}
