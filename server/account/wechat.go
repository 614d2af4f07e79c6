package account

import (
	"context"
	"errors"

	"quartet/server/failure"
	"quartet/server/token"
	"quartet/store"
)

// WeChatSignIn is a sign-in with the code of a WeChat login.
type WeChatSignIn struct {
	Code               string
	Address, UserAgent string
}

// SignInByWeChat exchanges the code for the identity behind it (operation 6),
// registers an unknown person, and gives an opaque access token without refresh
// token. One union id is one user. Failures are the WeChat ones,
// TooManyRequests, and Forbidden for a disabled user.
//
// A mobile that WeChat tells of a new user is proven, and the user's, unless
// somebody else has proven it before: then it is kept unverified, and the two
// stay two users. Joining them would let whoever holds a recycled number into
// an account that has more behind it than the number.
func (s *Service) SignInByWeChat(ctx context.Context, in WeChatSignIn) (Grant, error) {
	quota := s.limits.WeChatAddress.quota("wechat-address:" + s.addressKey(in.Address))
	if err := s.take(ctx, []store.Quota{quota}); err != nil {
		return Grant{}, err
	}
	told, err := s.exchange(ctx, in.Code)
	if err != nil {
		return Grant{}, err
	}
	user, err := s.userOfWeChat(ctx, told)
	if err != nil {
		return Grant{}, err
	}
	if user.DisabledAt != nil {
		return Grant{}, failure.New(failure.Forbidden)
	}
	session := s.newSession(user.ID, styleFlat, OpenedByWeChat, in.Address, in.UserAgent)
	grant, err := s.openOpaque(ctx, session, token.NewSeed(), nil)
	if err != nil {
		return Grant{}, failed(err, failure.Forbidden)
	}
	grant.User, err = s.userWithWeChat(ctx, user.ID)
	return grant, err
}

func (s *Service) exchange(ctx context.Context, code string) (WeChatIdentity, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.GatewayWait)
	defer cancel()
	told, err := s.weChat.Exchange(ctx, code)
	if err == nil && (told.AppID == "" || told.OpenID == "") {
		err = errors.New("WeChat told no identity")
	}
	return told, fromGateway(err, failure.WeChatUnavailable)
}

// userOfWeChat finds who has the identity, or registers them.
func (s *Service) userOfWeChat(ctx context.Context, told WeChatIdentity) (user store.User, err error) {
	register := func(verified bool) error {
		return s.withNewID(func(id int64) error {
			draft := s.weChatUser(id, told, verified)
			user, _, err = s.store.RegisterByWeChat(ctx, draft, weChatRow(draft, told))
			return err
		})
	}
	if err = register(true); isConflict(err, "mobile") {
		err = register(false)
	}
	return user, broken(err)
}

func (s *Service) weChatUser(id int64, told WeChatIdentity, verified bool) store.User {
	user := s.newUser(id, sourceWeChat)
	user.Nickname, user.Avatar = clip(told.Nickname, 64), clip(told.Avatar, 512)
	user.Country, user.Province, user.City = clip(told.Country, 64), clip(told.Province, 64), clip(told.City, 64)
	if told.Gender == 1 || told.Gender == 2 {
		user.Gender = told.Gender
	}
	if checkMobile(told.Mobile) != nil {
		return user
	}
	sealed, index := s.sealMobile(id, told.Mobile)
	user.MobileSealed, user.MobileIndex = &sealed, &index
	if verified {
		user.MobileVerifiedAt = &user.CreatedAt
	}
	return user
}

func weChatRow(user store.User, told WeChatIdentity) store.WeChatIdentity {
	return store.WeChatIdentity{
		AppID: told.AppID, OpenID: told.OpenID, UnionID: filled(&told.UnionID),
		UserID: user.ID, Follows: told.Follows, CreatedAt: user.CreatedAt,
	}
}
