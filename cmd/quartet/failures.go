package main

import (
	"context"
	"errors"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/dialect"
	"quartet/store"
)

// sentence words an error for whoever sits at the machine. They may see causes
// that a client must not.
func sentence(err error) string {
	failed, ok := errors.AsType[*apierr.Error](err)
	if !ok {
		return err.Error()
	}
	if text := listedSentence(failed); text != "" {
		return text
	}
	text := dialect.Message(failed, "en")
	if failed.Code == apierr.Internal || failed.Code == apierr.Unavailable {
		return text + ": " + failed.Error()
	}
	return text
}

// unlessPresent words the removal of something that is not there: text, when the
// organisation itself is known.
func unlessPresent(ctx context.Context, accounts *account.Service, organisation string, err error, text string) error {
	failed, ok := errors.AsType[*apierr.Error](err)
	if !ok || failed.Field != "organisation" || !errors.Is(failed.Cause, store.ErrNotFound) {
		return err
	}
	if _, unknown := accounts.Organisation(ctx, organisation); unknown != nil {
		return unknown
	}
	return errors.New(text)
}

// listedForms says how applications, organisations and roles can be called.
var listedForms = map[string]string{
	"id":   "The id must be 1 to 64 characters of ASCII without blanks or control characters",
	"code": "The code must be 1 to 64 characters without blanks or control characters",
	"name": "The name must be 1 to 128 characters without control characters, and without blanks around it",
}

// listedSentence words what can only go wrong here: a code or an id that is
// odd, that is taken, or that names nothing.
func listedSentence(failed *apierr.Error) string {
	_, taken := errors.AsType[store.ConflictError](failed.Cause)
	switch {
	case failed.Code == apierr.UnknownApplication:
		return "No such application"
	case failed.Code != apierr.InvalidField:
		return ""
	case taken:
		return "The " + failed.Field + " is taken"
	case errors.Is(failed.Cause, store.ErrNotFound):
		return "No such " + failed.Field
	default:
		return listedForms[failed.Field]
	}
}
