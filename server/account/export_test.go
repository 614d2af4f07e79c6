package account

import "context"

// OpenExclusive opens a session as SignInByCode does once the code is spent.
func OpenExclusive(ctx context.Context, s *Service, userID int64, class string) (Grant, error) {
	session := s.newSession(userID, styleData, OpenedByCode, "", "")
	session.ExclusiveClass = &class
	grant, err := s.openOpaque(ctx, session, "seed", nil)
	return grant, broken(err)
}
