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
	Application         string // that the session is opened for; an unknown one is ignored
	ClientIP, UserAgent string
}

// SignInByWeChat exchanges the code for the identity behind it (operation 6), registers
// an unknown user, and returns an opaque access token without refresh token. One union
// id is one user. Failures are the WeChat ones, TooManyRequests, and Forbidden for a
// user who is disabled here or blocked by WeChat. Repeating the code within
// WeChatRepeat signs in the same user.
//
// A new user's mobile from WeChat is verified, unless another user has verified it:
// then it is stored unverified, and the two stay two users. Merging them would give the
// holder of a reassigned number another user's account.
func (s *Service) SignInByWeChat(ctx context.Context, in WeChatSignIn) (SignInResult, error) {
	limit := s.limits.WeChatPerIP.limit("wechat-address:" + s.clientIPKey(in.ClientIP))
	if err := s.consumeRateLimits(ctx, []store.RateLimit{limit}); err != nil {
		return SignInResult{}, err
	}
	identity, err := s.weChatIdentity(ctx, in.Code)
	if err != nil {
		if isWeChatRefusal(err) {
			s.audit(ctx, weChatRefused(in, 0, string(apierr.As(err).Code)))
		}
		return SignInResult{}, err
	}
	result, err := s.openByWeChat(ctx, in, identity, true)
	if isConflict(err, "mobile") {
		result, err = s.openByWeChat(ctx, in, identity, false)
	}
	if err != nil {
		return SignInResult{}, toAPIErr(err, apierr.Forbidden)
	}
	result.User, err = s.userWithWeChat(ctx, result.Session.UserID)
	return result, err
}

// openByWeChat finds or registers the user of the identity and opens a session.
// verified reports whether a new user's mobile is verified. The errors are the store's,
// and Forbidden.
func (s *Service) openByWeChat(ctx context.Context, in WeChatSignIn, identity WeChatIdentity, verified bool) (result SignInResult, err error) {
	application, err := s.knownApplication(ctx, in.Application)
	if err != nil {
		return SignInResult{}, err
	}
	disabled := false
	err = s.inTx(ctx, func(tx *tx) error {
		draft := s.weChatUser(s.ids.Next(), identity, verified)
		user, created, err := tx.RegisterByWeChat(ctx, draft, weChatRow(draft, identity))
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
		session.ApplicationID = application
		result, err = s.openOpaque(ctx, tx, session, token.NewSeed(), nil)
		return err
	})
	if err == nil && disabled {
		err = apierr.New(apierr.Forbidden)
	}
	return result, err
}

func (s *Service) weChatUser(id int64, identity WeChatIdentity, verified bool) store.User {
	user := s.newUser(id, sourceWeChat)
	user.Nickname = clip(identity.Nickname, 64)
	if len(identity.Avatar) <= 512 && isWebAddress(identity.Avatar) {
		user.Avatar = identity.Avatar
	}
	user.Country, user.Province, user.City = clip(identity.Country, 64), clip(identity.Province, 64), clip(identity.City, 64)
	if identity.Gender == 1 || identity.Gender == 2 {
		user.Gender = identity.Gender
	}
	if checkMobile(identity.Mobile) != nil {
		return user
	}
	user.MobileSealed, user.MobileIndex = new(s.sealMobile(id, identity.Mobile)), new(s.mobileIndex(identity.Mobile))
	if verified {
		user.MobileVerifiedAt = &user.CreatedAt
	}
	return user
}

func weChatRow(user store.User, identity WeChatIdentity) store.WeChatIdentity {
	return store.WeChatIdentity{
		AppID: identity.AppID, OpenID: identity.OpenID, UnionID: filled(&identity.UnionID),
		UserID: user.ID, Follows: identity.Follows, CreatedAt: user.CreatedAt,
	}
}
