package account_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

// oldBackEnd knows people by what they type, and by their tokens.
type oldBackEnd struct {
	passwords map[string]account.ImportedUser // by account and password
	tokens    map[string]account.ImportedUser
	reply     func(ctx context.Context) error // decides instead, if set
	asked     atomic.Int64
}

func (o *oldBackEnd) UserOfPassword(ctx context.Context, name, text string) (*account.ImportedUser, error) {
	return o.find(ctx, o.passwords, name+" "+text)
}

func (o *oldBackEnd) UserOfToken(ctx context.Context, token string) (*account.ImportedUser, error) {
	return o.find(ctx, o.tokens, token)
}

func (o *oldBackEnd) find(ctx context.Context, people map[string]account.ImportedUser, what string) (*account.ImportedUser, error) {
	if o.asked.Add(1); o.reply != nil {
		return nil, o.reply(ctx)
	}
	if user, known := people[what]; known {
		return &user, nil
	}
	return nil, nil
}

const (
	oldID    = "7"
	oldToken = "old-token-of-su-qing"
)

// suQing is a user of the old back end.
func suQing(change ...func(*account.ImportedUser)) account.ImportedUser {
	user := account.ImportedUser{
		NewUser: account.NewUser{Username: "su.qing", Profile: account.Profile{Nickname: new("苏青"), Mobile: new(lisMobile), Email: new("su.qing@example.com")}},
		Alias:   oldID,
	}
	for _, c := range change {
		c(&user)
	}
	return user
}

// newMovingWorld has an old back end that knows one user, by a name, a password and a token.
func newMovingWorld(t *testing.T, user account.ImportedUser) (*world, *oldBackEnd) {
	t.Helper()
	old := &oldBackEnd{
		passwords: map[string]account.ImportedUser{"su.qing " + goodPassword: user},
		tokens:    map[string]account.ImportedUser{oldToken: user},
	}
	w := newWorld(t, func(c *account.Config) {
		c.OldBackEnd, c.OldSource = old, "ruoyi"
		c.Limits.FallbackRefusal, c.Limits.FallbackTimeout = time.Millisecond, 50*time.Millisecond
	})
	return w, old
}

func (w *world) exchange(token string) (account.SignInResult, error) {
	return w.ExchangeToken(w.t.Context(), account.TokenSignIn{Dialect: "yudao", Token: token, ClientIP: home})
}

// importOld imports a user of the old back end.
func (w *world) importOld(user account.ImportedUser) {
	w.t.Helper()
	importer := w.NewImporter(account.ImportOptions{Source: "ruoyi"})
	defer importer.Close()
	outcomes, err := importer.Import(w.t.Context(), []account.ImportedUser{user})
	must(w.t, errors.Join(append(outcomes, err)...))
}

