package account_test

import (
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

const (
	miniSecret = "canary0minisecret0123456789abcdef"
	webSecret  = "canary0websecret00123456789abcdef"
)

// twoApps has two applications with a WeChat app each, of one owner, and the server's own.
func twoApps(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.weChat.people = map[string]account.WeChatIdentity{"code": {AppID: "wxown", OpenID: "o-own", UnionID: "u-1"}}
	w.weChat.apps = map[string]*weChat{
		"wxmini " + miniSecret: {
			people: map[string]account.WeChatIdentity{"code": {AppID: "wxmini", OpenID: "o-mini", UnionID: "u-1"}, "alone": {AppID: "wxmini", OpenID: "o-2"}},
			phones: map[string]string{"phone": lisMobile, "abroad": "12025550123"},
		},
		"wxweb " + webSecret: {people: map[string]account.WeChatIdentity{"code": {AppID: "wxweb", OpenID: "o-web", UnionID: "u-1"}, "else": {AppID: "wxweb", OpenID: "o-3", UnionID: "u-2"}}},
	}
	for id, c := range map[string]account.WeChatCredentials{
		"mini": {Kind: account.WeChatMiniProgram, AppID: "wxmini", Secret: miniSecret},
		"web":  {Kind: account.WeChatWebsite, AppID: "wxweb", Secret: webSecret},
	} {
		_, err := w.CommandLine().AddApplication(t.Context(), id, id, nil)
		must(t, err)
		must(t, w.CommandLine().SetWeChatApp(t.Context(), id, c))
	}
	return w
}

func (w *world) tryApp(application, code string) (account.SignInResult, error) {
	return w.SignInByWeChat(w.t.Context(), account.WeChatSignIn{Dialect: "yudao", Code: code, Application: application, ClientIP: home, Device: &account.DeviceSession{ProductType: new(int64(1))}})
}

func (w *world) enterApp(application, code string) account.SignInResult {
	w.t.Helper()
	grant, err := w.tryApp(application, code)
	must(w.t, err)
	return grant
}

func (w *world) tryPhone(application, phone, code string) (account.SignInResult, error) {
	return w.SignInByWeChatMobile(w.t.Context(), account.WeChatMobileSignIn{
		WeChatSignIn: account.WeChatSignIn{Dialect: "yudao", Code: code, Application: application, ClientIP: home, Device: &account.DeviceSession{Source: "mini"}},
		PhoneCode:    phone,
	})
}

func (w *world) enterPhone(application, phone, code string) account.SignInResult {
	w.t.Helper()
	grant, err := w.tryPhone(application, phone, code)
	must(w.t, err)
	return grant
}

func TestOnePersonOfSeveralWeChatAppsIsOneUser(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	mini, web, own := w.enterApp("mini", "code"), w.enterApp("web", "code"), w.enterApp("", "code")
	wantEqual(t, "by the website", web.User.ID, mini.User.ID)
	wantEqual(t, "by the server's own app", own.User.ID, mini.User.ID)
	wantEqual(t, "openids", w.number("SELECT COUNT(DISTINCT open_id) FROM wechat_identities"), 3)
	wantEqual(t, "another unionid is another", w.enterApp("web", "else").User.ID == mini.User.ID, false)
	if _, err := w.authenticate(mini.AccessToken); err == nil {
		t.Error("of one product type two sessions are live")
	}
	next, err := w.Refresh(t.Context(), own.AccessToken, own.RefreshToken)
	must(t, err)
	w.authenticated(next.AccessToken)
}

// A code is exchanged at one app: at another it could be used up.
func TestAWeChatCodeIsTriedAtOneApp(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	_, err := w.tryApp("mini", "else")
	wantFailure(t, err, apierr.WeChatCodeInvalid)
	wantEqual(t, "asked of the mini-program", w.weChat.apps["wxmini "+miniSecret].asked.Load(), 1)
	wantEqual(t, "asked of the website", w.weChat.apps["wxweb "+webSecret].asked.Load(), 0)
	wantEqual(t, "asked of the server's own", w.weChat.asked.Load(), 0)
	for _, application := range []string{"", "nobody", "no\x00id"} {
		w.enterApp(application, "code")
	}
	wantEqual(t, "asked of the server's own", w.weChat.asked.Load(), 1) // the others repeated the code
	must(t, w.CommandLine().DisableApplication(t.Context(), "mini"))
	w.enterApp("mini", "code")
	wantEqual(t, "a disabled application has no app", w.weChat.apps["wxmini "+miniSecret].asked.Load(), 1)
}

func TestTheSecretOfAWeChatAppIsSealedAndReplaced(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	if text := w.text("SELECT group_concat(secret_sealed) || (SELECT group_concat(detail) FROM audit_events) FROM wechat_apps"); strings.Contains(text, "canary0") {
		t.Errorf("a secret is stored: %s", text)
	}
	must(t, w.CommandLine().SetWeChatApp(t.Context(), "mini", account.WeChatCredentials{Kind: account.WeChatMobileApp, AppID: "wxweb", Secret: webSecret}))
	wantEqual(t, "by the new app", w.enterApp("mini", "else").User.WeChat[0].OpenID, "o-3")
	apps, err := w.ListWeChatApps(t.Context())
	must(t, err)
	wantEqual(t, "apps", len(apps), 2)
	must(t, w.CommandLine().RemoveWeChatApp(t.Context(), "mini"))
	wantField(t, w.CommandLine().RemoveWeChatApp(t.Context(), "mini"), "id", apierr.NotInEnum)
	w.enterApp("mini", "code")
	wantEqual(t, "asked of the server's own", w.weChat.asked.Load(), 1)
	must(t, w.CommandLine().SetWeChatApp(t.Context(), "mini", account.WeChatCredentials{Kind: account.WeChatMobileApp, AppID: "wxgone", Secret: webSecret}))
	_, err = w.tryApp("mini", "fresh")
	wantFailure(t, err, apierr.WeChatUnavailable)
}

func TestWhatIsNoWeChatApp(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	good := account.WeChatCredentials{Kind: account.WeChatMiniProgram, AppID: "wx0123456789abcdef", Secret: miniSecret}
	wantFailure(t, w.CommandLine().SetWeChatApp(t.Context(), "nobody", good), apierr.UnknownApplication)
	wantFailure(t, w.CommandLine().RemoveWeChatApp(t.Context(), "nobody"), apierr.UnknownApplication)
	for field, change := range map[string]func(*account.WeChatCredentials){
		"kind":   func(c *account.WeChatCredentials) { c.Kind = "mini" },
		"app-id": func(c *account.WeChatCredentials) { c.AppID = "微信" },
		"secret": func(c *account.WeChatCredentials) { c.Secret = "short" },
	} {
		wrong := good
		change(&wrong)
		err := wantFailure(t, w.CommandLine().SetWeChatApp(t.Context(), "mini", wrong), apierr.InvalidField)
		wantEqual(t, "field", err.Field, field)
	}
}

func TestAPhoneCodeSignsIn(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	first := w.enterPhone("mini", "phone", "")
	wantEqual(t, "mobile", deref(first.User.Mobile), lisMobile)
	wantEqual(t, "verified", first.User.MobileVerified, true)
	wantEqual(t, "source", first.User.CreateSource, "mini")
	wantEqual(t, "linked", first.WeChatLinked, false)
	wantEqual(t, "by a code of SMS", w.enterByCode(lisMobile).User.ID, first.User.ID)
	again := w.enterPhone("mini", "phone", "alone")
	wantEqual(t, "the same user", again.User.ID, first.User.ID)
	wantEqual(t, "linked", again.WeChatLinked, true)
	wantEqual(t, "by WeChat from now on", w.enterApp("mini", "alone").User.ID, first.User.ID)
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
	wantEqual(t, "links in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'wechat_linked'"), 1)
	_, err := w.tryPhone("mini", "abroad", "")
	wantField(t, err, "mobile", apierr.BadFormat)
	_, err = w.tryPhone("mini", "unknown", "")
	wantFailure(t, err, apierr.WeChatCodeInvalid)
	_, err = w.tryPhone("web", "phone", "")
	wantFailure(t, err, apierr.WeChatCodeInvalid)
}

