package account_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

func TestSignInByWeChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.weChat.people = map[string]account.WeChatIdentity{
		"mini": {
			AppID: "mini", OpenID: "open-1", UnionID: "union-1", Nickname: "清\u202e风\u200b", Avatar: "https://example.com/a.png",
			Gender: 2, Country: "中国", Province: "浙江", City: "杭州", Mobile: lisMobile, Follows: true,
		},
		"web":   {AppID: "web", OpenID: "open-2", UnionID: "union-1"},
		"other": {AppID: "web", OpenID: "open-3", Gender: 9, Mobile: "no mobile"},
	}
	grant := w.enterByWeChat("mini")
	user := grant.User
	wantEqual(t, "nickname", deref(user.Nickname), "清风")
	wantEqual(t, "avatar", deref(user.Avatar), "https://example.com/a.png")
	wantEqual(t, "gender", deref(user.Gender), 2)
	wantEqual(t, "place", user.Country+user.Province+user.City, "中国浙江杭州")
	wantEqual(t, "source", user.CreateSource, "wechat")
	wantEqual(t, "mobile", deref(user.Mobile), lisMobile)
	wantEqual(t, "verified", user.MobileVerified, true)
	wantEqual(t, "identities", len(user.WeChat), 1)
	wantEqual(t, "open id", user.WeChat[0].OpenID, "open-1")
	wantEqual(t, "refresh token", grant.RefreshToken, "")
	session := w.onlySession(grant)
	wantEqual(t, "dialect", session.Dialect, "ruoyi")
	wantEqual(t, "opened by", session.OpenedBy, account.OpenedByWeChat)

	again := w.enterByWeChat("mini")
	wantEqual(t, "the same person", again.User.ID, user.ID)
	w.authenticated(grant.AccessToken) // not replaced
	web := w.enterByWeChat("web")
	wantEqual(t, "one union id, one person", web.User.ID, user.ID)
	wantEqual(t, "identities", len(web.User.WeChat), 2)
	other := w.enterByWeChat("other")
	if other.User.ID == user.ID || other.User.Gender != nil || other.User.Mobile != nil {
		t.Errorf("another person %+v", other.User)
	}
	wantEqual(t, "who signs in by the mobile", w.enterByCode(lisMobile).User.ID, user.ID)
}

func TestWeChatMobileOfSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.enterByCode(lisMobile).User.ID
	w.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open", Mobile: lisMobile}}
	user := w.enterByWeChat("a").User
	if user.ID == owner {
		t.Error("a mobile that WeChat told opened its owner's account")
	}
	wantEqual(t, "mobile", deref(user.Mobile), lisMobile)
	wantEqual(t, "verified", user.MobileVerified, false)
	wantEqual(t, "who signs in by it", w.enterByCode(lisMobile).User.ID, owner)
}

func TestWeChatFailures(t *testing.T) {
	t.Parallel()
	named := apierr.New(apierr.WeChatCodeUsed)
	for name, test := range map[string]struct {
		reply func(context.Context) error
		want  apierr.Code
	}{
		"named":       {func(context.Context) error { return named }, apierr.WeChatCodeUsed},
		"unnamed":     {func(context.Context) error { return errors.New("unexpected EOF") }, apierr.WeChatUnavailable},
		"slow":        {untilDone, apierr.WeChatUnavailable},
		"no identity": {func(context.Context) error { return nil }, apierr.WeChatUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *account.Config) {
				c.Limits.ProviderTimeout, c.Limits.SaveTimeout = 50*time.Millisecond, time.Minute
			})
			w.weChat.reply = test.reply
			_, err := w.SignInByWeChat(t.Context(), account.WeChatSignIn{Code: "a"})
			wantFailure(t, err, test.want)
		})
	}
}

func TestWeChatRefusesDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open"}}
	must(t, w.CommandLine().DisableUser(t.Context(), w.enterByWeChat("a").User.ID))
	_, err := w.SignInByWeChat(t.Context(), account.WeChatSignIn{Code: "a"})
	wantFailure(t, err, apierr.Forbidden)
}

func TestWeChatIsLimitedPerClientIP(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.WeChatPerIP.Times = 2 })
	try := func(address string) error {
		_, err := w.SignInByWeChat(t.Context(), account.WeChatSignIn{Code: "unknown", ClientIP: address})
		return err
	}
	for range 2 {
		wantFailure(t, try(home), apierr.WeChatCodeInvalid)
	}
	wantFailure(t, try(home), apierr.TooManyRequests)
	wantFailure(t, try(elsewhere), apierr.WeChatCodeInvalid)
}

func TestOnePersonSignsInByWeChatAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open", Mobile: lisMobile}}
	got := concurrently(20, func(int) error {
		_, err := w.SignInByWeChat(t.Context(), account.WeChatSignIn{Code: "a"})
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 20})
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
}
