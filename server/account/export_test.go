package account

import "context"

// OpenExclusive opens a session as SignInByCode does once the code is spent.
func OpenExclusive(ctx context.Context, s *Service, userID int64, class string) (Grant, error) {
	session := s.newSession(userID, styleData, OpenedByCode, "", "")
	session.ExclusiveClass = &class
	var grant Grant
	err := s.together(ctx, func(d *deed) (err error) {
		grant, err = s.openOpaque(ctx, d, session, "seed", nil)
		return err
	})
	return grant, broken(err)
}

// TurnOf names the queue in which a sign-in waits for its turn.
func TurnOf(ctx context.Context, s *Service, in PasswordSignIn) (string, error) {
	user, found, err := s.userOfAccount(ctx, in.Account)
	return s.signInGuess(in, user, found).turn, err
}

// HoldTurn takes that turn, and gives what ends it.
func HoldTurn(ctx context.Context, s *Service, in PasswordSignIn) (release func(), err error) {
	turn, err := TurnOf(ctx, s, in)
	if err != nil {
		return nil, err
	}
	return s.guesses.turns.acquire(ctx, turn)
}
