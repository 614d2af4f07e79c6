package account

import (
	"context"
	"slices"
	"time"

	"quartet/server/failure"
	"quartet/server/token"
	"quartet/store"
)

// newSession is a session that starts now, without id or credential.
func (s *Service) newSession(userID int64, style, openedBy, address, agent string) store.Session {
	now := s.now()
	return store.Session{
		UserID: userID, Style: style, OpenedBy: openedBy,
		Address: clip(address, longestAddress), UserAgent: clip(agent, 256),
		Generation:      1,
		AccessExpiresAt: store.At(now.Add(s.limits.AccessLife)),
		ExpiresAt:       store.At(now.Add(s.limits.SessionLife)),
		CreatedAt:       store.At(now), LastSeenAt: store.At(now),
	}
}

// openOpaque opens a session with an opaque access token, derived from the
// refresh token or seed. The errors are the store's; ErrNotFound means that the
// user is gone or disabled. The grant's user is left to the caller.
func (s *Service) openOpaque(ctx context.Context, session store.Session, seed string, companyType *int64) (Grant, error) {
	var access string
	err := s.begin(ctx, &session, companyType, func() {
		access = token.Access(s.accessKey, seed, session.ID, session.Generation)
		session.AccessHash = new(hashOf(access))
	})
	return newGrant(session, access), err
}

// openJWT opens a session whose credential is a JWT. Errors are as in
// openOpaque, or the signer's.
func (s *Service) openJWT(ctx context.Context, session store.Session) (Grant, error) {
	if err := s.begin(ctx, &session, nil, func() {}); err != nil {
		return Grant{}, err
	}
	jwt, err := s.sign(session, session.AccessExpiresAt.Time())
	return newGrant(session, jwt), err
}

// begin opens the session under an id of its own, for which prepare adds the
// credential, and tells the audit of it.
func (s *Service) begin(ctx context.Context, session *store.Session, companyType *int64, prepare func()) error {
	var replaced *int64
	err := s.withNewID(func(id int64) (err error) {
		session.ID = id
		prepare()
		replaced, err = s.store.OpenSession(ctx, *session, companyType)
		return err
	})
	if err == nil {
		s.audit(ctx, signedIn(*session, replaced)...)
	}
	return err
}

func newGrant(session store.Session, access string) Grant {
	return Grant{AccessToken: access, AccessExpires: session.AccessExpiresAt.Time(), Session: session}
}

// withUser adds the user as the database has them after the sign-in.
func (s *Service) withUser(ctx context.Context, grant Grant) (Grant, error) {
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
		return "", failure.Wrap(failure.Internal, err)
	}
	return jwt, nil
}

// carriesJWT tells a session whose credential is a JWT from one with an opaque
// access token.
func carriesJWT(session store.Session) bool { return session.AccessHash == nil }

// slidTo is when an access token issued or slid now lapses: never after its
// session.
func (s *Service) slidTo(session store.Session) store.Time {
	return min(store.At(s.now().Add(s.limits.AccessLife)), session.ExpiresAt)
}

// Sessions lists the caller's sessions that can still be used, newest first.
func (s *Service) Sessions(ctx context.Context, caller Caller) ([]store.Session, error) {
	now := store.At(s.now())
	sessions, err := s.store.LiveSessions(ctx, caller.UserID, now)
	if err != nil {
		return nil, broken(err)
	}
	// Without a refresh token a lapsed access token is the end.
	return slices.DeleteFunc(sessions, func(session store.Session) bool {
		return session.RefreshHash == nil && session.AccessExpiresAt <= now
	}), nil
}

// EndSession ends one of the caller's sessions; SessionNotFound when it is not
// theirs or not live.
func (s *Service) EndSession(ctx context.Context, caller Caller, id int64) error {
	ended, err := s.store.EndSessionOf(ctx, caller.UserID, id, store.EndedByOwner, store.At(s.now()))
	if err == nil && !ended {
		return failure.New(failure.SessionNotFound)
	}
	happened := caller.did(AuditSessionEnded, caller.UserID, facts{"by_session": caller.Session.ID, "reason": store.EndedByOwner})
	happened.session = id
	return s.done(ctx, failed(err, failure.SessionNotFound), happened)
}

// SignOut ends the caller's own session. Doing it twice is no failure.
func (s *Service) SignOut(ctx context.Context, caller Caller) error {
	ended, err := s.store.EndSession(ctx, caller.Session.ID, store.EndedByLogout, store.At(s.now()))
	if err == nil && ended {
		s.audit(ctx, caller.did(AuditSignOut, caller.UserID, nil))
	}
	return broken(err)
}
