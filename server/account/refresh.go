package account

import (
	"context"
	"crypto/subtle"
	"time"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// Slid is a session whose access token goes on.
type ExtendedSession struct {
	User          User // with WeChat identities
	AccessExpires time.Time
	Renewed       string // the JWT that goes on, "" where the token is opaque
}

// Slide lets the caller's access token go on for its full life again, but not
// past its session's end (operation 1), and notes the kind of front end. The
// failure is that of a session that ended meanwhile.
func (s *Service) Extend(ctx context.Context, caller Caller, frontType int64) (ExtendedSession, error) {
	session := caller.Session
	until := s.extendedUntil(session)
	slid, err := s.extendAccessToken(ctx, session.ID, until, &frontType)
	if err != nil {
		return ExtendedSession{}, toAPIErr(err, apierr.SessionEnded)
	}
	if !slid {
		return ExtendedSession{}, s.whyEnded(ctx, session.ID)
	}
	result := ExtendedSession{AccessExpires: until.Time()}
	if carriesJWT(session) {
		if result.Renewed, err = s.sign(session, until.Time()); err != nil {
			return ExtendedSession{}, err
		}
	}
	result.User, err = s.userWithWeChat(ctx, caller.UserID)
	return result, err
}

func (s *Service) extendAccessToken(ctx context.Context, session int64, until store.Time, frontType *int64) (extended bool, err error) {
	err = s.store.InTx(ctx, func(d store.Tx) (err error) {
		extended, err = d.ExtendAccessToken(ctx, session, until, store.TimeOf(s.now()), frontType)
		return err
	})
	return extended, err
}

// whyEnded reads why a session that was live a moment ago is not.
func (s *Service) whyEnded(ctx context.Context, sessionID int64) error {
	owner, err := s.store.SessionByID(ctx, sessionID)
	if err != nil {
		return toAPIErr(err, apierr.SessionEnded)
	}
	if err := live(owner, s.now()); err != nil {
		return err
	}
	return apierr.New(apierr.SessionEnded)
}

// Refreshed is an access token and when it lapses.
type Refreshed struct {
	AccessToken   string
	AccessExpires time.Time
}

// Refresh gives the next access token for a refresh token and the access token
// that goes with it, expired or not (operation 3). The refresh token cannot
// rotate, since only an access token can be answered; the access token is the
// rotating half, and its generation tells a client from a thief:
//
//   - the newest one gives the next;
//   - the one before, within the grace of 10 s, gives the newest again, for the
//     answer may have been lost, or two tabs refreshed at once;
//   - an older one was used before: the session ends, with RefreshReused.
//
// Other failures are Unauthenticated for a pair that is none, TokenExpired, and
// those of an ended session.
func (s *Service) Refresh(ctx context.Context, accessToken, refreshToken string) (Refreshed, error) {
	if !token.IsOpaque(accessToken) || !token.IsOpaque(refreshToken) {
		return Refreshed{}, apierr.New(apierr.Unauthenticated)
	}
	owner, err := s.store.SessionByRefreshHash(ctx, hashOf(refreshToken))
	if err != nil {
		return Refreshed{}, toAPIErr(err, apierr.Unauthenticated)
	}
	// A second round follows a lost race. More than three would take the clients
	// of one session to race all over again each time.
	for range 3 {
		if err := live(owner, s.now()); err != nil {
			return Refreshed{}, err
		}
		refreshed, won, err := s.refreshOnce(ctx, owner.Session, accessToken, refreshToken)
		if won || err != nil {
			return refreshed, err
		}
		if owner, err = s.store.SessionByID(ctx, owner.ID); err != nil {
			return Refreshed{}, toAPIErr(err, apierr.Unauthenticated)
		}
	}
	return Refreshed{}, apierr.New(apierr.Unavailable)
}

// refreshOnce answers for the session as it was read; won is false when somebody
// else rotated it meanwhile.
func (s *Service) refreshOnce(ctx context.Context, session store.Session, access, refresh string) (r Refreshed, won bool, err error) {
	presented := hashOf(access)
	isPrevious := matches(session.PreviousAccessHash, presented)
	switch {
	case matches(session.AccessHash, presented):
		return s.rotate(ctx, session, refresh)
	case isPrevious && s.inGrace(session, s.now()):
		return s.again(ctx, session, refresh)
	case isPrevious, s.isOlder(session, access, refresh):
		return Refreshed{}, false, s.endReused(ctx, session, access)
	default:
		return Refreshed{}, false, apierr.New(apierr.Unauthenticated)
	}
}

func (s *Service) rotate(ctx context.Context, session store.Session, refresh string) (Refreshed, bool, error) {
	next := token.Access(s.accessKey, refresh, session.ID, session.Generation+1)
	until := s.extendedUntil(session)
	won := false
	err := s.store.InTx(ctx, func(d store.Tx) (err error) {
		won, err = d.RotateAccess(ctx, session.ID, session.Generation, hashOf(next), until, store.TimeOf(s.now()))
		return err
	})
	return Refreshed{next, until.Time()}, won, toAPIErr(err, apierr.SessionEnded)
}

// again gives the newest access token once more. Where it cannot be derived,
// because it was put there by other means or under another key, it rotates.
func (s *Service) again(ctx context.Context, session store.Session, refresh string) (Refreshed, bool, error) {
	newest := token.Access(s.accessKey, refresh, session.ID, session.Generation)
	if !matches(session.AccessHash, hashOf(newest)) {
		return s.rotate(ctx, session, refresh)
	}
	return Refreshed{newest, session.AccessExpiresAt.Time()}, true, nil
}

// isOlder tells whether the access token is a genuine one of an earlier
// generation. Only the last two are stored; the others are derived again.
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
	s.log.WarnContext(ctx, "an old access token was used to refresh: the session ended", "session", session.ID)
	return apierr.New(apierr.RefreshReused)
}
