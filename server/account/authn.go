package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// Authenticate finds the caller behind a token, opaque or JWT, of any dialect.
// It reads the session from the database every time, so an ended session, a new
// password or a disabled user takes effect at the next request. application is what
// the request names; UserInfo judges it.
//
// Failures are Unauthenticated for an unknown token, TokenExpired, and
// SessionReplaced, RefreshReused or SessionEnded. With the last three the Caller
// is given too, for CheckDevice alone.
func (s *Service) Authenticate(ctx context.Context, text string, application CallingApplication) (Caller, error) {
	caller, claims, err := s.seenCaller(ctx, text, application)
	if err == nil && caller.jwt {
		return s.renewJWT(ctx, caller, claims, s.now())
	}
	return caller, err
}

// AuthenticateToApplication is Authenticate without renewing a JWT or extending its
// session: the holder may be an application to which the user gave the token, and
// receives no later one.
func (s *Service) AuthenticateToApplication(ctx context.Context, text string, application CallingApplication) (Caller, error) {
	caller, _, err := s.seenCaller(ctx, text, application)
	return caller, err
}

// seenCaller is liveCaller that notes the use of the session.
func (s *Service) seenCaller(ctx context.Context, text string, application CallingApplication) (Caller, token.Claims, error) {
	caller, claims, err := s.liveCaller(ctx, text, application)
	if err != nil {
		return caller, claims, err
	}
	if now := s.now(); now.Sub(caller.session.LastSeenAt.Time()) >= s.limits.LastSeenInterval {
		s.lastSeen.note(caller.SessionID, store.TimeOf(now))
		caller.session.LastSeenAt = store.TimeOf(now)
	}
	return caller, claims, nil
}

// liveCaller is Authenticate without noting the use of the session, and without renewing
// a JWT. claims are those of a JWT.
func (s *Service) liveCaller(ctx context.Context, text string, application CallingApplication) (caller Caller, claims token.Claims, err error) {
	if checkText("", application.ID, longestApplicationID) != nil {
		application = CallingApplication{}
	}
	now, isJWT := s.now(), token.IsJWT(text)
	var session store.SessionWithUser
	switch {
	case token.IsOpaque(text):
		session, err = s.store.SessionWithUserByAccessHash(ctx, hashOf(text), application.ID)
	case isJWT:
		if claims, err = s.verifyJWT(text, now); err == nil {
			session, err = s.store.SessionWithUserByID(ctx, claims.SessionID, application.ID)
		}
	default:
		err = store.ErrNotFound
	}
	if err != nil {
		return Caller{}, claims, toAPIErr(err, apierr.Unauthenticated)
	}
	caller = Caller{
		UserID: session.Profile.UserID, SessionID: session.ID, Role: session.Role,
		session: session, jwt: isJWT, application: application,
		MustSetPassword: s.requireNewPassword && session.OpenedBy == openedByWeakPassword,
	}
	if isJWT && caller.UserID != claims.UserID {
		return Caller{}, claims, apierr.New(apierr.Unauthenticated)
	}
	if err := checkLive(session.EndedAt, session.EndReason, session.Profile.DisabledAt, session.ExpiresAt, now); err != nil {
		if session.EndedAt == nil {
			return Caller{}, claims, err
		}
		return caller, claims, err
	}
	if session.RotatedAt != nil && session.AccessUsedAt == nil && !session.Previous {
		if err := s.noteFirstUse(ctx, session.ID, text, now); err != nil {
			return Caller{}, claims, err
		}
	}
	if session.AccessExpiresAt <= store.TimeOf(now) || session.Previous && !s.inGrace(session.RotatedAt, now) {
		return Caller{}, claims, apierr.New(apierr.TokenExpired)
	}
	return caller, claims, nil
}

// noteFirstUse records the first request with an access token that a refresh gave, before
// the request is answered: its client has the token, so whoever refreshes with the one
// before has stolen it. It is the one write of a token; later requests read that it was
// used.
func (s *Service) noteFirstUse(ctx context.Context, sessionID int64, access string, now time.Time) error {
	err := s.store.InTx(ctx, func(tx store.Tx) error {
		return tx.UseAccess(ctx, sessionID, hashOf(access), store.TimeOf(now))
	})
	return toAPIErr(err, apierr.Internal)
}

// IsToken reports whether a text has the form of a token of this server, opaque or JWT. It
// does not verify the token.
func IsToken(text string) bool { return token.IsOpaque(text) || token.IsJWT(text) }

func (s *Service) verifyJWT(text string, now time.Time) (token.Claims, error) {
	claims, err := s.signer.Verify(text, now)
	switch {
	case errors.Is(err, token.ErrExpired):
		return claims, apierr.Wrap(apierr.TokenExpired, err)
	case err != nil:
		return claims, apierr.Wrap(apierr.Unauthenticated, err)
	}
	return claims, nil
}

// checkLive returns why a session is over. How it ended takes precedence, because its
// owner must learn it.
func checkLive(endedAt *store.Time, endReason *string, userDisabledAt *store.Time, expiresAt store.Time, now time.Time) error {
	switch {
	case endedAt != nil && endReason != nil && *endReason == store.EndedByReplacement:
		return apierr.New(apierr.SessionReplaced)
	case endedAt != nil && endReason != nil && *endReason == store.EndedByRefreshReuse:
		return apierr.New(apierr.RefreshReused)
	case endedAt != nil, userDisabledAt != nil:
		return apierr.New(apierr.SessionEnded)
	case expiresAt <= store.TimeOf(now):
		return apierr.New(apierr.TokenExpired)
	}
	return nil
}

// inGrace tells whether the access token before the newest is still good,
// because the answer with the newest may not have arrived yet.
func (s *Service) inGrace(rotatedAt *store.Time, now time.Time) bool {
	return rotatedAt != nil && now.Sub(rotatedAt.Time()) <= s.limits.RefreshGrace
}

// renewJWT adds a new JWT for one that is past half its life, and extends the
// session, but not again at each request of a client that keeps the old JWT.
func (s *Service) renewJWT(ctx context.Context, caller Caller, claims token.Claims, now time.Time) (Caller, error) {
	halfLife := claims.ExpiresAt.Sub(claims.IssuedAt) / 2
	until := s.extendedUntil(caller.session.ExpiresAt)
	if now.Sub(claims.IssuedAt) <= halfLife || !until.Time().After(claims.ExpiresAt.Add(time.Second)) {
		return caller, nil
	}
	if until.Time().Sub(caller.session.AccessExpiresAt.Time()) < s.limits.LastSeenInterval {
		until = caller.session.AccessExpiresAt
	} else if extended, err := s.extendAccessToken(ctx, caller.SessionID, until, nil); err != nil || !extended {
		s.log.WarnContext(ctx, "session was not extended", "ended", err == nil, "error", err)
		return caller, nil
	}
	caller.session.AccessExpiresAt = until
	jwt, err := s.signJWT(caller.SessionID, caller.UserID, caller.session.ApplicationID, until)
	caller.Renewed = jwt
	return caller, err
}

// hashOf is what is stored of a token.
func hashOf(secret string) store.Digest { return store.Digest(token.Hash(secret)) }

// matches compares a stored hash with a presented one in constant time.
func matches(stored *store.Digest, presented store.Digest) bool {
	return stored != nil && subtle.ConstantTimeCompare([]byte(*stored), []byte(presented)) == 1
}
