package account

import (
	"context"
	"encoding/json"
	"errors"

	"quartet/server/apierr"
	"quartet/store"
)

// weChatCode is a code that one app of WeChat has issued.
type weChatCode struct {
	// hash is keyed, so that a copy of the database verifies no code.
	hash string
	// ask exchanges the code at WeChat.
	ask func(context.Context) (WeChatIdentity, error)
}

// loginCode is the code of a login.
func (s *Service) loginCode(app weChatClient, code string) weChatCode {
	return weChatCode{s.sealer.Index(app.codeKey("wechat-code:", code)), func(ctx context.Context) (WeChatIdentity, error) {
		identity, err := app.Exchange(ctx, code)
		if err == nil && (identity.AppID == "" || identity.OpenID == "") {
			err = errors.New("WeChat gave no identity")
		}
		return identity, err
	}}
}

// phoneCode is the code of a mini-program's phone number: of the identity behind it the
// mobile alone is known.
func (s *Service) phoneCode(app weChatClient, code string) weChatCode {
	return weChatCode{s.sealer.Index(app.codeKey("wechat-phone:", code)), func(ctx context.Context) (WeChatIdentity, error) {
		mobile, err := app.PhoneNumber(ctx, code)
		if err == nil {
			err = checkMobile(mobile)
		}
		return WeChatIdentity{Mobile: mobile}, err
	}}
}

// weChatIdentity returns the identity behind a WeChat code. WeChat accepts a code once,
// and a client whose response was lost can only repeat it, so the identity is stored
// for WeChatRepeat, for every server and even if the client leaves. Concurrent requests
// with the same code share one exchange.
func (s *Service) weChatIdentity(ctx context.Context, code weChatCode) (WeChatIdentity, error) {
	return shared(ctx, s, &s.weChatCodes, code.hash, func() (WeChatIdentity, error) { return s.exchangeWeChatCode(ctx, code) })
}

// exchangeWeChatCode exchanges the code before the first request's deadline, and stores
// the identity even after it.
func (s *Service) exchangeWeChatCode(caller context.Context, code weChatCode) (WeChatIdentity, error) {
	ctx, cancel := withoutCancel(caller)
	defer cancel()
	saved, known, err := s.savedWeChatCode(ctx, code.hash)
	if known || err != nil {
		return saved, err
	}
	identity, err := s.askWeChat(ctx, code)
	switch {
	case err == nil:
		return s.saveWeChatCode(caller, code.hash, identity)
	case !apierr.Is(err, apierr.WeChatCodeUsed):
		return WeChatIdentity{}, err
	}
	// Another server may have used the code.
	saved, known, savedErr := s.savedWeChatCode(ctx, code.hash)
	if known || savedErr != nil {
		return saved, savedErr
	}
	return WeChatIdentity{}, err
}

func (s *Service) askWeChat(ctx context.Context, code weChatCode) (WeChatIdentity, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.ProviderTimeout)
	defer cancel()
	identity, err := code.ask(ctx)
	return identity, providerErr(err, apierr.WeChatUnavailable)
}

func (s *Service) savedWeChatCode(ctx context.Context, hash string) (identity WeChatIdentity, known bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.SaveTimeout)
	defer cancel()
	sealed, err := s.store.WeChatCode(ctx, hash, store.TimeOf(s.now()))
	if errors.Is(err, store.ErrNotFound) {
		return identity, false, nil
	}
	if err != nil {
		return identity, false, storeErr(err)
	}
	identity, err = s.openWeChatCode(sealed, hash)
	return identity, err == nil, err
}

// saveWeChatCode stores the identity behind a code. A failure is only logged, because
// the code is used up.
func (s *Service) saveWeChatCode(ctx context.Context, hash string, identity WeChatIdentity) (WeChatIdentity, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.SaveTimeout)
	defer cancel()
	plain, err := json.Marshal(identity)
	if err != nil {
		return WeChatIdentity{}, apierr.Wrap(apierr.Internal, err)
	}
	now := s.now()
	sealed := s.sealer.Seal(string(plain), weChatCodeContext(hash))
	saved := ""
	err = s.store.InTx(ctx, func(d store.Tx) (err error) {
		saved, err = d.KeepWeChatCode(ctx, hash, sealed, store.TimeOf(now), store.TimeOf(now.Add(s.limits.WeChatRepeat)))
		return err
	})
	if err != nil {
		s.log.WarnContext(ctx, "WeChat identity of a code was not stored", "error", err)
		return identity, nil
	}
	return s.openWeChatCode(saved, hash)
}

func (s *Service) openWeChatCode(sealed, hash string) (identity WeChatIdentity, err error) {
	plain, err := s.unseal(&sealed, weChatCodeContext(hash))
	if err != nil {
		return WeChatIdentity{}, err
	}
	if err := json.Unmarshal([]byte(plain), &identity); err != nil {
		return WeChatIdentity{}, apierr.Wrap(apierr.Internal, err)
	}
	return identity, nil
}

// weChatCodeContext binds a stored identity to its code.
func weChatCodeContext(hash string) string { return "wechat-exchange:" + hash }
