package cli

import (
	"errors"
	"fmt"

	"quartet/server/apierr"
	"quartet/server/dialect"
	"quartet/store"
)

// The exit codes.
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitInterrupted = 130 // the shells' code for a program that an interrupt ended
)

// UsageError is an error for which the program exits with ExitUsage: the command
// could not be carried out as it was given.
type UsageError struct{ Err error }

func (e UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e UsageError) Unwrap() error { return e.Err }

// Usagef makes a UsageError.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// ExitCode is the program's exit code after err.
func ExitCode(err error) int {
	if err == nil {
		return ExitOK
	}
	if _, usage := errors.AsType[UsageError](err); usage {
		return ExitUsage
	}
	return ExitFailed
}

// Message words an error for the operator, who may see causes that a client must
// not see.
func Message(err error) string {
	if refused, ok := errors.AsType[store.ServerError](err); ok {
		return "cannot use the database: " + refused.Sentence
	}
	failed, ok := errors.AsType[*apierr.Error](err)
	if !ok {
		return err.Error()
	}
	if text := directoryMessage(failed); text != "" {
		return text
	}
	text := dialect.Message(failed, "en")
	if failed.Code == apierr.Internal || failed.Code == apierr.Unavailable {
		return text + ": " + failed.Error()
	}
	return text
}

// directoryRules says what ids, codes and names of applications, organisations
// and roles must be.
var directoryRules = map[string]string{
	"id":   "The id must be 1 to 64 characters of ASCII without blanks or control characters",
	"code": "The code must be 1 to 64 characters without blanks or control characters",
	"name": "The name must be 1 to 128 characters without control characters, and without blanks around it",
}

// directoryMessage words errors about applications, organisations and roles; "" for all
// others.
func directoryMessage(failed *apierr.Error) string {
	switch {
	case failed.Code == apierr.AlreadyExists:
		return "The " + failed.Field + " is taken"
	case errors.Is(failed.Cause, store.ErrTooMany):
		return "The application has " + failed.Expected + " " + failed.Field + "s that work already: revoke one first"
	case failed.Code == apierr.UnknownApplication:
		return "No such application"
	case failed.Code != apierr.InvalidField:
		return ""
	case errors.Is(failed.Cause, store.ErrNotFound):
		return "No such " + failed.Field
	case failed.Field == "organisations" && failed.Reason == apierr.NotInEnum:
		return "No such organisation"
	default:
		return directoryRules[failed.Field]
	}
}
