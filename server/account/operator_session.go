package account

import (
	"context"
	"slices"

	"quartet/server/apierr"
	"quartet/store"
)

// SignInOperator is SignInByPassword for operators. The failure is Forbidden for a user
// without any right, whose session ends at once.
func (s *Service) SignInOperator(ctx context.Context, in PasswordSignIn) (SignInResult, error) {
	result, err := s.SignInByPassword(ctx, in)
	if err != nil {
		return SignInResult{}, err
	}
	caller := Caller{UserID: result.User.ID, SessionID: result.Session.ID, Role: result.User.Role}
	if _, refused := s.Operator(ctx, caller, CallingApplication{}); refused != nil {
		if err := s.SignOut(ctx, caller); err != nil {
			return SignInResult{}, err
		}
		return SignInResult{}, refused
	}
	return result, nil
}

// Administrator is who is signed in to operate.
type Administrator struct {
	User          User
	Rights        []string
	Organisations []NamedCode // that they administer
}

// Administrator describes the caller, who has no rights if they are no operator.
func (s *Service) Administrator(ctx context.Context, caller Caller) (Administrator, error) {
	user, err := s.user(ctx, caller.UserID)
	if err != nil {
		return Administrator{}, err
	}
	operator, err := s.Operator(ctx, caller, CallingApplication{})
	switch {
	case apierr.Is(err, apierr.Forbidden):
		return Administrator{User: user}, nil
	case err != nil:
		return Administrator{}, err
	case operator.organisations == nil:
		return Administrator{User: user, Rights: operator.Rights()}, nil
	}
	memberships, err := s.store.MembershipsOf(ctx, caller.UserID)
	memberships = slices.DeleteFunc(memberships, func(m store.Membership) bool { return !operator.sees(m.ID) })
	return Administrator{user, operator.Rights(), convert(memberships, func(m store.Membership) NamedCode { return NamedCode{m.Code, m.Name} })}, storeErr(err)
}

// NamedCode is a code with its name.
type NamedCode struct{ Code, Name string }

// PreviewUser reads what answers of a dialect about a user are made of: the user, and what
// an application with every right sees of them when they call it themselves. It leaves an
// event, as whatever copies a person's data. The failure is UserNotFound.
func (s Operator) PreviewUser(ctx context.Context, id int64, dialect string) (User, AppUserInfo, error) {
	user, err := s.userWithWeChat(ctx, id)
	if err != nil {
		return User{}, AppUserInfo{}, err
	}
	profile, err := s.store.ProfileByID(ctx, id)
	if err != nil {
		return User{}, AppUserInfo{}, toAPIErr(err, apierr.UserNotFound)
	}
	s.audit(ctx, s.event(AuditDataCopied, id, details{"answer_of": dialect}))
	return user, AppUserInfo{
		UserID: id, Username: profile.Username, Email: user.ProvenEmail(), Mobile: valueOf(user.ProvenMobile()),
		Nickname: profile.Nickname, Gender: profile.Gender, Avatar: profile.Avatar,
		Memberships: convert(profile.Memberships, newMembership),
	}, nil
}
