package account

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"quartet/server/apierr"
	"quartet/store"
)

// weChatCode is a code that one app of WeChat has issued.
type weChatCode struct {
	// hash is keyed, so that a copy of the database verifies no code. It is of the client
	// too: for another one the identity behind the code is unknown.
	hash string
	// ask exchanges the code at WeChat.
	ask func(context.Context) (WeChatIdentity, error)
}

// weChatHolder is the client that sends a code of WeChat, as far as it can be told from
// others.
type weChatHolder struct{ clientIP, userAgent, device string }

func (in WeChatSignIn) holder() weChatHolder {
	holder := weChatHolder{clientIP: in.ClientIP, userAgent: in.UserAgent}
	if in.Device != nil {
		holder.device = in.Device.Device
	}
	return holder
}

func (s *Service) weChatCodeHash(key string, by weChatHolder) string {
	return s.sealer.Index(strings.Join([]string{key, s.clientIPKey(by.clientIP), by.userAgent, by.device}, "\x00"))
}

// loginCode is the code of a login.
func (s *Service) loginCode(app weChatClient, code string, by weChatHolder) weChatCode {
	return weChatCode{s.weChatCodeHash(app.codeKey("wechat-code:", code), by), func(ctx context.Context) (WeChatIdentity, error) {
		identity, err := app.Exchange(ctx, code)
		if err == nil && (identity.AppID == "" || identity.OpenID == "") {
			err = errors.New("WeChat gave no identity")
		}
		return identity, err
	}}
}

// phoneCode is the code of a mini-program's phone number: of the identity behind it the
// mobile alone is known.
func (s *Service) phoneCode(app weChatClient, code string, by weChatHolder) weChatCode {
	return weChatCode{s.weChatCodeHash(app.codeKey("wechat-phone:", code), by), func(ctx context.Context) (WeChatIdentity, error) {
		mobile, err := app.PhoneNumber(ctx, code)
		if err == nil {
			err = checkMobile(mobile)
		}
		return WeChatIdentity{Mobile: mobile}, err
	}}
}

// exchangedIdentity is the identity behind a code, and when WeChat told it.
type exchangedIdentity struct {
	WeChatIdentity
	ExchangedAt store.Time
	repeated    bool // it was told to an earlier request
}

// weChatIdentity returns the identity behind a WeChat code. WeChat accepts a code once,
// and a client whose response was lost can only repeat it, so the identity is stored
// for WeChatRepeat, for every server and even if the client leaves. Concurrent requests
// with the same code share one exchange.
func (s *Service) weChatIdentity(ctx context.Context, code weChatCode) (exchangedIdentity, error) {
	return shared(ctx, s, &s.weChatCodes, code.hash, func() (exchangedIdentity, error) { return s.exchangeWeChatCode(ctx, code) })
}

// exchangeWeChatCode exchanges the code before the first request's deadline, and stores
// the identity even after it.
func (s *Service) exchangeWeChatCode(caller context.Context, code weChatCode) (exchangedIdentity, error) {
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
		return exchangedIdentity{}, err
	}
	// Another server may have used the code.
	saved, known, savedErr := s.savedWeChatCode(ctx, code.hash)
	if known || savedErr != nil {
		return saved, savedErr
	}
	return exchangedIdentity{}, err
}

func (s *Service) askWeChat(ctx context.Context, code weChatCode) (WeChatIdentity, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.ProviderTimeout)
	defer cancel()
	identity, err := code.ask(ctx)
	return identity, providerErr(err, apierr.WeChatUnavailable)
}

func (s *Service) savedWeChatCode(ctx context.Context, hash string) (identity exchangedIdentity, known bool, err error) {
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
	identity.repeated = true
	return identity, err == nil, err
}

// saveWeChatCode stores the identity behind a code, unless WeChatRepeat is 0. A failure is
// only logged, because the code is used up.
func (s *Service) saveWeChatCode(ctx context.Context, hash string, told WeChatIdentity) (exchangedIdentity, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.SaveTimeout)
	defer cancel()
	now := s.now()
	identity := exchangedIdentity{WeChatIdentity: told, ExchangedAt: store.TimeOf(now)}
	if s.limits.WeChatRepeat <= 0 {
		return identity, nil
	}
	plain, err := json.Marshal(identity)
	if err != nil {
		return exchangedIdentity{}, apierr.Wrap(apierr.Internal, err)
	}
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

func (s *Service) openWeChatCode(sealed, hash string) (identity exchangedIdentity, err error) {
	plain, err := s.unseal(&sealed, weChatCodeContext(hash))
	if err != nil {
		return exchangedIdentity{}, err
	}
	if err := json.Unmarshal([]byte(plain), &identity); err != nil {
		return exchangedIdentity{}, apierr.Wrap(apierr.Internal, err)
	}
	return identity, nil
}

// weChatCodeContext binds a stored identity to its code.
func weChatCodeContext(hash string) string { return "wechat-exchange:" + hash }

// errRepeatEnded means that a session of the user has ended since a repeated code was
// exchanged.
var errRepeatEnded = errors.New("a session has ended since the WeChat code was exchanged")

// openByCodes opens a session for the user whom find finds or registers by the identities
// behind codes. For a repeated code that ends with the first sign-out: from then on the
// code is what it is at WeChat. The errors are those of openByWeChat, and the WeChat ones.
func (s *Service) openByCodes(ctx context.Context, in WeChatSignIn, codes []weChatCode,
	find func(told []WeChatIdentity, verified bool) func(*tx) (store.User, error),
) (SignInResult, error) {
	for again := false; ; again = true {
		told, repeatedSince, err := s.identitiesForSignIn(ctx, in, codes)
		if err != nil {
			return SignInResult{}, err
		}
		result, err := s.openByWeChat(ctx, in, repeatedSince, find(told, true))
		if isConflict(err, "mobile") { // somebody has verified it meanwhile
			result, err = s.openByWeChat(ctx, in, repeatedSince, find(told, false))
		}
		switch {
		case !errors.Is(err, errRepeatEnded):
			return result, err
		case again: // one more has ended meanwhile
			return SignInResult{}, apierr.New(apierr.WeChatCodeUsed)
		}
		if err := s.forgetWeChatCodes(ctx, codes); err != nil {
			return SignInResult{}, err
		}
	}
}

// identitiesForSignIn exchanges codes, and records a refusal. repeatedSince is when the
// earliest of those that are repeated was exchanged, nil for none.
func (s *Service) identitiesForSignIn(ctx context.Context, in WeChatSignIn, codes []weChatCode) (told []WeChatIdentity, repeatedSince *store.Time, err error) {
	for _, code := range codes {
		identity, err := s.weChatIdentity(ctx, code)
		if isWeChatRefusal(err) {
			s.auditRefusal(ctx, weChatRefused(in, 0, string(apierr.As(err).Code)))
		}
		if err != nil {
			return nil, nil, err
		}
		if identity.repeated && (repeatedSince == nil || identity.ExchangedAt < *repeatedSince) {
			repeatedSince = &identity.ExchangedAt
		}
		told = append(told, identity.WeChatIdentity)
	}
	return told, repeatedSince, nil
}

// forgetWeChatCodes forgets the identities behind codes.
func (s *Service) forgetWeChatCodes(ctx context.Context, codes []weChatCode) error {
	return storeErr(s.store.InTx(ctx, func(tx store.Tx) error {
		for _, code := range codes {
			if err := tx.ForgetWeChatCode(ctx, code.hash); err != nil {
				return err
			}
		}
		return nil
	}))
}
