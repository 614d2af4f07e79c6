package account

import (
	"context"
)

// OpenExclusive opens a session as SignInByCode does once the code is consumed.
func OpenExclusive(ctx context.Context, s *Service, userID int64, class string) (SignInResult, error) {
	session := s.sessionRow(userID, "yudao", OpenedByCode, "", "")
	session.ExclusiveClass = &class
	var grant SignInResult
	err := s.inTx(ctx, func(tx *tx) (err error) {
		grant, err = s.openOpaque(ctx, tx, session, "seed", nil)
		return err
	})
	return grant, storeErr(err)
}

// LockOf returns the key of the lock that a sign-in takes.
func LockOf(ctx context.Context, s *Service, in PasswordSignIn) (string, error) {
	user, found, err := s.userOfAccount(ctx, in.Account)
	return s.signInGuess(in, user, found).lockKey, err
}

// HoldLock takes that lock, and returns the function that releases it.
func HoldLock(ctx context.Context, s *Service, in PasswordSignIn) (release func(), err error) {
	turn, err := LockOf(ctx, s, in)
	if err != nil {
		return nil, err
	}
	return s.guesses.locks.acquire(ctx, turn)
}

// AccessExpires is when the caller's access token expires.
func (c Caller) AccessExpires() Time { return c.session.AccessExpiresAt }

// LastSeen is when the caller's session was last used.
func (c Caller) LastSeen() Time { return c.session.LastSeenAt }
