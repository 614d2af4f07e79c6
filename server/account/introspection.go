package account

import (
	"context"
	"time"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// Introspection is what an application learns of a live token of its users.
type Introspection struct {
	UserID, SessionID int64
	Audience          []string
	ExpiresAt         time.Time
}

// Introspect tells an application that proved itself whether an access token, opaque or
// JWT, works now (RFC 7662). live is false for every token that does not, for one
// that is good for setting another password alone, and for one whose session was not opened
// for the application: it does not tell which. It neither
// extends the token nor counts as a use of its session, but it counts as a use of the token (Refresh).
func (s *Service) Introspect(ctx context.Context, application CallingApplication, text string) (found Introspection, live bool, err error) {
	if !application.Proven {
		return Introspection{}, false, apierr.New(apierr.UnknownApplication)
	}
	caller, claims, err := s.liveCaller(ctx, text, application)
	switch {
	case apierr.Is(err, apierr.Unavailable), apierr.Is(err, apierr.Internal):
		return Introspection{}, false, err
	case err != nil, caller.MustSetPassword, caller.session.ApplicationID == nil, *caller.session.ApplicationID != application.ID:
		return Introspection{}, false, nil
	}
	return Introspection{
		UserID: caller.UserID, SessionID: caller.SessionID,
		Audience:  []string{token.Audience, application.ID},
		ExpiresAt: s.expiryOf(caller, claims),
	}, true, nil
}

// expiryOf returns when the caller's token stops working, unless it is extended.
func (s *Service) expiryOf(caller Caller, claims token.Claims) time.Time {
	until := min(caller.session.AccessExpiresAt, caller.session.ExpiresAt)
	switch {
	case caller.jwt:
		until = min(until, store.TimeOf(claims.ExpiresAt))
	case caller.session.Previous:
		until = min(until, caller.session.RotatedAt.Add(s.limits.RefreshGrace))
	}
	return until.Time()
}
