package account

import (
	"context"
	"slices"
	"time"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// newSession is a session that starts now, without id or credential.
func (s *Service) newSession(userID int64, dialect, openedBy, address, agent string) store.Session {
	now := s.now()
	return store.Session{
		UserID: userID, Dialect: dialect, OpenedBy: openedBy,
		ClientIP: clip(address, longestClientIP), UserAgent: clip(agent, 256),
		Generation:      1,
		AccessExpiresAt: store.TimeOf(now.Add(s.limits.AccessLife)),
		ExpiresAt:       store.TimeOf(now.Add(s.limits.SessionLife)),
		CreatedAt:       store.TimeOf(now), LastSeenAt: store.TimeOf(now),
	}
}

// openOpaque opens a session with an opaque access token, derived from the
// refresh token or seed. The errors are the store's; ErrNotFound means that the
// user is gone or disabled. The grant's user is left to the caller.
func (s *Service) openOpaque(ctx context.Context, d *tx, session store.Session, seed string, companyType *int64) (SignInResult, error) {
	session.ID = s.ids.Next()
	access := token.Access(s.accessKey, seed, session.ID, session.Generation)
	session.AccessHash = new(hashOf(access))
	return newSignInResult(session, access), s.begin(ctx, d, session, companyType)
}

// openJWT opens a session whose credential is a JWT, which is signed when it is
// there: nobody shall wait for a signature behind a transaction. Errors are as in
// openOpaque.
func (s *Service) openJWT(ctx context.Context, d *tx, session store.Session) (store.Session, error) {
	session.ID = s.ids.Next()
	return session, s.begin(ctx, d, session, nil)
}

// begin opens the session and tells of it.
func (s *Service) begin(ctx context.Context, d *tx, session store.Session, companyType *int64) error {
	replaced, err := d.OpenSession(ctx, session, companyType)
	if err == nil {
		d.record(signedIn(session, replaced)...)
	}
	return err
}

func newSignInResult(session store.Session, access string) SignInResult {
	return SignInResult{AccessToken: access, AccessExpires: session.AccessExpiresAt.Time(), Session: session}
}

// withUser adds the user as the database has them after the sign-in.
func (s *Service) withUser(ctx context.Context, grant SignInResult) (SignInResult, error) {
	user, err := s.user(ctx, grant.Session.UserID)
	grant.User = user
	return grant, err
}

func (s *Service) sign(session store.Session, expires time.Time) (string, error) {
	jwt, err := s.signer.Sign(token.Claims{
		SessionID: session.ID, UserID: session.UserID,
		IssuedAt: s.now(), ExpiresAt: expires,
	})
	if err != nil {
		return "", apierr.Wrap(apierr.Internal, err)
	}
	return jwt, nil
}

// carriesJWT tells a session whose credential is a JWT from one with an opaque
// access token.
func carriesJWT(session store.Session) bool { return session.AccessHash == nil }

// slidTo is when an access token issued or slid now lapses: never after its
// session.
func (s *Service) extendedUntil(session store.Session) store.Time {
	return min(store.TimeOf(s.now().Add(s.limits.AccessLife)), session.ExpiresAt)
}

// Sessions lists the caller's sessions that can still be used, newest first.
func (s *Service) Sessions(ctx context.Context, caller Caller) ([]store.Session, error) {
	now := store.TimeOf(s.now())
	sessions, err := s.store.LiveSessions(ctx, caller.UserID, now)
	if err != nil {
		return nil, storeErr(err)
	}
	// Without a refresh token a lapsed access token is the end.
	return slices.DeleteFunc(sessions, func(session store.Session) bool {
		return session.RefreshHash == nil && session.AccessExpiresAt <= now
	}), nil
}

// EndSession ends one of the caller's sessions; SessionNotFound when it is not
// theirs or not live.
func (s *Service) EndSession(ctx context.Context, caller Caller, id int64) error {
	happened := caller.eventBy(AuditSessionEnded, caller.UserID, details{"by_session": caller.Session.ID, "reason": store.EndedByOwner})
	happened.session = id
	err := s.inTx(ctx, func(d *tx) error {
		ended, err := d.EndSessionOf(ctx, caller.UserID, id, store.EndedByOwner, store.TimeOf(s.now()))
		if err == nil && !ended {
			return store.ErrNotFound
		}
		d.record(happened)
		return err
	})
	return toAPIErr(err, apierr.SessionNotFound)
}

// SignOut ends the caller's own session. Doing it twice is no failure.
func (s *Service) SignOut(ctx context.Context, caller Caller) error {
	return s.end(ctx, store.EndedByLogout, caller.eventBy(AuditSignOut, caller.UserID, nil))
}

// end ends the session that happened tells of, unless it has ended before: then
// there is nothing to tell.
func (s *Service) end(ctx context.Context, reason string, happened event) error {
	return storeErr(s.inTx(ctx, func(d *tx) error {
		ended, err := d.EndSession(ctx, happened.session, reason, store.TimeOf(s.now()))
		if ended {
			d.record(happened)
		}
		return err
	}))
}