// A user of WeChat without mobile gets it; there is no second, empty account.
func TestAPhoneCodeCompletesAUserOfWeChat(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	before := w.enterApp("mini", "alone")
	after := w.enterPhone("mini", "phone", "alone")
	wantEqual(t, "the same user", after.User.ID, before.User.ID)
	wantEqual(t, "mobile", deref(after.User.Mobile), lisMobile)
	wantEqual(t, "linked", after.WeChatLinked, true)
	wantEqual(t, "by a code of SMS", w.enterByCode(lisMobile).User.ID, before.User.ID)
	if _, err := w.authenticate(before.AccessToken); err == nil {
		t.Error("a new way in ends no other session")
	}
}

// Both are proven, and yet nothing is merged unasked.
func TestAPhoneCodeOfAnotherUserLinksNothing(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	byWeChat, byMobile := w.enterApp("mini", "alone"), w.enterByCode(lisMobile)
	both := w.enterPhone("mini", "phone", "alone")
	wantEqual(t, "the mobile's user", both.User.ID, byMobile.User.ID)
	wantEqual(t, "linked", both.WeChatLinked, false)
	user, err := w.merge(both.AccessToken, w.enterApp("mini", "alone").AccessToken)
	must(t, err)
	wantEqual(t, "merged", user.ID, byMobile.User.ID)
	wantEqual(t, "by WeChat", w.enterApp("mini", "alone").User.ID, byMobile.User.ID)
	wantEqual(t, "two users before", byWeChat.User.ID != byMobile.User.ID, true)
}