func TestOldBackEndIsAskedOncePerPerson(t *testing.T) {
	t.Parallel()
	w, old := newMovingWorld(t, suQing())
	first, err := w.tryPassword("su.qing", goodPassword, home)
	must(t, err)
	second, err := w.tryPassword("su.qing", goodPassword, home)
	must(t, err)
	wantEqual(t, "the user of the second sign-in", second.User.ID, first.User.ID)
	wantEqual(t, "questions", old.asked.Load(), 1)
	wantEqual(t, "role", first.User.Role, account.RoleMember)
	wantEqual(t, "nickname", deref(first.User.Nickname), "苏青")
	wantEqual(t, "mobile", deref(first.User.Mobile), lisMobile)
	wantEqual(t, "the mobile is proven", first.User.MobileVerified, false)
	wantEqual(t, "hashes of ours", w.number("SELECT COUNT(*) FROM users WHERE password_hash LIKE '$argon2id$%'"), 1)
	wantEqual(t, "ids there", w.number("SELECT COUNT(*) FROM user_aliases WHERE source = 'ruoyi' AND alias = ?", oldID), 1)
	wantEqual(t, "events", w.number(`SELECT COUNT(*) FROM audit_events WHERE kind = 'user_created' AND detail LIKE '%"way":"fallback"%'`), 1)

	_, err = w.tryPassword("su.qing", wrongPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
	wantEqual(t, "questions after a wrong password of a user who is here", old.asked.Load(), 1)
	// What the old back end says later of the password counts no more.
	old.passwords["su.qing "+otherPassword] = suQing()
	_, err = w.tryPassword("su.qing", otherPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
}

func TestConcurrentSignInsAskTheOldBackEndOnce(t *testing.T) {
	t.Parallel()
	w, old := newMovingWorld(t, suQing())
	outcomes := concurrently(8, func(int) error {
		_, err := w.tryPassword("su.qing", goodPassword, home)
		return err
	})
	wantOutcomes(t, outcomes, map[string]int{"ok": 8})
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
	if old.asked.Load() > 3 { // requests that come after the first answer look the user up again
		t.Errorf("asked %d times", old.asked.Load())
	}
}

func TestUserWithoutPasswordComesInByTheOldOne(t *testing.T) {
	t.Parallel()
	w, old := newMovingWorld(t, suQing())
	w.importOld(suQing())
	signedIn, err := w.tryPassword("su.qing", goodPassword, home)
	must(t, err)
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
	wantEqual(t, "the password is of ours", signedIn.User.HasPassword, true)
	wantEqual(t, "events", w.number(`SELECT COUNT(*) FROM audit_events WHERE kind = 'password_set' AND detail LIKE '%"way":"fallback"%'`), 1)
	_, err = w.tryPassword("su.qing", goodPassword, home)
	must(t, err)
	wantEqual(t, "questions", old.asked.Load(), 1)
}

// A user is known by the id in the old back end alone.
func TestOldBackEndOffersNobodyElsesAccount(t *testing.T) {
	t.Parallel()
	w, _ := newMovingWorld(t, suQing())
	other := w.add("su.qing", func(u *account.AddedUser) { u.Password, u.Email = nil, new("su.qing@example.com") })
	administrator := w.add("root", role(account.RoleSuperAdministrator))
	signedIn, err := w.tryPassword("su.qing", goodPassword, home)
	must(t, err)
	if id := signedIn.User.ID; id == other || id == administrator {
		t.Errorf("signed in as %d, who is somebody else", id)
	}
	wantEqual(t, "the name of the new user", deref(signedIn.User.Username), "")
	wantEqual(t, "events that name what was left out", w.number(`SELECT COUNT(*) FROM audit_events WHERE kind = 'user_created' AND detail LIKE '%"dropped":["email","username"]%'`), 1)
	_, err = w.tryPassword("su.qing", goodPassword, home)
	must(t, err)
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 3)
}

// The old back end's yes lets nobody in who has another password here, is disabled or
// is an administrator.
func TestWhomTheOldBackEndLetsNotIn(t *testing.T) {
	t.Parallel()
	id := func(w *world) int64 { return w.number("SELECT user_id FROM user_aliases WHERE alias = ?", oldID) }
	for name, prepare := range map[string]func(*world, *oldBackEnd){
		"a wrong password": func(_ *world, old *oldBackEnd) { old.passwords = nil },
		"disabled there": func(_ *world, old *oldBackEnd) {
			old.passwords["su.qing "+goodPassword] = suQing(func(u *account.ImportedUser) { u.Disabled = true })
		},
		"disabled here": func(w *world, _ *oldBackEnd) {
			w.importOld(suQing())
			must(w.t, w.CommandLine().DisableUser(w.t.Context(), id(w)))
		},
		"disabled here under another name": func(w *world, _ *oldBackEnd) {
			w.importOld(suQing(func(u *account.ImportedUser) { u.Username = "qing" }))
			must(w.t, w.CommandLine().DisableUser(w.t.Context(), id(w)))
		},
		"an administrator here": func(w *world, _ *oldBackEnd) {
			w.importOld(suQing())
			must(w.t, w.CommandLine().SetRole(w.t.Context(), id(w), account.RoleSuperAdministrator))
		},
		"another password here": func(w *world, _ *oldBackEnd) {
			w.importOld(suQing(func(u *account.ImportedUser) { u.Username = "qing" }))
			_, err := w.CommandLine().ResetPassword(w.t.Context(), id(w), otherPassword)
			must(w.t, err)
		},
		"an answer without an id": func(_ *world, old *oldBackEnd) {
			old.passwords["su.qing "+goodPassword] = suQing(func(u *account.ImportedUser) { u.Alias = "" })
		},
		"an endless id": func(_ *world, old *oldBackEnd) {
			old.passwords["su.qing "+goodPassword] = suQing(func(u *account.ImportedUser) { u.Alias = strings.Repeat("7", 129) })
		},
		"no answer": func(_ *world, old *oldBackEnd) { old.reply = untilDone },
		"a failure": func(_ *world, old *oldBackEnd) {
			old.reply = func(context.Context) error { return errors.New("status 500") }
		},
		"a panic": func(_ *world, old *oldBackEnd) { old.reply = func(context.Context) error { panic("old") } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, old := newMovingWorld(t, suQing())
			prepare(w, old)
			_, err := w.tryPassword("su.qing", goodPassword, home)
			want := apierr.WrongCredentials
			if name == "a panic" {
				want = apierr.Internal
			}
			wantFailure(t, err, want)
			wantEqual(t, "sessions", w.number("SELECT COUNT(*) FROM sessions"), 0)
		})
	}
}

