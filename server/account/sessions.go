package account

import (
	"context"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// Session is one sign-in of a user, as its owner may see it.
type Session struct {
	ID, UserID            int64
	Dialect, OpenedBy     string
	ProductType           *int64
	DeviceNumber          *string
	ClientIP, UserAgent   string
	CreatedAt, LastSeenAt Time
}

func newSession(row store.Session) Session {
	if row.OpenedBy == openedByWeakPassword {
		row.OpenedBy = OpenedByPassword
	}
	return Session{
		ID: row.ID, UserID: row.UserID, Dialect: row.Dialect, OpenedBy: row.OpenedBy,
		ProductType: row.ProductType, DeviceNumber: row.DeviceNumber,
		ClientIP: row.ClientIP, UserAgent: row.UserAgent,
		CreatedAt: row.CreatedAt, LastSeenAt: row.LastSeenAt,
	}
}

// sessionRow is a session that starts now, without id or credential.
func (s *Service) sessionRow(userID int64, dialect, openedBy, clientIP, userAgent string) store.Session {
	now := s.now()
	return store.Session{
		UserID: userID, Dialect: dialect, OpenedBy: openedBy,
		ClientIP: clip(clientIP, longestClientIP), UserAgent: clip(userAgent, 256),
		Generation:      1,
		AccessExpiresAt: store.TimeOf(now.Add(s.limits.AccessLife)),
		ExpiresAt:       store.TimeOf(now.Add(s.limits.SessionLife)),
		CreatedAt:       store.TimeOf(now), LastSeenAt: store.TimeOf(now),
	}
}

// openOpaque opens a session with an opaque access token, which is derived from the
// refresh token or seed. The errors are the store's; ErrNotFound means that the user is
// gone or disabled. The caller adds the result's User.
func (s *Service) openOpaque(ctx context.Context, tx *tx, session store.Session, seed string, companyType *int64) (SignInResult, error) {
	session.ID = s.ids.Next()
	access := token.Access(s.accessKey, seed, session.ID, session.Generation)
	session.AccessHash = new(hashOf(access))
	return newSignInResult(session, access), s.openSession(ctx, tx, session, companyType)
}

// openSession opens a session, ends the user's oldest one if there are too many, and
// records both.
func (s *Service) openSession(ctx context.Context, tx *tx, session store.Session, companyType *int64) error {
	opened, err := tx.OpenSession(ctx, session, companyType, s.limits.Sessions)
	if err != nil {
		return err
	}
	tx.record(signedIn(session, opened.Replaced)...)
	for _, id := range opened.Ended {
		tx.record(crowdedOut(session, id))
	}
	return nil
}

func newSignInResult(session store.Session, access string) SignInResult {
	return SignInResult{AccessToken: access, AccessExpires: session.AccessExpiresAt.Time(), Session: newSession(session)}
}

// signJWT signs a JWT of a session. The application is that of the session, if it has one.
func (s *Service) signJWT(sessionID, userID int64, application *string, expires store.Time) (string, error) {
	claims := token.Claims{SessionID: sessionID, UserID: userID, IssuedAt: s.now(), ExpiresAt: expires.Time()}
	if application != nil {
		claims.Application = *application
	}
	jwt, err := s.signer.Sign(claims)
	if err != nil {
		return "", apierr.Wrap(apierr.Internal, err)
	}
	return jwt, nil
}

// extendedUntil returns when an access token that is issued or extended now expires:
// never after its session.
func (s *Service) extendedUntil(sessionExpires store.Time) store.Time {
	return min(store.TimeOf(s.now().Add(s.limits.AccessLife)), sessionExpires)
}

// Sessions lists the caller's sessions that can still be used, newest first, at most 100.
func (s *Service) Sessions(ctx context.Context, caller Caller) ([]Session, error) {
	now := store.TimeOf(s.now())
	rows, err := s.store.LiveSessions(ctx, caller.UserID, now, s.limits.Sessions.Live)
	return convert(rows, newSession), storeErr(err)
}

// EndSession ends one of the caller's sessions. The failure is SessionNotFound for a
// session that is not theirs or has ended.
func (s *Service) EndSession(ctx context.Context, caller Caller, id int64) error {
	ending := caller.eventBy(AuditSessionEnded, caller.UserID, details{"by_session": caller.SessionID, "reason": store.EndedByOwner})
	ending.session = id
	err := s.inTx(ctx, func(tx *tx) error {
		ended, err := tx.EndSessionOf(ctx, caller.UserID, id, store.EndedByOwner, store.TimeOf(s.now()))
		if err == nil && !ended {
			return store.ErrNotFound
		}
		tx.record(ending)
		return err
	})
	return toAPIErr(err, apierr.SessionNotFound)
}

// SignOut ends the caller's own session. Repeating it is no failure.
func (s *Service) SignOut(ctx context.Context, caller Caller) error {
	return s.end(ctx, store.EndedByLogout, caller.eventBy(AuditSignOut, caller.UserID, nil))
}

// end ends the session of an event, and records the event unless the session had ended
// before.
func (s *Service) end(ctx context.Context, reason string, ending event) error {
	return storeErr(s.inTx(ctx, func(tx *tx) error {
		ended, err := tx.EndSession(ctx, ending.session, reason, store.TimeOf(s.now()))
		if ended {
			tx.record(ending)
		}
		return err
	}))
}

// convert converts each of rows.
func convert[From, To any](rows []From, one func(From) To) []To {
	made := make([]To, 0, len(rows))
	for _, row := range rows {
		made = append(made, one(row))
	}
	return made
}
