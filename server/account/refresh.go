package account

import (
	"context"
	"crypto/subtle"
	"time"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// ExtendedSession is a session whose access token was extended.
type ExtendedSession struct {
	User          User // with WeChat identities
	AccessExpires time.Time
	Renewed       string // the JWT that replaces the presented one, "" where the token is opaque
}

// Extend extends the caller's access token for its full life from now, but not past its
// session's end (operation 1), and stores the kind of front end. The failure is that of
// a session that has ended meanwhile.
func (s *Service) Extend(ctx context.Context, caller Caller, frontType int64) (ExtendedSession, error) {
	until := s.extendedUntil(caller.session.ExpiresAt)
	extended, err := s.extendAccessToken(ctx, caller.SessionID, until, &frontType)
	if err != nil {
		return ExtendedSession{}, toAPIErr(err, apierr.SessionEnded)
	}
	if !extended {
		return ExtendedSession{}, s.whyEnded(ctx, caller.SessionID)
	}
	result := ExtendedSession{AccessExpires: until.Time()}
	if caller.jwt {
		if result.Renewed, err = s.signJWT(caller.SessionID, caller.UserID, caller.session.ApplicationID, until); err != nil {
			return ExtendedSession{}, err
		}
	}
	result.User, err = s.userWithWeChat(ctx, caller.UserID)
	return result, err
}

func (s *Service) extendAccessToken(ctx context.Context, sessionID int64, until store.Time, frontType *int64) (extended bool, err error) {
	now := store.TimeOf(s.now())
	err = s.store.InTx(ctx, func(tx store.Tx) (err error) {
		extended, err = tx.ExtendAccessToken(ctx, sessionID, until, now, frontType)
		return err
	})
	return extended, err
}

// whyEnded returns why a session that was live a moment ago is not.
func (s *Service) whyEnded(ctx context.Context, sessionID int64) error {
	session, err := s.store.SessionByID(ctx, sessionID)
	if err != nil {
		return toAPIErr(err, apierr.SessionEnded)
	}
	if err := checkLive(session.EndedAt, session.EndReason, session.UserDisabledAt, session.ExpiresAt, s.now()); err != nil {
		return err
	}
	return apierr.New(apierr.SessionEnded)
}

// Refreshed is an access token and when it expires.
type Refreshed struct {
	AccessToken   string
	AccessExpires time.Time
}

// Refresh returns the next access token for a refresh token and its access token,
// expired or not (operation 3). The refresh token cannot rotate, because the response
// of operation 3 has an access token only; so the access token rotates, and its
// generation distinguishes a client from a thief:
//
//   - the newest one gives the next;
//   - the one before gives the newest again until a request has used the newest,
//     because the answer may have been lost, and for 10 s after that or after the
//     refresh, because two tabs may have refreshed at once;
//   - then, or if it is older, it is stolen: the session ends, with RefreshReused.
//
// Other failures are Unauthenticated for tokens that do not belong together,
// TooManyRequests for a client IP with too many of those, TokenExpired, and those of an
// ended session. Right tokens always work.
func (s *Service) Refresh(ctx context.Context, accessToken, refreshToken string) (Refreshed, error) {
	if !token.IsOpaque(accessToken) || !token.IsOpaque(refreshToken) {
		return Refreshed{}, apierr.New(apierr.Unauthenticated)
	}
	refreshed, err := s.refresh(ctx, accessToken, refreshToken)
	if apierr.Is(err, apierr.Unauthenticated) {
		return Refreshed{}, s.refuseRefresh(ctx, err)
	}
	return refreshed, err
}

// refuseRefresh counts a pair of tokens that does not exist, and returns the failure. The
// audit has the one that reaches the limit alone, because clients that were away for long
// come with such pairs; the metrics have all.
func (s *Service) refuseRefresh(ctx context.Context, failure error) error {
	limits := s.perClient("refresh-refused", s.limits.WrongSecretPerIP, requestInfo(ctx).ClientIP)
	if err := s.wait(ctx, limits); err != nil {
		return err
	}
	err := s.consumeRateLimits(ctx, limits)
	switch {
	case err == nil:
		return failure
	case apierr.Is(err, apierr.TooManyRequests):
		s.rememberFull(ctx, limits)
		s.audit(ctx, event{kind: AuditLockout, detail: details{"way": "refresh", "reason": reasonLocked}})
	}
	return err
}

func (s *Service) refresh(ctx context.Context, accessToken, refreshToken string) (Refreshed, error) {
	session, err := s.store.SessionByRefreshHash(ctx, hashOf(refreshToken))
	if err != nil {
		return Refreshed{}, toAPIErr(err, apierr.Unauthenticated)
	}
	// Repeat after a lost race.
	for range 3 {
		if err := checkLive(session.EndedAt, session.EndReason, session.UserDisabledAt, session.ExpiresAt, s.now()); err != nil {
			return Refreshed{}, err
		}
		refreshed, won, err := s.refreshOnce(ctx, session.Session, accessToken, refreshToken)
		if won || err != nil {
			return refreshed, err
		}
		if session, err = s.store.SessionByID(ctx, session.ID); err != nil {
			return Refreshed{}, toAPIErr(err, apierr.Unauthenticated)
		}
	}
	return Refreshed{}, apierr.New(apierr.Unavailable)
}

// refreshOnce refreshes the session as it was read; won is false if another request has
// rotated it meanwhile.
func (s *Service) refreshOnce(ctx context.Context, session store.Session, access, refresh string) (r Refreshed, won bool, err error) {
	presented := hashOf(access)
	isPrevious := matches(session.PreviousAccessHash, presented)
	switch {
	case matches(session.AccessHash, presented):
		return s.rotate(ctx, session, refresh)
	case isPrevious && (s.inGrace(session.RotatedAt, s.now()) || s.inGrace(session.AccessUsedAt, s.now())):
		return s.repeatNewest(ctx, session, refresh)
	case isPrevious && session.AccessUsedAt == nil:
		return s.repeatUnused(ctx, session, refresh)
	case isPrevious, s.isOlder(session, access, refresh):
		return Refreshed{}, false, s.endReused(ctx, session, access)
	default:
		return Refreshed{}, false, apierr.New(apierr.Unauthenticated)
	}
}

func (s *Service) rotate(ctx context.Context, session store.Session, refresh string) (Refreshed, bool, error) {
	next := token.Access(s.accessKey, refresh, session.ID, session.Generation+1)
	until := s.extendedUntil(session.ExpiresAt)
	won, now := false, store.TimeOf(s.now())
	err := s.store.InTx(ctx, func(tx store.Tx) (err error) {
		won, err = tx.RotateAccess(ctx, session.ID, session.Generation, hashOf(next), until, now)
		return err
	})
	return Refreshed{next, until.Time()}, won, toAPIErr(err, apierr.SessionEnded)
}

// repeatNewest returns the newest access token again. If it cannot be derived, because
// it was stored by other means or under another key, it rotates.
func (s *Service) repeatNewest(ctx context.Context, session store.Session, refresh string) (Refreshed, bool, error) {
	newest := token.Access(s.accessKey, refresh, session.ID, session.Generation)
	if !matches(session.AccessHash, hashOf(newest)) {
		return s.rotate(ctx, session, refresh)
	}
	return Refreshed{newest, session.AccessExpiresAt.Time()}, true, nil
}

// repeatUnused is repeatNewest for a token that has not been used, after the time in which
// that does not matter. One that has expired meanwhile is extended. The database decides
// that it is unused when it writes, so no request that uses it can come between.
func (s *Service) repeatUnused(ctx context.Context, session store.Session, refresh string) (Refreshed, bool, error) {
	unused, now := false, store.TimeOf(s.now())
	until := s.extendedUntil(session.ExpiresAt)
	err := s.store.InTx(ctx, func(tx store.Tx) (err error) {
		unused, err = tx.SlideUnusedAccess(ctx, session.ID, session.Generation, until, now)
		return err
	})
	if err != nil || !unused {
		return Refreshed{}, false, toAPIErr(err, apierr.SessionEnded)
	}
	if session.AccessExpiresAt <= now {
		session.AccessExpiresAt = until
	}
	return s.repeatNewest(ctx, session, refresh)
}

// isOlder reports whether the access token is of an earlier generation. Only the hashes
// of the last two are stored; the others are derived again.
func (s *Service) isOlder(session store.Session, access, refresh string) bool {
	generation, ok := token.Generation(access)
	if !ok || generation < 1 || generation >= session.Generation {
		return false
	}
	genuine := token.Access(s.accessKey, refresh, session.ID, generation)
	return subtle.ConstantTimeCompare([]byte(genuine), []byte(access)) == 1
}

func (s *Service) endReused(ctx context.Context, session store.Session, access string) error {
	if err := s.end(ctx, store.EndedByRefreshReuse, refreshReused(session, access)); err != nil {
		return err
	}
	s.log.WarnContext(ctx, "session ended: an old access token was used to refresh", "session", session.ID)
	return apierr.New(apierr.RefreshReused)
}
