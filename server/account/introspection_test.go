package account_test

import (
	"fmt"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

var app = account.CallingApplication{ID: "app", Proven: true}

func (w *world) introspect(application account.CallingApplication, token string) (account.Introspection, bool) {
	w.t.Helper()
	found, live, err := w.Introspect(w.t.Context(), application, token)
	must(w.t, err)
	if !live && fmt.Sprint(found) != fmt.Sprint(account.Introspection{}) {
		w.t.Errorf("of a token that is not live it says %+v", found)
	}
	return found, live
}

// through signs in by password and by code, each through an application.
func (w *world) through(application string) (jwt, opaque account.SignInResult) {
	w.t.Helper()
	jwt, err := w.SignInByPassword(w.t.Context(), account.PasswordSignIn{
		Dialect: "jfinal", Account: "li", Password: goodPassword, Application: application, ClientIP: home,
	})
	must(w.t, err)
	opaque, err = w.SignInByCode(w.t.Context(), account.CodeSignIn{
		Dialect: "yudao", Mobile: lisMobile, Code: w.code(account.PurposeSignIn, lisMobile), Application: application, ClientIP: home,
	})
	must(w.t, err)
	return jwt, opaque
}

func TestAnApplicationLearnsOfItsTokens(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.pupil("li", lisMobile)
	_, err := w.CommandLine().AddApplication(t.Context(), "other", "Other", nil)
	must(t, err)
	jwt, opaque := w.through("app")
	for name, in := range map[string]account.SignInResult{"JWT": jwt, "opaque": opaque} {
		found, live := w.introspect(app, in.AccessToken)
		if !live || found.UserID != in.User.ID || found.SessionID != in.Session.ID || fmt.Sprint(found.Audience) != "[quartet app]" {
			t.Errorf("%s: %+v, %v", name, found, live)
		}
		if late := in.AccessExpires.Sub(found.ExpiresAt); late < 0 || late >= time.Second {
			t.Errorf("%s: expires at %s, not %s", name, found.ExpiresAt, in.AccessExpires)
		}
		if _, live := w.introspect(account.CallingApplication{ID: "other", Proven: true}, in.AccessToken); live {
			t.Errorf("%s: another application learns of it", name)
		}
		_, _, err := w.Introspect(t.Context(), account.CallingApplication{ID: "app"}, in.AccessToken)
		wantFailure(t, err, apierr.UnknownApplication)
	}
	for _, text := range []string{"", "x", opaque.RefreshToken, "AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", jwt.AccessToken + "A"} {
		if _, live := w.introspect(app, text); live {
			t.Errorf("%q is live", text)
		}
	}
	none, _ := w.through("")
	if _, live := w.introspect(app, none.AccessToken); live {
		t.Error("a token of no application is live")
	}
}

func TestTokensThatWorkNoMoreAreNotLive(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, account.Caller){
		"signed out":    func(w *world, c account.Caller) { must(w.t, w.SignOut(w.t.Context(), c)) },
		"user disabled": func(w *world, c account.Caller) { must(w.t, w.CommandLine().DisableUser(w.t.Context(), c.UserID)) },
		"expired":       func(w *world, _ account.Caller) { w.clock.Advance(time.Hour) },
		"password changed": func(w *world, c account.Caller) {
			must2(w.CommandLine().ResetPassword(w.t.Context(), c.UserID, otherPassword))(w.t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := school(t)
			w.pupil("li", lisMobile)
			jwt, opaque := w.through("app")
			for _, in := range []account.SignInResult{jwt, opaque} {
				if _, live := w.introspect(app, in.AccessToken); !live {
					t.Fatal("it was never live")
				}
			}
			for _, in := range []account.SignInResult{jwt, opaque} {
				if caller, err := w.Authenticate(t.Context(), in.AccessToken, account.CallingApplication{}); err == nil {
					end(w, caller)
				}
				if _, live := w.introspect(app, in.AccessToken); live {
					t.Errorf("%s is live", in.AccessToken)
				}
			}
		})
	}
}

// The token before the newest is live for as long as it works.
func TestAReplacedTokenIsLiveInItsGrace(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.pupil("li", lisMobile)
	_, in := w.through("app")
	_, err := w.Refresh(t.Context(), in.AccessToken, in.RefreshToken)
	must(t, err)
	until := w.clock.Now().Add(10 * time.Second)
	found, live := w.introspect(app, in.AccessToken)
	wantEqual(t, "live", live, true)
	wantEqual(t, "until", found.ExpiresAt, until)
	w.clock.Advance(11 * time.Second)
	_, live = w.introspect(app, in.AccessToken)
	wantEqual(t, "live after its grace", live, false)
}

func TestAskingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.pupil("li", lisMobile)
	jwt, opaque := w.through("app")
	const state = "SELECT SUM(access_expires_at) + SUM(last_seen_at) + COUNT(*) FROM sessions"
	before := w.number(state)
	w.clock.Advance(40 * time.Minute) // a JWT is renewed from half of its life on
	for _, in := range []account.SignInResult{jwt, opaque} {
		if _, live := w.introspect(app, in.AccessToken); !live {
			t.Error("not live")
		}
	}
	w.FlushLastSeen(t.Context())
	wantEqual(t, "the sessions' rows", w.number(state), before)
}
