package dialect

import (
	"context"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

// Services is what handlers use.
type Services struct {
	Accounts *account.Service
	Zone     *time.Location // of dates that carry none
	Now      func() time.Time
}

// Call is what handlers need of a request besides its typed parameters.
type Call struct {
	Caller      account.Caller
	CallerErr   error                      // why there is no authenticated caller; nil if there is one
	Application account.CallingApplication // where the operation reads one
	Operator    account.Operator           // of the admin API
	ClientIP    string
	UserAgent   string
}

type callKey struct{}

// With returns a context with the call.
func (c *Call) With(ctx context.Context) context.Context { return context.WithValue(ctx, callKey{}, c) }

// CallFrom returns the call of the context, or an anonymous one.
func CallFrom(ctx context.Context) *Call {
	if c, ok := ctx.Value(callKey{}).(*Call); ok {
		return c
	}
	return &Call{CallerErr: apierr.New(apierr.Unauthenticated)}
}
