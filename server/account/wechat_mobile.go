package account

import (
	"context"
	"errors"

	"quartet/server/apierr"
	"quartet/store"
)

// WeChatMobileSignIn is a sign-in with the code of a mini-program's phone number. Code,
// the code of a login, may be "".
type WeChatMobileSignIn struct {
	WeChatSignIn
	PhoneCode string
}

// SignInByWeChatMobile signs in the user of the mobile behind a phone code, and registers
// an unknown one: the mobile is as proven as by a one-time code. With the code of a login
// the WeChat identity behind it is linked to that user, unless it is another user's:
// then WeChatLinked is false, the two stay two users, and MergeIntoCaller joins them. If
// nobody has verified the mobile and the identity has a user, that user is signed in, and
// gets the mobile if there is no verified one yet. Failures are those of SignInByWeChat,
// and InvalidField with field mobile for a number of another country.
func (s *Service) SignInByWeChatMobile(ctx context.Context, in WeChatMobileSignIn) (SignInResult, error) {
	app, err := s.beginWeChat(ctx, in.WeChatSignIn)
	if err != nil {
		return SignInResult{}, err
	}
	codes := []weChatCode{s.phoneCode(app, in.PhoneCode, in.holder())}
	if in.Code != "" {
		codes = append(codes, s.loginCode(app, in.Code, in.holder()))
	}
	linked := false
	find := func(told []WeChatIdentity, _ bool) func(*tx) (store.User, error) {
		var identity *WeChatIdentity
		if len(told) > 1 {
			identity = &told[1]
		}
		return func(tx *tx) (user store.User, err error) {
			user, linked, err = s.userOfWeChatMobile(ctx, tx, in.WeChatSignIn, told[0].Mobile, identity)
			return user, err
		}
	}
	result, err := s.openByCodes(ctx, in.WeChatSignIn, codes, find)
	result.WeChatLinked = linked
	return s.weChatResult(ctx, result, err)
}

// userOfWeChatMobile finds or adds the user of a proven mobile, and links the identity,
// nil for none, as SignInByWeChatMobile says.
func (s *Service) userOfWeChatMobile(ctx context.Context, tx *tx, in WeChatSignIn, mobile string, identity *WeChatIdentity) (user store.User, linked bool, err error) {
	user, err = tx.UserByVerifiedMobile(ctx, s.mobileIndex(mobile))
	unknown := errors.Is(err, store.ErrNotFound)
	if unknown && identity != nil {
		user, err = tx.UserByWeChat(ctx, s.identityRow(0, *identity))
		if !errors.Is(err, store.ErrNotFound) {
			return user, err == nil, s.addMobile(ctx, tx, in, user, mobile, err)
		}
	}
	if unknown {
		signIn := mobileSignIn{mobile: mobile, way: OpenedByWeChat, dialect: in.Dialect, clientIP: in.ClientIP}
		if in.Device != nil {
			signIn.DeviceSession = *in.Device
		}
		user, err = s.userOfMobile(ctx, tx, signIn)
	}
	if err != nil || identity == nil || user.DisabledAt != nil {
		return user, false, err
	}
	owner, _, err := s.linkWeChat(ctx, tx, user.ID, *identity, !unknown, weChatLinked(in, user.ID))
	return user, owner == user.ID, err
}

// addMobile verifies the mobile of a user found by WeChat who has none that is verified,
// unless err says that there is no such user.
func (s *Service) addMobile(ctx context.Context, tx *tx, in WeChatSignIn, user store.User, mobile string, err error) error {
	if err != nil || user.MobileVerifiedAt != nil || user.DisabledAt != nil {
		return err
	}
	index := s.mobileIndex(mobile)
	now := store.TimeOf(s.now())
	tx.record(event{
		kind: AuditMobileVerified, actor: user.ID, subject: user.ID, dialect: in.Dialect, clientIP: in.ClientIP,
		detail: details{"mobile": index, "way": OpenedByWeChat},
	})
	if err := tx.VerifyMobile(ctx, user.ID, s.sealMobile(user.ID, mobile), index, now); err != nil {
		return err
	}
	_, err = tx.EndSessionsOf(ctx, user.ID, 0, store.EndedByNewWayIn, now)
	return err
}

// linkWeChat links an identity to a user, unless it is somebody's, and returns whose it
// is and whether that is new. A user who was there before has a new way in by it: linked is recorded, and the
// sessions end except the one in which that happens.
func (s *Service) linkWeChat(ctx context.Context, tx *tx, userID int64, identity WeChatIdentity, before bool, linked event) (owner int64, isNew bool, err error) {
	owner, isNew, err = tx.LinkWeChat(ctx, s.identityRow(userID, identity))
	if err != nil || !isNew || !before {
		return owner, isNew, err
	}
	ended, err := tx.EndSessionsOf(ctx, userID, linked.session, store.EndedByNewWayIn, store.TimeOf(s.now()))
	linked.detail = details{"ended_sessions": ended}
	tx.record(linked)
	return owner, true, err
}

// LinkWeChat links the identity behind the code of a WeChat login to the caller, whose
// session was opened within FreshSignIn, ends the caller's other sessions, and tells their
// verified mobile. Linking what is linked changes nothing. application names the WeChat app, as in a sign-in.
// Failures are FreshProofRequired, the WeChat ones, TooManyRequests, and WeChatTaken if
// the identity is another user's.
func (s *Service) LinkWeChat(ctx context.Context, caller Caller, application, code, clientIP string) error {
	if err := s.freshSession(caller); err != nil {
		return err
	}
	if err := s.countWeChat(ctx, clientIP); err != nil {
		return err
	}
	app, err := s.weChatClientOf(ctx, application)
	if err != nil {
		return err
	}
	holder := weChatHolder{clientIP: clientIP, userAgent: requestInfo(ctx).UserAgent}
	exchanged, err := s.weChatIdentity(ctx, s.loginCode(app, code, holder))
	if err != nil {
		if isWeChatRefusal(err) {
			s.auditRefusal(ctx, caller.eventBy(AuditWeChatRefused, caller.UserID, details{"reason": string(apierr.As(err).Code)}))
		}
		return err
	}
	owner, isNew := int64(0), false
	err = s.inTx(ctx, func(tx *tx) (err error) {
		owner, isNew, err = s.linkWeChat(ctx, tx, caller.UserID, exchanged.WeChatIdentity, true, caller.eventBy(AuditWeChatLinked, caller.UserID, nil))
		if err == nil && !caller.is(owner) {
			tx.record(caller.eventBy(AuditWeChatRefused, caller.UserID, details{"reason": string(apierr.WeChatTaken)}))
		}
		return err
	})
	switch {
	case err != nil:
		return toAPIErr(err, apierr.UserNotFound)
	case !caller.is(owner):
		return apierr.New(apierr.WeChatTaken)
	case !isNew:
		return nil
	}
	user, err := s.store.UserByID(ctx, caller.UserID)
	if err != nil {
		s.log.WarnContext(ctx, "the mobile was not told of a new way in", "user", caller.UserID, "error", err)
		return nil
	}
	s.tell(ctx, user)
	return nil
}
