package providers

import (
	"context"
	"errors"
	"net/url"

	"quartet/server/account"
	"quartet/server/apierr"
)

// scopeSilent is the scope of a sign-in without the user's consent, which gives no
// profile.
const scopeSilent = "snsapi_base"

// idShape matches openids and unionids. Real ones have 28 characters.
var idShape = shape(`^[0-9A-Za-z_-]{1,64}$`)

var (
	errNoIdentity = errors.New("the response has no identity")
	errSnapshot   = errors.New("the placeholder account of a page's snapshot")
)

// exchangeLogin calls jscode2session. It does not read the session_key, which decrypts
// the mini-program's data.
func (w *WeChat) exchangeLogin(ctx context.Context, code string) (account.WeChatIdentity, error) {
	var answer struct {
		verdict
		OpenID  string `json:"openid"`
		UnionID string `json:"unionid"`
	}
	err := w.get(ctx, "/sns/jscode2session", w.credentials("js_code", code), &answer)
	if err != nil {
		return account.WeChatIdentity{}, err
	}
	return w.identity(answer.OpenID, answer.UnionID)
}

// exchangeOAuth requests the user's token, and with it the profile.
func (w *WeChat) exchangeOAuth(ctx context.Context, code string) (account.WeChatIdentity, error) {
	var answer struct {
		verdict
		AccessToken string `json:"access_token"`
		OpenID      string `json:"openid"`
		UnionID     string `json:"unionid"`
		Scope       string `json:"scope"`
		Snapshot    int    `json:"is_snapshotuser"`
	}
	err := w.get(ctx, "/sns/oauth2/access_token", w.credentials("code", code), &answer)
	if err != nil {
		return account.WeChatIdentity{}, err
	}
	if answer.Snapshot != 0 {
		return account.WeChatIdentity{}, apierr.Wrap(apierr.WeChatCodeInvalid, errSnapshot)
	}
	who, err := w.identity(answer.OpenID, answer.UnionID)
	if err != nil || answer.Scope == scopeSilent {
		return who, err
	}
	return w.withProfile(ctx, who, answer.AccessToken)
}

// withProfile adds the user's profile. The code is used up by then and the identity is
// known, so a failure only means that the profile is missing. A response about another
// user is a failure of WeChat.
func (w *WeChat) withProfile(ctx context.Context, who account.WeChatIdentity, accessToken string) (account.WeChatIdentity, error) {
	var answer struct {
		verdict
		OpenID   string `json:"openid"`
		UnionID  string `json:"unionid"`
		Nickname string `json:"nickname"`
		Avatar   string `json:"headimgurl"`
		Country  string `json:"country"`
		Province string `json:"province"`
		City     string `json:"city"`
		Sex      int    `json:"sex"`
	}
	query := url.Values{"access_token": {accessToken}, "openid": {who.OpenID}, "lang": {"zh_CN"}}
	if err := w.get(ctx, "/sns/userinfo", query, &answer); err != nil {
		return w.withoutProfile(ctx, who, err)
	}
	told, err := w.identity(answer.OpenID, answer.UnionID)
	if err != nil {
		return w.withoutProfile(ctx, who, err)
	}
	if told.OpenID != who.OpenID || who.UnionID != "" && told.UnionID != "" && told.UnionID != who.UnionID {
		return account.WeChatIdentity{}, apierr.Wrap(apierr.WeChatUnavailable, errNoIdentity)
	}
	if told.UnionID == "" {
		told.UnionID = who.UnionID
	}
	told.Nickname, told.Avatar, told.Gender = answer.Nickname, answer.Avatar, answer.Sex
	told.Country, told.Province, told.City = answer.Country, answer.Province, answer.City
	return told, nil
}

// withoutProfile signs in without a profile, unless WeChat has blocked the user.
func (w *WeChat) withoutProfile(ctx context.Context, who account.WeChatIdentity, err error) (account.WeChatIdentity, error) {
	if apierr.Is(err, apierr.Forbidden) {
		return account.WeChatIdentity{}, err
	}
	w.log.WarnContext(ctx, "WeChat profile unavailable; signing in without it", "error", err)
	return who, nil
}

// credentials returns the query of an exchange.
func (w *WeChat) credentials(name, code string) url.Values {
	return url.Values{
		"appid": {w.appID}, "secret": {w.secret}, name: {code}, "grant_type": {"authorization_code"},
	}
}

func (w *WeChat) identity(openID, unionID string) (account.WeChatIdentity, error) {
	if !idShape().MatchString(openID) || unionID != "" && !idShape().MatchString(unionID) {
		return account.WeChatIdentity{}, apierr.Wrap(apierr.WeChatUnavailable, errNoIdentity)
	}
	return account.WeChatIdentity{AppID: w.appID, OpenID: openID, UnionID: unionID}, nil
}
