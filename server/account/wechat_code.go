package account

import (
	"context"
	"encoding/json"
	"errors"

	"quartet/server/apierr"
	"quartet/store"
)

// exchange gives the identity behind a WeChat code. WeChat takes a code once,
// and a client whose answer was lost has nothing but the code to try again
// with: so the first answer is kept for WeChatRepeat, for every server. Only
// what WeChat granted is kept, and it is kept even if the client has left
// meanwhile or has had to be answered: whoever comes again waits for the same
// flight.
func (s *Service) weChatIdentity(ctx context.Context, code string) (WeChatIdentity, error) {
	// The index is keyed, so that a copy of the database verifies no code.
	hash := s.sealer.Index("wechat-code:" + code)
	flight := s.weChatCodes.DoChan(hash, func() (any, error) {
		s.background.Add(1)
		defer s.background.Done()
		return s.recoverToError(func() (any, error) { return s.exchangeWeChatCode(ctx, hash, code) })
	})
	select {
	case landed := <-flight:
		if landed.Err != nil {
			failed := *apierr.As(landed.Err) // a copy: the others who waited have the same one
			return WeChatIdentity{}, &failed
		}
		return landed.Val.(WeChatIdentity), nil
	case <-afterDeadline(ctx):
		return WeChatIdentity{}, apierr.Wrap(apierr.Unavailable, context.DeadlineExceeded)
	}
}

// exchangeOnce asks within the first caller's time, and takes as long as it needs
// to keep the answer.
func (s *Service) exchangeWeChatCode(caller context.Context, hash, code string) (WeChatIdentity, error) {
	ctx, cancel := withoutCancel(caller)
	defer cancel()
	kept, known, err := s.savedWeChatCode(ctx, hash)
	if known || err != nil {
		return kept, err
	}
	told, err := s.askWeChat(ctx, code)
	switch {
	case err == nil:
		return s.saveWeChatCode(caller, hash, told)
	case !apierr.Is(err, apierr.WeChatCodeUsed):
		return WeChatIdentity{}, err
	}
	// Another server may have been the one that used the code.
	kept, known, keptErr := s.savedWeChatCode(ctx, hash)
	if known || keptErr != nil {
		return kept, keptErr
	}
	return WeChatIdentity{}, err
}

func (s *Service) askWeChat(ctx context.Context, code string) (WeChatIdentity, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.ProviderTimeout)
	defer cancel()
	told, err := s.weChat.Exchange(ctx, code)
	if err == nil && (told.AppID == "" || told.OpenID == "") {
		err = errors.New("WeChat told no identity")
	}
	return told, fromGateway(err, apierr.WeChatUnavailable)
}

func (s *Service) savedWeChatCode(ctx context.Context, hash string) (told WeChatIdentity, known bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.SaveTimeout)
	defer cancel()
	sealed, err := s.store.WeChatCode(ctx, hash, store.TimeOf(s.now()))
	if errors.Is(err, store.ErrNotFound) {
		return told, false, nil
	}
	if err != nil {
		return told, false, storeErr(err)
	}
	told, err = s.openWeChatCode(sealed, hash)
	return told, err == nil, err
}

// keepExchange keeps what WeChat told. Not being able to is no reason to send
// away somebody whose code has just been spent.
func (s *Service) saveWeChatCode(ctx context.Context, hash string, told WeChatIdentity) (WeChatIdentity, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.SaveTimeout)
	defer cancel()
	plain, err := json.Marshal(told)
	if err != nil {
		return WeChatIdentity{}, apierr.Wrap(apierr.Internal, err)
	}
	now := s.now()
	sealed := s.sealer.Seal(string(plain), weChatCodeContext(hash))
	kept := ""
	err = s.store.InTx(ctx, func(d store.Tx) (err error) {
		kept, err = d.KeepWeChatCode(ctx, hash, sealed, store.TimeOf(now), store.TimeOf(now.Add(s.limits.WeChatRepeat)))
		return err
	})
	if err != nil {
		s.log.WarnContext(ctx, "WeChat's answer to a code was not kept", "error", err)
		return told, nil
	}
	return s.openWeChatCode(kept, hash)
}

func (s *Service) openWeChatCode(sealed, hash string) (told WeChatIdentity, err error) {
	plain, err := s.unseal(&sealed, weChatCodeContext(hash))
	if err != nil {
		return WeChatIdentity{}, err
	}
	if err := json.Unmarshal([]byte(plain), &told); err != nil {
		return WeChatIdentity{}, apierr.Wrap(apierr.Internal, err)
	}
	return told, nil
}

// exchangeContext binds a kept answer to its code.
func weChatCodeContext(hash string) string { return "wechat-exchange:" + hash }
