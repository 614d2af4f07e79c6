package account

import (
	"context"
	"errors"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// TokenSignIn is a sign-in with an access token of the old back end.
type TokenSignIn struct {
	Dialect             string // in which the session is opened
	Token               string
	Application         string // that the session is opened for; an unknown one is ignored
	Device              DeviceSession
	ClientIP, UserAgent string
}

// ExchangeToken opens a session for the user whom the old back end names for a token of
// its own, each token once, and imports an unknown user without a password. Such a
// session is no fresh proof. The failure is Unauthenticated for a token that is wrong,
// was exchanged, or is of a user who is disabled, closed, an administrator here, or whose
// password was changed here; Unavailable without an old back end or its answer;
// TooManyRequests for a client IP with too many.
func (s *Service) ExchangeToken(ctx context.Context, in TokenSignIn) (SignInResult, error) {
	if err := in.Device.check(); err != nil {
		return SignInResult{}, err
	}
	started := time.Now()
	result, err := s.exchangeToken(ctx, in)
	if apierr.Is(err, apierr.Unauthenticated) {
		s.waitForRefusal(ctx, started)
	}
	return result, err
}

func (s *Service) exchangeToken(ctx context.Context, in TokenSignIn) (SignInResult, error) {
	if err := s.consumeRateLimits(ctx, s.perClient("exchange", s.limits.ExchangePerIP, in.ClientIP)); err != nil {
		return SignInResult{}, err
	}
	if s.oldBackEnd == nil {
		return SignInResult{}, apierr.Wrap(apierr.Unavailable, errors.New("no old back end is configured"))
	}
	application, err := s.knownApplication(ctx, in.Application)
	if err != nil {
		return SignInResult{}, err
	}
	there, err := s.askOldBackEnd(ctx, func(ctx context.Context) (*ImportedUser, error) {
		return s.oldBackEnd.UserOfToken(ctx, in.Token)
	})
	person, moved := moving{}, movedIn{}
	if err == nil {
		person, moved, err = s.welcome(ctx, there, nil)
	}
	switch {
	case errors.Is(err, errNoAnswer):
		return SignInResult{}, apierr.Wrap(apierr.Unavailable, err)
	case err != nil:
		return SignInResult{}, err
	case moved.reason != "":
		return SignInResult{}, s.refuseToken(ctx, in, moved)
	}
	once := []store.RateLimit{s.limits.ExchangeToken.limit("exchanged:" + s.sealer.Index("old-token:"+in.Token))}
	var result SignInResult
	err = s.inTx(ctx, func(tx *tx) error {
		if err := tx.ConsumeRateLimits(ctx, once, store.TimeOf(s.now())); err != nil {
			return err
		}
		err := s.importMoving(ctx, tx, person, &moved, func(user store.User, _ bool) event {
			return registered(user.ID, wayFallback, in.Dialect, in.ClientIP)
		})
		if err == nil {
			err = moved.refusesToken()
		}
		if err != nil {
			return err
		}
		session := s.sessionRow(moved.user.ID, in.Dialect, OpenedByToken, in.ClientIP, in.UserAgent)
		session.ApplicationID = application
		result, err = s.openDevice(ctx, tx, session, in.Device)
		return err
	})
	_, used := errors.AsType[store.RateLimitError](err)
	switch {
	case used:
		moved.reason = oldTokenUsed
		return SignInResult{}, s.refuseToken(ctx, in, moved)
	case moved.reason != "":
		return SignInResult{}, s.refuseToken(ctx, in, moved)
	case err != nil:
		return SignInResult{}, toAPIErr(err, apierr.Unauthenticated)
	}
	result.User, err = s.user(ctx, moved.user.ID)
	return result, err
}

// refusesToken is an error for a user whom no token of the old back end lets in. Who has
// changed the password here has ended all that came before.
func (m *movedIn) refusesToken() error {
	switch {
	case m.reason != "":
	case m.user.ClosingAt != nil:
		m.reason = oldUserErased
	case m.user.Role != RoleMember:
		m.reason = oldUserNotMember
	case m.user.PasswordChangedAt != nil:
		m.reason = oldUserPassword
	default:
		return nil
	}
	return apierr.New(apierr.Unauthenticated)
}

// refuseToken records a refusal.
func (s *Service) refuseToken(ctx context.Context, in TokenSignIn, moved movedIn) error {
	s.auditRefusal(ctx, event{
		kind: AuditSignInFailed, subject: moved.user.ID, dialect: in.Dialect, clientIP: in.ClientIP,
		detail: details{"way": OpenedByToken, "reason": moved.reason},
	})
	return apierr.New(apierr.Unauthenticated)
}
