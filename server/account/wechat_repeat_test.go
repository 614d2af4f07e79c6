package account_test

import (
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

// onPhone is a sign-in with a WeChat code by a client that has a device number.
func onPhone(code string, change ...func(*account.WeChatSignIn)) account.WeChatSignIn {
	in := account.WeChatSignIn{
		Dialect: "yudao", Code: code, ClientIP: home, UserAgent: "phone",
		Device: &account.DeviceSession{ProductType: new(int64(1)), Device: "device-1"},
	}
	for _, c := range change {
		c(&in)
	}
	return in
}

// Whoever has read a code that was used, as in a proxy's log, does not sign in by it.
func TestAWeChatCodeIsRepeatedByItsClientAlone(t *testing.T) {
	t.Parallel()
	weChat := &onceWeChat{}
	w := newWorld(t, by(weChat))
	first, err := w.SignInByWeChat(t.Context(), onPhone("a"))
	must(t, err)
	for name, change := range map[string]func(*account.WeChatSignIn){
		"client IP":     func(in *account.WeChatSignIn) { in.ClientIP = elsewhere },
		"user agent":    func(in *account.WeChatSignIn) { in.UserAgent = "curl" },
		"device number": func(in *account.WeChatSignIn) { in.Device.Device = "device-2" },
		"no device":     func(in *account.WeChatSignIn) { in.Device = nil },
	} {
		for server, s := range map[string]*account.Service{"this": w.Service, "another": w.another(weChat)} {
			if _, err := s.SignInByWeChat(t.Context(), onPhone("a", change)); !apierr.Is(err, apierr.WeChatCodeUsed) {
				t.Errorf("another %s, %s server: %v", name, server, err)
			}
		}
	}
	again, err := w.another(weChat).SignInByWeChat(t.Context(), onPhone("a"))
	must(t, err)
	wantEqual(t, "person", again.User.ID, first.User.ID)
}

func TestASignOutEndsTheRepeatOfAWeChatCode(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, account.Caller) error{
		"sign-out":    func(w *world, c account.Caller) error { return w.SignOut(w.t.Context(), c) },
		"from a list": func(w *world, c account.Caller) error { return w.EndSession(w.t.Context(), c, c.SessionID) },
		"by an operator": func(w *world, c account.Caller) error {
			_, err := w.CommandLine().EndAnySession(w.t.Context(), c.SessionID)
			return err
		},
		"new password": func(w *world, c account.Caller) error {
			_, err := w.CommandLine().ResetPassword(w.t.Context(), c.UserID, "")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			weChat := &onceWeChat{}
			w := newWorld(t, by(weChat))
			_, err := w.SignInByWeChat(t.Context(), onPhone("a"))
			must(t, err)
			w.clock.Advance(time.Second)
			repeated, err := w.SignInByWeChat(t.Context(), onPhone("a")) // which replaces the first
			must(t, err)
			must(t, end(w, w.authenticated(repeated.AccessToken)))
			w.clock.Advance(time.Second)
			for server, s := range map[string]*account.Service{"this": w.Service, "another": w.another(weChat)} {
				if _, err := s.SignInByWeChat(t.Context(), onPhone("a")); !apierr.Is(err, apierr.WeChatCodeUsed) {
					t.Errorf("%s server: %v", server, err)
				}
			}
			wantEqual(t, "live sessions", w.number("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL"), 0)
		})
	}
}

// The code of a phone number signs in no more than that of a login.
func TestASignOutEndsTheRepeatOfAPhoneCode(t *testing.T) {
	t.Parallel()
	weChat := &onceWeChat{}
	w := newWorld(t, by(weChat))
	in := account.WeChatMobileSignIn{WeChatSignIn: onPhone(""), PhoneCode: "p"}
	result, err := w.SignInByWeChatMobile(t.Context(), in)
	must(t, err)
	moved := in
	moved.ClientIP = elsewhere
	_, err = w.SignInByWeChatMobile(t.Context(), moved)
	wantFailure(t, err, apierr.WeChatCodeUsed)
	must(t, w.SignOut(t.Context(), w.authenticated(result.AccessToken)))
	_, err = w.SignInByWeChatMobile(t.Context(), in)
	wantFailure(t, err, apierr.WeChatCodeUsed)
}

func TestAWeChatCodeIsNotRepeatedWithoutTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, by(&onceWeChat{}), func(c *account.Config) { c.Limits.WeChatRepeat = 0 })
	w.enterByWeChat("a")
	wantEqual(t, "kept", w.number("SELECT COUNT(*) FROM wechat_codes"), 0)
	_, err := tryWeChat(t.Context(), w.Service, "a")
	wantFailure(t, err, apierr.WeChatCodeUsed)
}