func TestAPhoneCodeOfADisabledUserIsRefused(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	id := w.enterPhone("mini", "phone", "").User.ID
	must(t, w.CommandLine().DisableUser(t.Context(), id))
	_, err := w.tryPhone("mini", "phone", "alone")
	wantFailure(t, err, apierr.Forbidden)
	wantEqual(t, "identities", w.number("SELECT COUNT(*) FROM wechat_identities"), 0)
	other := w.enterApp("mini", "alone").User.ID
	must(t, w.CommandLine().DisableUser(t.Context(), other))
	must(t, w.CommandLine().EnableUser(t.Context(), id))
	wantEqual(t, "the mobile's user", w.enterPhone("mini", "phone", "alone").User.ID, id)
}

func TestOnePhoneSignsInAtOnce(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	got := concurrently(20, func(i int) error {
		_, err := w.tryPhone("mini", "phone", []string{"", "alone"}[i%2])
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 20})
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
	wantEqual(t, "identities", w.number("SELECT COUNT(*) FROM wechat_identities"), 1)
}

func TestLinkingAWeChatIdentity(t *testing.T) {
	t.Parallel()
	w := twoApps(t)
	w.add("li", mobile(lisMobile, true))
	grant, other := w.enter("li"), w.enterByCode(lisMobile)
	link := func(application, code string) error {
		return w.LinkWeChat(t.Context(), w.authenticated(grant.AccessToken), application, code, home)
	}
	must(t, link("mini", "code"))
	if _, err := w.authenticate(other.AccessToken); err == nil {
		t.Error("a new way in ends no other session")
	}
	must(t, link("mini", "code"))
	wantEqual(t, "by the website", w.enterApp("web", "code").User.ID, grant.User.ID)
	wantEqual(t, "links in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'wechat_linked'"), 1)
	w.enterApp("web", "else")
	wantFailure(t, link("web", "else"), apierr.WeChatTaken)
	wantFailure(t, link("web", "unknown"), apierr.WeChatCodeInvalid)
	wantEqual(t, "refusals in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'wechat_refused'"), 2)
	w.clock.Advance(10*time.Minute + time.Second)
	wantFailure(t, link("mini", "alone"), apierr.FreshProofRequired)
}
