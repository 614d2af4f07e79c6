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

// Authenticate finds who a token speaks for: an opaque access token or a JWT of
// any dialect. The session is looked up every time, as it stands in the database
// now, so a kick, a password change or a disabled user is seen by the next
// request.
//
// Failures are Unauthenticated for what is no token of ours, TokenExpired, and
// SessionReplaced, RefreshReused or SessionEnded for a session that ended. In
// those last cases the Caller is given as well, for CheckDevice to answer from;
// it may do nothing else.
//
// applicationID is the application that the request names, "" for none: its rule
// is UserInfo's.
func (s *Service) Authenticate(ctx context.Context, text, applicationID string) (Caller, error) {
	switch {
	case applicationID != "" && token.IsOpaque(text):
		return s.authenticateForUserInfo(ctx, text)
	case token.IsOpaque(text):
		return s.authenticateOpaque(ctx, text)
	case token.IsJWT(text):
		return s.authenticateJWT(ctx, text)
	default:
		return Caller{}, apierr.New(apierr.Unauthenticated)
	}
}

// authenticateForUserInfo is Authenticate for a request that goes on to UserInfo,
// which nearly always asks for the token's own user: both are read at once. Of
// the Caller's Session only ID, UserID, AccessExpiresAt, ExpiresAt and LastSeenAt
// are sure to be filled.
func (s *Service) authenticateForUserInfo(ctx context.Context, text string) (Caller, error) {
	bearer, err := s.store.SessionWithUserByAccessHash(ctx, hashOf(text))
	if errors.Is(err, store.ErrNotFound) {
		return s.authenticateOpaque(ctx, text) // which tells what is the matter with it
	}
	if err != nil {
		return Caller{}, storeErr(err)
	}
	now := s.now()
	caller, err := s.callerOf(bearer.SessionOwner, now)
	if err != nil {
		return caller, err
	}
	caller.profile = &bearer.Profile
	return s.noteLastSeen(caller, now), nil
}

func (s *Service) authenticateOpaque(ctx context.Context, text string) (Caller, error) {
	hash := hashOf(text)
	owner, err := s.store.SessionByAccessHash(ctx, hash)
	if err != nil {
		return Caller{}, toAPIErr(err, apierr.Unauthenticated)
	}
	now := s.now()
	caller, err := s.callerOf(owner, now)
	if err != nil {
		return caller, err
	}
	isNewest := matches(owner.AccessHash, hash)
	if !isNewest && !s.inGrace(owner.Session, now) {
		return Caller{}, apierr.New(apierr.TokenExpired)
	}
	return s.noteLastSeen(caller, now), nil
}

func (s *Service) authenticateJWT(ctx context.Context, text string) (Caller, error) {
	now := s.now()
	claims, err := s.signer.Verify(text, now)
	if errors.Is(err, token.ErrExpired) {
		return Caller{}, apierr.Wrap(apierr.TokenExpired, err)
	}
	if err != nil {
		return Caller{}, apierr.Wrap(apierr.Unauthenticated, err)
	}
	owner, err := s.store.SessionByID(ctx, claims.SessionID)
	if err != nil {
		return Caller{}, toAPIErr(err, apierr.Unauthenticated)
	}
	if owner.UserID != claims.UserID || !carriesJWT(owner.Session) {
		return Caller{}, apierr.New(apierr.Unauthenticated)
	}
	caller, err := s.callerOf(owner, now)
	if err != nil {
		return caller, err
	}
	return s.renewed(ctx, s.noteLastSeen(caller, now), claims, now)
}

// callerOf checks all that a session's row can say against its token.
func (s *Service) callerOf(owner store.SessionOwner, now time.Time) (Caller, error) {
	caller := Caller{UserID: owner.UserID, Role: owner.Role, Session: owner.Session}
	if err := live(owner, now); err != nil {
		if owner.EndedAt == nil {
			return Caller{}, err
		}
		return caller, err
	}
	if owner.AccessExpiresAt <= store.TimeOf(now) {
		return Caller{}, apierr.New(apierr.TokenExpired)
	}
	return caller, nil
}

// live tells why a session is over, if it is. That it ended comes before all
// else: how it ended is what its owner must be told.
func live(owner store.SessionOwner, now time.Time) error {
	switch {
	case owner.EndedAt != nil:
		return ended(owner.EndReason)
	case owner.UserDisabledAt != nil:
		return apierr.New(apierr.SessionEnded)
	case owner.ExpiresAt <= store.TimeOf(now):
		return apierr.New(apierr.TokenExpired)
	}
	return nil
}

func ended(reason *string) error {
	switch {
	case reason != nil && *reason == store.EndedByReplacement:
		return apierr.New(apierr.SessionReplaced)
	case reason != nil && *reason == store.EndedByRefreshReuse:
		return apierr.New(apierr.RefreshReused)
	default:
		return apierr.New(apierr.SessionEnded)
	}
}

// inGrace tells whether the access token before the newest is still good: its
// client may not have got the answer with the newest one yet.
func (s *Service) inGrace(session store.Session, now time.Time) bool {
	return session.RotatedAt != nil && now.Sub(session.RotatedAt.Time()) <= s.limits.RefreshGrace
}

// seen notes the session's use for RecordSeen, at most once a minute once that
// has recorded it.
func (s *Service) noteLastSeen(caller Caller, now time.Time) Caller {
	if now.Sub(caller.Session.LastSeenAt.Time()) < s.limits.LastSeenInterval {
		return caller
	}
	s.lastSeen.note(caller.Session.ID, store.TimeOf(now))
	caller.Session.LastSeenAt = store.TimeOf(now)
	return caller
}

// renewed adds a fresh JWT when the presented one is past half its life. The
// row slides with it, but not at each request of a client that keeps using the
// old one.
func (s *Service) renewed(ctx context.Context, caller Caller, claims token.Claims, now time.Time) (Caller, error) {
	halfLife := claims.ExpiresAt.Sub(claims.IssuedAt) / 2
	until := s.extendedUntil(caller.Session)
	if now.Sub(claims.IssuedAt) <= halfLife || !until.Time().After(claims.ExpiresAt.Add(time.Second)) {
		return caller, nil
	}
	if until.Time().Sub(caller.Session.AccessExpiresAt.Time()) < s.limits.LastSeenInterval {
		until = caller.Session.AccessExpiresAt
	} else if slid, err := s.extendAccessToken(ctx, caller.Session.ID, until, nil); err != nil || !slid {
		s.log.WarnContext(ctx, "a session did not slide", "slid", slid, "error", err)
		return caller, nil
	}
	caller.Session.AccessExpiresAt = until
	jwt, err := s.sign(caller.Session, until.Time())
	caller.Renewed = jwt
	return caller, err
}

// hashOf is what is stored in a token's place.
func hashOf(secret string) store.Digest { return store.Digest(token.Hash(secret)) }

// matches compares a stored hash with a presented one.
func matches(stored *store.Digest, presented store.Digest) bool {
	return stored != nil && subtle.ConstantTimeCompare([]byte(*stored), []byte(presented)) == 1
}
