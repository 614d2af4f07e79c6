package account

import (
	"context"

	"quartet/server/account/nametext"
	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// WeChatSignIn is a sign-in with the code of a WeChat login.
type WeChatSignIn struct {
	Dialect string // that the session is opened in
	Code    string
	// Application that the session is opened for, and at whose WeChat app the code is
	// exchanged; an unknown one is ignored.
	Application         string
	ClientIP, UserAgent string
	// Device gives the session a refresh token; nil: it has none.
	Device *DeviceSession
}

// SignInByWeChat exchanges the code for the identity behind it (operation 6), registers
// an unknown user, and returns an opaque access token. One union id is one user. Failures
// are the WeChat ones, TooManyRequests, InvalidField, and Forbidden for a user who is
// disabled here or blocked by WeChat. Repeating the code within WeChatRepeat from the same
// client IP and device signs in the same user, until a session of theirs ends.
//
// A new user's mobile from WeChat is verified, unless another user has verified it:
// then it is stored unverified, and the two stay two users. Merging them would give the
// holder of a reassigned number another user's account.
func (s *Service) SignInByWeChat(ctx context.Context, in WeChatSignIn) (SignInResult, error) {
	app, err := s.beginWeChat(ctx, in)
	if err != nil {
		return SignInResult{}, err
	}
	find := func(told []WeChatIdentity, verified bool) func(*tx) (store.User, error) {
		return func(tx *tx) (store.User, error) {
			draft := s.weChatUser(s.ids.Next(), told[0], verified)
			user, created, err := tx.RegisterByWeChat(ctx, draft, weChatRow(draft, told[0]))
			if created {
				tx.record(registered(user.ID, OpenedByWeChat, in.Dialect, in.ClientIP))
			}
			return user, err
		}
	}
	result, err := s.openByCodes(ctx, in, []weChatCode{s.loginCode(app, in.Code, in.holder())}, find)
	result.WeChatLinked = true
	return s.weChatResult(ctx, result, err)
}

// beginWeChat checks and counts a sign-in, and returns the client that exchanges its
// codes.
func (s *Service) beginWeChat(ctx context.Context, in WeChatSignIn) (weChatClient, error) {
	if in.Device != nil {
		if err := in.Device.check(); err != nil {
			return weChatClient{}, err
		}
	}
	if err := s.countWeChat(ctx, in.ClientIP); err != nil {
		return weChatClient{}, err
	}
	return s.weChatClientOf(ctx, in.Application)
}

// countWeChat counts a request that will exchange codes, before it does.
func (s *Service) countWeChat(ctx context.Context, clientIP string) error {
	return s.consumeRateLimits(ctx, s.perClient("wechat", s.limits.WeChatPerIP, clientIP))
}

// weChatResult adds the user to a result.
func (s *Service) weChatResult(ctx context.Context, result SignInResult, err error) (SignInResult, error) {
	if err != nil {
		return SignInResult{}, toAPIErr(err, apierr.Forbidden)
	}
	result.User, err = s.userWithWeChat(ctx, result.Session.UserID)
	return result, err
}

// openByWeChat opens a session for the user that find finds or registers. The errors are
// the store's, those of find, Forbidden, and errRepeatEnded if a session of the user has
// ended at repeatedSince or later, unless that is nil.
func (s *Service) openByWeChat(ctx context.Context, in WeChatSignIn, repeatedSince *store.Time, find func(*tx) (store.User, error)) (result SignInResult, err error) {
	application, err := s.knownApplication(ctx, in.Application)
	if err != nil {
		return SignInResult{}, err
	}
	disabled := false
	err = s.inTx(ctx, func(tx *tx) error {
		user, err := find(tx)
		if err != nil {
			return err
		}
		if disabled = user.DisabledAt != nil; disabled {
			tx.record(weChatRefused(in, user.ID, reasonDisabled))
			return nil
		}
		if repeatedSince != nil {
			ended, err := tx.HasEndedSession(ctx, user.ID, *repeatedSince)
			if err == nil && ended {
				err = errRepeatEnded
			}
			if err != nil {
				return err
			}
		}
		session := s.sessionRow(user.ID, in.Dialect, OpenedByWeChat, in.ClientIP, in.UserAgent)
		tx.record(reopened(user, session)...)
		session.ApplicationID = application
		if in.Device == nil {
			result, err = s.openOpaque(ctx, tx, session, token.NewSeed(), nil)
		} else {
			result, err = s.openDevice(ctx, tx, session, *in.Device)
		}
		return err
	})
	if err == nil && disabled {
		err = apierr.New(apierr.Forbidden)
	}
	return result, err
}

func (s *Service) weChatUser(id int64, identity WeChatIdentity, verified bool) store.User {
	user := s.newUser(id, sourceWeChat)
	user.Nickname = clip(nametext.Visible(identity.Nickname), 64)
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

// identityRow is an identity that a user gets now.
func (s *Service) identityRow(userID int64, identity WeChatIdentity) store.WeChatIdentity {
	return weChatRow(store.User{ID: userID, CreatedAt: store.TimeOf(s.now())}, identity)
}