// Who has closed the account does not come back by the old back end.
func TestClosedPeopleAreNotAskedFor(t *testing.T) {
	t.Parallel()
	w, _ := newMovingWorld(t, suQing())
	signedIn, err := w.exchange(oldToken)
	must(t, err)
	w.change("UPDATE users SET closing_at = 1") // within the grace, and without a password
	_, err = w.tryPassword("su.qing", goodPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
	must(t, w.CommandLine().EraseUser(t.Context(), signedIn.User.ID))
	_, err = w.tryPassword("su.qing", goodPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
	w.clock.Advance(366 * 24 * time.Hour) // the token counts again, and its user does not
	_, err = w.exchange(oldToken)
	wantFailure(t, err, apierr.Unauthenticated)
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 0)
}

// The old password of a user who has none here is asked for there, and is that user's own.
func TestOldPasswordIsAskedForThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		there   account.ImportedUser
		text    string
		reply   func(context.Context) error
		failure apierr.Code
	}{
		"right":           {suQing(), goodPassword, nil, ""},
		"wrong":           {suQing(), wrongPassword, nil, apierr.WrongOldPassword},
		"somebody else's": {suQing(func(u *account.ImportedUser) { u.Alias = "8" }), goodPassword, nil, apierr.WrongOldPassword},
		"no answer":       {suQing(), goodPassword, untilDone, apierr.WrongOldPassword},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, old := newMovingWorld(t, suQing())
			signedIn, err := w.exchange(oldToken)
			must(t, err)
			caller := w.authenticated(signedIn.AccessToken)
			old.passwords["su.qing "+goodPassword], old.reply = c.there, c.reply
			err = w.ChangePassword(t.Context(), caller, caller.UserID, otherPassword, &c.text)
			wantFailure(t, err, c.failure)
		})
	}
}

