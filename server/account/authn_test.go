package account_test

import (
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
	"quartet/store/storetest"
)

// grants signs one user in in all three ways.
func grants(w *world) (id int64, all map[string]account.SignInResult) {
	w.t.Helper()
	w.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open", Mobile: lisMobile}}
	id = w.enterByWeChat("a").User.ID
	_, err := w.CommandLine().ResetPassword(w.t.Context(), id, goodPassword)
	must(w.t, err)
	all = map[string]account.SignInResult{
		"wechat": w.enterByWeChat("a"), "password": w.enter(lisMobile), "code": w.enterByCode(lisMobile),
	}
	return id, all
}

func TestAuthenticateRefusesWhatIsNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	changed := "A" + strings.TrimPrefix(grant.AccessToken, "AT")
	for _, text := range []string{
		"", "x", changed, grant.RefreshToken, grant.AccessToken + "x", strings.ToLower(grant.AccessToken),
		"AT-1-" + strings.Repeat("x", 32), "a.b.c", strings.Repeat("x", 100_000), "AT-1-' OR 1=1 --",
	} {
		_, err := w.authenticate(text)
		wantFailure(t, err, apierr.Unauthenticated)
	}
}

func TestAccessTokenLapses(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"password", "code", "wechat"} {
		w := newWorld(t)
		_, all := grants(w)
		w.clock.Advance(all[way].AccessExpires.Sub(w.clock.Now()) - time.Millisecond)
		w.authenticated(all[way].AccessToken)
		w.clock.Advance(time.Millisecond)
		_, err := w.authenticate(all[way].AccessToken)
		wantFailure(t, err, apierr.TokenExpired)
	}
}

// The next request notices that a session has ended, whatever ended it.
func TestEndedSessions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(w *world, id int64, caller account.Caller) error
		want apierr.Code
	}{
		"disabled": {func(w *world, id int64, _ account.Caller) error {
			return w.CommandLine().DisableUser(w.t.Context(), id)
		}, apierr.SessionEnded},
		"signed out": {func(w *world, _ int64, caller account.Caller) error {
			return w.SignOut(w.t.Context(), caller)
		}, apierr.SessionEnded},
		"ended by its owner": {func(w *world, _ int64, caller account.Caller) error {
			return w.EndSession(w.t.Context(), caller, caller.SessionID)
		}, apierr.SessionEnded},
		"password reset": {func(w *world, id int64, _ account.Caller) error {
			_, err := w.CommandLine().ResetPassword(w.t.Context(), id, otherPassword)
			return err
		}, apierr.SessionEnded},
		"replaced": {func(w *world, _ int64, caller account.Caller) error {
			_, err := storetest.EndSession(w.t.Context(), w.store, caller.SessionID, store.EndedByReplacement, store.TimeOf(w.clock.Now()))
			return err
		}, apierr.SessionReplaced},
		"old pair used": {func(w *world, _ int64, caller account.Caller) error {
			_, err := storetest.EndSession(w.t.Context(), w.store, caller.SessionID, store.EndedByRefreshReuse, store.TimeOf(w.clock.Now()))
			return err
		}, apierr.RefreshReused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id, all := grants(w)
			for _, grant := range all {
				caller, err := w.authenticate(grant.AccessToken)
				if err == nil {
					must(t, test.end(w, id, caller))
				}
				caller, err = w.authenticate(grant.AccessToken)
				wantFailure(t, err, test.want)
				wantEqual(t, "the session that ended", caller.SessionID, grant.Session.ID)
			}
		})
	}
}

// A live session is not valid while its user is disabled.
func TestSessionOfADisabledUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	must(t, w.CommandLine().DisableUser(t.Context(), grant.User.ID))
	w.change("UPDATE sessions SET ended_at = NULL, end_reason = NULL")
	_, err := w.authenticate(grant.AccessToken)
	wantFailure(t, err, apierr.SessionEnded)
	w.wantRefresh(grant.AccessToken, grant.RefreshToken, apierr.SessionEnded)
}

func TestRoleIsReadEveryTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, all := grants(w)
	must(t, w.CommandLine().SetRole(t.Context(), id, store.RoleAdministrator))
	for _, grant := range all {
		wantEqual(t, "role", w.authenticated(grant.AccessToken).Role, store.RoleAdministrator)
	}
}

func TestLastSeenIsRecordedOnceAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	opened := w.clock.Now()
	for _, test := range []struct{ after, seen time.Duration }{
		{30 * time.Second, 0}, {59 * time.Second, 0}, {time.Minute, time.Minute},
		{119 * time.Second, time.Minute}, {125 * time.Second, 125 * time.Second},
	} {
		w.clock.Advance(opened.Add(test.after).Sub(w.clock.Now()))
		w.authenticated(grant.AccessToken)
		w.FlushLastSeen(t.Context())
		seen := store.Time(w.number("SELECT last_seen_at FROM sessions")).Time().Sub(opened)
		wantEqual(t, "last seen", seen, test.seen)
	}
}

func TestJWTIsRenewedPastHalfItsLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li")
	old := w.enter("li").AccessToken
	w.clock.Advance(30 * time.Minute)
	wantEqual(t, "renewed at half its life", w.authenticated(old).Renewed, "")
	w.clock.Advance(time.Second)
	renewed := w.authenticated(old).Renewed
	if renewed == "" {
		t.Fatal("not renewed past half its life")
	}
	w.clock.Advance(30 * time.Minute)
	_, err := w.authenticate(old)
	wantFailure(t, err, apierr.TokenExpired)
	caller := w.authenticated(renewed)
	wantEqual(t, "session", caller.AccessExpires(), store.TimeOf(start.Add(90*time.Minute+time.Second)))
}

// A client that ignores the renewed JWT does not cause a write at every request.
func TestJWTRenewalRarelyWritesTheRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li")
	old := w.enter("li").AccessToken
	w.clock.Advance(40 * time.Minute)
	first := w.authenticated(old).AccessExpires()
	w.clock.Advance(30 * time.Second)
	again := w.authenticated(old)
	wantEqual(t, "expiry", again.AccessExpires(), first)
	if again.Renewed == "" {
		t.Error("not renewed")
	}
}

func TestJWTDoesNotOutliveItsSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.SessionLife = 90 * time.Minute })
	w.add("li")
	jwt := w.enter("li").AccessToken
	for range 3 {
		w.clock.Advance(29 * time.Minute)
		if renewed := w.authenticated(jwt).Renewed; renewed != "" {
			jwt = renewed
		}
	}
	w.clock.Advance(3 * time.Minute)
	_, err := w.authenticate(jwt)
	wantFailure(t, err, apierr.TokenExpired)
}

// A genuine signature is not enough: the session must be the user's, and one for JWTs.
func TestJWTMustFitItsSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, all := grants(w)
	for _, claims := range []token.Claims{
		{SessionID: all["password"].Session.ID, UserID: id + 1},
		{SessionID: all["code"].Session.ID, UserID: id},
		{SessionID: 1, UserID: id},
	} {
		claims.IssuedAt, claims.ExpiresAt = w.clock.Now(), w.clock.Now().Add(time.Hour)
		jwt, err := w.config.Signer.Sign(claims)
		must(t, err)
		_, err = w.authenticate(jwt)
		wantFailure(t, err, apierr.Unauthenticated)
	}
}
