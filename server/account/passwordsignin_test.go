package account_test

import (
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/password"
	"quartet/store/storetest"
)

func TestPasswordSignInFindsTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zhao := w.add("张伟", mobile("13900002222", false))
	li := w.add("Li.Na", mobile(lisMobile, true), email("Li@example.com", true))
	sun := w.add("sun", email("sun@example.com", false))
	for name, want := range map[string]int64{
		"Li.Na": li, "li.na": li, "LI.NA": li, "Ｌｉ.ｎａ": li,
		"li@example.com": li, "LI@Example.com": li, lisMobile: li,
		"张伟": zhao, "sun@example.com": sun,
		"13900002222": 0, // unverified
		"nobody":      0, "nobody@example.com": 0, "13900003333": 0,
		" li.na": li, "li@example.com\t": li, "\u3000" + lisMobile + " ": li,
		"": 0, " ": 0, "li. na": 0, "@": 0, "a@b@c": 0, "li\x00": 0, "\xff@x": 0, "\xff": 0,
		strings.Repeat("x", 70_000): 0,
	} {
		grant, err := w.tryPassword(name, goodPassword, home)
		if want == 0 {
			wantFailure(t, err, apierr.WrongCredentials)
			continue
		}
		must(t, err)
		wantEqual(t, name, grant.User.ID, want)
	}
}

func TestPasswordSignInOpensASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li")
	grant, err := w.SignInByPassword(t.Context(), account.PasswordSignIn{
		Dialect: "jfinal", Account: "li", Password: goodPassword, ClientIP: home, UserAgent: "a\x00\xffgent" + strings.Repeat("x", 500),
	})
	must(t, err)
	wantEqual(t, "parts of the JWT", strings.Count(grant.AccessToken, "."), 2)
	wantEqual(t, "refresh token", grant.RefreshToken, "")
	wantEqual(t, "access expires", grant.AccessExpires, start.Add(time.Hour))
	caller := w.authenticated(grant.AccessToken)
	wantEqual(t, "user", caller.UserID, id)
	sessions, err := w.Sessions(t.Context(), caller)
	must(t, err)
	wantEqual(t, "dialect", sessions[0].Dialect, grant.Session.Dialect)
	wantEqual(t, "dialect", grant.Session.Dialect, "jfinal")
	wantEqual(t, "opened by", grant.Session.OpenedBy, account.OpenedByPassword)
	wantEqual(t, "user agent", grant.Session.UserAgent, "agent"+strings.Repeat("x", 251))
	w.authenticated(w.enter("li").AccessToken)
	w.authenticated(grant.AccessToken) // the second did not replace the first
}

// The failures are equal in every part, so they do not reveal the reason.
func TestFailedSignInsLookAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li")
	must(t, w.CommandLine().DisableUser(t.Context(), w.add("disabled")))
	w.add("mobile-only", func(u *account.AddedUser) { u.Password = nil })
	w.add("locked")
	for range 5 {
		_, err := w.tryPassword("locked", wrongPassword, home)
		wantFailure(t, err, apierr.WrongCredentials)
	}
	for name, text := range map[string]string{
		"nobody": goodPassword, "li": wrongPassword, "disabled": goodPassword,
		"mobile-only": goodPassword, "locked": goodPassword,
	} {
		_, err := w.tryPassword(name, text, home)
		if failed := wantFailure(t, err, apierr.WrongCredentials); *failed != *apierr.New(apierr.WrongCredentials) {
			t.Errorf("%s: %+v", name, failed)
		}
	}
}

func TestRightSignInsAtOnceAllSucceed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li")
	got := concurrently(60, func(int) error {
		_, err := w.tryPassword("li", goodPassword, home)
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 60})
}

func TestHashIsUpgradedAtSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li")
	hashOf := func() string {
		row, err := w.store.UserByID(t.Context(), id)
		must(t, err)
		return *row.PasswordHash
	}
	weak := hashOf()
	w.enter("li")
	wantEqual(t, "hash of today's cost", hashOf(), weak)

	w.config.Hasher = password.NewHasher(password.Options{Params: password.Params{Memory: 16, Iterations: 2, Parallelism: 1}})
	w.Service = account.New(w.config)
	_, err := w.tryPassword("li", wrongPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
	wantEqual(t, "hash after a wrong password", hashOf(), weak)
	kept := w.enter("li")
	if !strings.Contains(hashOf(), "m=16,t=2,p=1") {
		t.Errorf("hash %s", hashOf())
	}
	w.authenticated(kept.AccessToken)
	w.enter("li")
}

// A password that is changed between reading its hash and opening the session does not
// sign in.
func TestPasswordChangedWhileSigningIn(t *testing.T) {
	t.Parallel()
	meanwhile := func() {}
	w := newWorld(t, func(c *account.Config) {
		now := c.Now
		c.Now = func() time.Time { meanwhile(); return now() } // first asked when guesses are counted
	})
	id := w.add("li")
	other := w.config
	meanwhile = func() {
		meanwhile = func() {}
		_, err := account.New(other).CommandLine().ResetPassword(t.Context(), id, otherPassword)
		must(t, err)
	}
	_, err := w.tryPassword("li", goodPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
	wantEqual(t, "sessions", w.number("SELECT COUNT(*) FROM sessions"), 1)
	wantEqual(t, "live sessions", w.number("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL"), 0)
}

// An unreadable hash fails like a wrong password.
func TestUnreadableHashIsNoPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li")
	for _, hash := range []string{"", "plain", "$md5$x", "$argon2id$v=19$m=9999999,t=1,p=1$x$y"} {
		_, err := storetest.SetPassword(t.Context(), w.store, id, hash, nil, 0, "stamp", 1)
		must(t, err)
		w.wantEnter("li", home, apierr.WrongCredentials)
	}
}
