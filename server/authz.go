package server

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/labstack/echo/v4"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// accessRules implement the contract's x-access. Rules that depend on the data (the
// caller's own, or an administrator) are in package account.
var accessRules = map[string]func(*server, *dialect.Call) error{
	"public":                      anybody,
	"registration":                anonymousOrLive,
	"signed-in":                   live,
	"signed-in-or-replaced":       anybody, // operation 4 handles a replaced session itself, and refuses other ended ones
	"self-or-administrator":       live,
	"self-or-super-administrator": live,
	"application":                 liveInApplication,
	"authenticated-application":   provenApplication,
	"demo":                        inDemo,
	"administration":              liveOrProven, // and the operation's right
}

func (o *operation) readAccess() error {
	o.access, _ = o.Extensions["x-access"].(string)
	if accessRules[o.access] == nil {
		return fmt.Errorf("x-access %q is not known", o.access)
	}
	o.right, _ = o.Extensions["x-right"].(string)
	if o.access == "administration" && !slices.Contains(account.OperatorRights(), o.right) {
		return fmt.Errorf("x-right %q is not known", o.right)
	}
	return nil
}

// authorise decides whether the call may reach the operation's handler. Without a rule
// it may not.
func (s *server) authorise(ctx context.Context, o *operation, c *dialect.Call) error {
	rule := accessRules[o.access]
	if rule == nil {
		return apierr.New(apierr.Forbidden)
	}
	if err := rule(s, c); err != nil || o.right == "" {
		return err
	}
	operator, err := s.accounts.Operator(ctx, c.Caller, c.Application)
	if err != nil {
		return err
	}
	if !operator.Has(o.right) {
		return apierr.New(apierr.Forbidden)
	}
	c.Operator = operator
	return nil
}

func anybody(*server, *dialect.Call) error { return nil }

func live(_ *server, c *dialect.Call) error { return c.CallerErr }

// anonymousOrLive accepts a request without a token, which package account then decides
// on, but not one with an invalid token.
func anonymousOrLive(_ *server, c *dialect.Call) error {
	if isAnonymous(c) {
		return nil
	}
	return c.CallerErr
}

// isAnonymous reports whether the request has no token.
func isAnonymous(c *dialect.Call) bool {
	failed, isFailure := errors.AsType[*apierr.Error](c.CallerErr)
	return isFailure && failed.Code == apierr.Unauthenticated && failed.Reason == apierr.Required
}

func liveInApplication(_ *server, c *dialect.Call) error {
	if c.Application.ID == "" && !isAnonymous(c) {
		return &apierr.Error{Code: apierr.UnknownApplication, Field: applicationHeader, Reason: apierr.Required}
	}
	return c.CallerErr
}

func provenApplication(_ *server, c *dialect.Call) error {
	if !c.Application.Proven {
		return &apierr.Error{Code: apierr.UnknownApplication, Field: echo.HeaderAuthorization, Reason: apierr.Required}
	}
	return nil
}

func liveOrProven(_ *server, c *dialect.Call) error {
	if c.Application.Proven {
		return nil
	}
	return c.CallerErr
}

func inDemo(s *server, _ *dialect.Call) error {
	if s.outbox == nil {
		return apierr.New(apierr.PathNotFound)
	}
	return nil
}
