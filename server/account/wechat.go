package account

import (
	"context"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// WeChatSignIn is a sign-in with the code of a WeChat login.
type WeChatSignIn struct {
	Dialect             string // that the session is opened in
	Code                string
	ClientIP, UserAgent string
}

// SignInByWeChat exchanges the code for the identity behind it (operation 6),
// registers an unknown person, and gives an opaque access token without refresh
// token. One union id is one user. Failures are the WeChat ones,
// TooManyRequests, and Forbidden for a user who is disabled here or blocked by
// WeChat. The same code again gives the same person for WeChatRepeat.
//
// A mobile that WeChat tells of a new user is proven, and the user's, unless
// somebody else has proven it before: then it is kept unverified, and the two
// stay two users. Joining them would let whoever holds a recycled number into
// an account that has more behind it than the number.
func (s *Service) SignInByWeChat(ctx context.Context, in WeChatSignIn) (SignInResult, error) {
	quota := s.limits.WeChatPerIP.limit("wechat-address:" + s.clientIPKey(in.ClientIP))
	if err := s.consumeRateLimits(ctx, []store.RateLimit{quota}); err != nil {
		return SignInResult{}, err
	}
	told, err := s.weChatIdentity(ctx, in.Code)
	if err != nil {
		if isWeChatRefusal(err) {
			s.audit(ctx, weChatRefused(in, 0, string(apierr.As(err).Code)))
		}
		return SignInResult{}, err
	}
	grant, err := s.enterByWeChat(ctx, in, told, true)
	if isConflict(err, "mobile") {
		grant, err = s.enterByWeChat(ctx, in, told, false)
	}
	if err != nil {
		return SignInResult{}, toAPIErr(err, apierr.Forbidden)
	}
	grant.User, err = s.userWithWeChat(ctx, grant.Session.UserID)
	return grant, err
}

// enterByWeChat finds who has the identity, or registers them, with a mobile
// that is theirs if verified, and opens a session. The errors are the store's,
// and Forbidden.
func (s *Service) enterByWeChat(ctx context.Context, in WeChatSignIn, told WeChatIdentity, verified bool) (grant SignInResult, err error) {
	disabled := false
	err = s.inTx(ctx, func(tx *tx) error {
		draft := s.weChatUser(s.ids.Next(), told, verified)
		user, created, err := tx.RegisterByWeChat(ctx, draft, weChatRow(draft, told))
		if err != nil {
			return err
		}
		if created {
			tx.record(registered(user.ID, OpenedByWeChat, in.Dialect, in.ClientIP))
		}
		if disabled = user.DisabledAt != nil; disabled {
			tx.record(weChatRefused(in, user.ID, reasonDisabled))
			return nil
		}
		session := s.sessionRow(user.ID, in.Dialect, OpenedByWeChat, in.ClientIP, in.UserAgent)
		grant, err = s.openOpaque(ctx, tx, session, token.NewSeed(), nil)
		return err
	})
	if err == nil && disabled {
		err = apierr.New(apierr.Forbidden)
	}
	return grant, err
}

func (s *Service) weChatUser(id int64, told WeChatIdentity, verified bool) store.User {
	user := s.newUser(id, sourceWeChat)
	user.Nickname = clip(told.Nickname, 64)
	if len(told.Avatar) <= 512 && isWebAddress(told.Avatar) {
		user.Avatar = told.Avatar
	}
	user.Country, user.Province, user.City = clip(told.Country, 64), clip(told.Province, 64), clip(told.City, 64)
	if told.Gender == 1 || told.Gender == 2 {
		user.Gender = told.Gender
	}
	if checkMobile(told.Mobile) != nil {
		return user
	}
	user.MobileSealed, user.MobileIndex = new(s.sealMobile(id, told.Mobile)), new(s.mobileIndex(told.Mobile))
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