// Guesses are counted before the old back end is asked.
func TestGuessesAtTheOldBackEndAreCounted(t *testing.T) {
	t.Parallel()
	w, old := newMovingWorld(t, suQing())
	outcomes := concurrently(20, func(i int) error {
		_, err := w.tryPassword("su.qing", wrongPassword+string(rune('a'+i)), home)
		return err
	})
	wantOutcomes(t, outcomes, map[string]int{"wrong_credentials": 20})
	wantEqual(t, "questions", old.asked.Load(), 5)
	_, err := w.tryPassword("su.qing", goodPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
	wantEqual(t, "questions of a locked account", old.asked.Load(), 5)
}

// An old back end that is down locks nobody out.
func TestOldBackEndThatIsDownLocksNobodyOut(t *testing.T) {
	t.Parallel()
	w, old := newMovingWorld(t, suQing())
	old.reply = func(context.Context) error { return errors.New("connection refused") }
	for range 20 {
		_, err := w.tryPassword("su.qing", goodPassword, home)
		wantFailure(t, err, apierr.WrongCredentials)
	}
	old.reply = nil
	_, err := w.tryPassword("su.qing", goodPassword, home)
	must(t, err)
}

// A question that waits delays nobody else, from the same client IP either.
func TestOthersDoNotWaitForTheOldBackEnd(t *testing.T) {
	t.Parallel()
	w, old := newMovingWorld(t, suQing())
	w.config.Limits.FallbackTimeout = time.Minute
	w.Service = account.New(w.config)
	w.add("here")
	asked, release := make(chan struct{}), make(chan struct{})
	old.reply = func(context.Context) error {
		close(asked)
		<-release
		return errors.New("status 500")
	}
	refused := make(chan error)
	go func() {
		_, err := w.tryPassword("su.qing", goodPassword, home)
		refused <- err
	}()
	<-asked
	w.enter("here")
	_, err := w.tryPassword("here", wrongPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
	close(release)
	wantFailure(t, <-refused, apierr.WrongCredentials)
}

// Every refusal takes the same time, whether the old back end is asked or not.
func TestRefusalsTakeOneTime(t *testing.T) {
	t.Parallel()
	const fixed = 300 * time.Millisecond
	w, old := newMovingWorld(t, suQing())
	w.config.Limits.FallbackRefusal = fixed
	w.Service = account.New(w.config)
	w.add("here")
	must(t, w.CommandLine().DisableUser(t.Context(), w.add("disabled")))
	old.reply = untilDone // within FallbackTimeout
	for _, name := range []string{"here", "disabled", "nobody", "su.qing", "13900002222", "nobody@example.com", "\x00"} {
		began := time.Now()
		_, err := w.tryPassword(name, wrongPassword, home)
		wantFailure(t, err, apierr.WrongCredentials)
		if took := time.Since(began); took < fixed {
			t.Errorf("%q was refused after %v, want %v", name, took, fixed)
		}
	}
	old.reply = nil
	if _, err := w.exchange("no-such-token"); err == nil {
		t.Error("an unknown token is exchanged")
	}
}

func TestTokenOfTheOldBackEndIsExchangedOnce(t *testing.T) {
	t.Parallel()
	w, _ := newMovingWorld(t, suQing())
	outcomes := concurrently(8, func(int) error { _, err := w.exchange(oldToken); return err })
	wantOutcomes(t, outcomes, map[string]int{"ok": 1, "unauthenticated": 7})
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
	wantEqual(t, "sessions", w.number("SELECT COUNT(*) FROM sessions"), 1)
	_, err := w.exchange("no-such-token")
	wantFailure(t, err, apierr.Unauthenticated)
	w.clock.Advance(360 * 24 * time.Hour)
	_, err = w.store.Purge(t.Context(), store.TimeOf(w.clock.Now()), 0)
	must(t, err)
	_, err = w.exchange(oldToken)
	wantFailure(t, err, apierr.Unauthenticated)
}

// A session by an old token can be refreshed, and proves nothing fresh.
func TestSessionOfAnOldTokenIsNoFreshProof(t *testing.T) {
	t.Parallel()
	w, _ := newMovingWorld(t, suQing())
	signedIn, err := w.exchange(oldToken)
	must(t, err)
	if signedIn.RefreshToken == "" {
		t.Error("there is no refresh token")
	}
	wantFailure(t, w.LinkWeChat(t.Context(), w.authenticated(signedIn.AccessToken), "", "code", home), apierr.FreshProofRequired)
}

func TestTokensThatOpenNoSession(t *testing.T) {
	t.Parallel()
	id := func(w *world) int64 { return w.number("SELECT user_id FROM user_aliases WHERE alias = ?", oldID) }
	for name, c := range map[string]struct {
		prepare func(*world, *oldBackEnd)
		want    apierr.Code
	}{
		"disabled there": {func(_ *world, old *oldBackEnd) {
			old.tokens[oldToken] = suQing(func(u *account.ImportedUser) { u.Disabled = true })
		}, apierr.Unauthenticated},
		"disabled here": {func(w *world, _ *oldBackEnd) { must(w.t, w.CommandLine().DisableUser(w.t.Context(), id(w))) }, apierr.Unauthenticated},
		"an administrator here": {func(w *world, _ *oldBackEnd) {
			must(w.t, w.CommandLine().SetRole(w.t.Context(), id(w), account.RoleAdministrator))
		}, apierr.Unauthenticated},
		"a password that was changed here": {func(w *world, _ *oldBackEnd) {
			_, err := w.CommandLine().ResetPassword(w.t.Context(), id(w), otherPassword)
			must(w.t, err)
		}, apierr.Unauthenticated},
		"no answer": {func(_ *world, old *oldBackEnd) { old.reply = untilDone }, apierr.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, old := newMovingWorld(t, suQing())
			w.importOld(suQing())
			c.prepare(w, old)
			_, err := w.exchange(oldToken)
			wantFailure(t, err, c.want)
			wantEqual(t, "sessions", w.number("SELECT COUNT(*) FROM sessions"), 0)
		})
	}
	w := newWorld(t)
	_, err := w.exchange(oldToken)
	wantFailure(t, err, apierr.Unavailable)
}
