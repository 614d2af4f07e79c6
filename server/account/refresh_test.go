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

// refresh refreshes and gives the new access token.
func (w *world) refresh(access, refreshToken string) string {
	w.t.Helper()
	refreshed, err := w.Refresh(w.t.Context(), access, refreshToken)
	must(w.t, err)
	return refreshed.AccessToken
}

func (w *world) wantRefresh(access, refreshToken string, want apierr.Code) {
	w.t.Helper()
	_, err := w.Refresh(w.t.Context(), access, refreshToken)
	wantFailure(w.t, err, want)
}

func TestRefreshRotatesTheAccessToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	w.clock.Advance(50 * time.Minute)
	refreshed, err := w.Refresh(t.Context(), grant.AccessToken, grant.RefreshToken)
	must(t, err)
	wantEqual(t, "expires", refreshed.AccessExpires, w.clock.Now().Add(time.Hour))
	if !strings.HasPrefix(refreshed.AccessToken, "AT-2-") {
		t.Errorf("second generation %s", refreshed.AccessToken)
	}
	w.authenticated(refreshed.AccessToken)
	w.authenticated(grant.AccessToken) // for 10 s more
	w.clock.Advance(10 * time.Second)
	w.authenticated(grant.AccessToken)
	w.clock.Advance(time.Millisecond)
	_, err = w.authenticate(grant.AccessToken)
	wantFailure(t, err, apierr.TokenExpired)
}

func TestRefreshTakesAnExpiredAccessToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	w.clock.Advance(5 * 24 * time.Hour)
	w.authenticated(w.refresh(grant.AccessToken, grant.RefreshToken))
}

func TestLostAnswerIsGivenAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	first, err := w.Refresh(t.Context(), grant.AccessToken, grant.RefreshToken)
	must(t, err)
	w.clock.Advance(10 * time.Second)
	again, err := w.Refresh(t.Context(), grant.AccessToken, grant.RefreshToken)
	must(t, err)
	wantEqual(t, "answer", again, first)
	w.authenticated(again.AccessToken)
}

func TestReuseOfAnOldPairEndsTheSession(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(w *world, grant account.SignInResult) (newest string){
		"the one before, too late": func(w *world, grant account.SignInResult) string {
			newest := w.refresh(grant.AccessToken, grant.RefreshToken)
			w.clock.Advance(time.Hour)
			_, err := w.authenticate(newest) // it has expired, but its client has it
			wantFailure(w.t, err, apierr.TokenExpired)
			w.clock.Advance(10*time.Second + time.Millisecond)
			return newest
		},
		"two before, at once": func(w *world, grant account.SignInResult) string {
			second := w.refresh(grant.AccessToken, grant.RefreshToken)
			return w.refresh(second, grant.RefreshToken)
		},
		"many before": func(w *world, grant account.SignInResult) string {
			newest := grant.AccessToken
			for range 12 {
				newest = w.refresh(newest, grant.RefreshToken)
			}
			return newest
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			grant := w.enterByCode(lisMobile)
			newest := use(w, grant)
			w.wantRefresh(grant.AccessToken, grant.RefreshToken, apierr.RefreshReused)
			_, err := w.authenticate(newest)
			wantFailure(t, err, apierr.RefreshReused)
			w.wantRefresh(newest, grant.RefreshToken, apierr.RefreshReused)
		})
	}
}

func TestParallelRefreshesMakeOneGeneration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	answers := make([]string, 50)
	got := concurrently(50, func(i int) error {
		refreshed, err := w.Refresh(t.Context(), grant.AccessToken, grant.RefreshToken)
		answers[i] = refreshed.AccessToken
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 50})
	for _, answer := range answers {
		wantEqual(t, "answer", answer, answers[0])
	}
	w.authenticated(answers[0])
	wantEqual(t, "generation", w.number("SELECT generation FROM sessions"), 2)
}

// A request that loses the race to rotate responds by the session's new state.
func TestRefreshOfASessionThatEndsMeanwhile(t *testing.T) {
	t.Parallel()
	for moment := 1; moment <= 3; moment++ { // the clock is read three times on the way
		reads := -1
		end := func() {}
		w := newWorld(t, func(c *account.Config) {
			now := c.Now
			c.Now = func() time.Time {
				if reads--; reads == 0 {
					end()
				}
				return now()
			}
		})
		grant := w.enterByCode(lisMobile)
		end = func() {
			_, err := storetest.EndSession(t.Context(), w.store, grant.Session.ID, store.EndedByOwner, 1)
			must(t, err)
		}
		reads = moment
		w.wantRefresh(grant.AccessToken, grant.RefreshToken, apierr.SessionEnded)
	}
}

// Tokens that do not belong together do not end the session.
func TestRefreshRefusesWhatIsNoPair(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant, other := w.enterByCode(lisMobile), w.enterByCode("13900002222")
	second := w.refresh(grant.AccessToken, grant.RefreshToken)
	forged := "AT-1-" + strings.Repeat("x", 32)
	for _, pair := range [][2]string{
		{"", ""}, {second, ""}, {"", grant.RefreshToken}, {second, other.RefreshToken},
		{other.AccessToken, grant.RefreshToken}, {forged, grant.RefreshToken},
		{"AT-2-" + forged[5:], grant.RefreshToken}, {"AT-9-" + forged[5:], grant.RefreshToken},
		{"AT-0-" + forged[5:], grant.RefreshToken}, {grant.RefreshToken, second},
		{second, token.NewRefresh()},
	} {
		w.wantRefresh(pair[0], pair[1], apierr.Unauthenticated)
	}
	w.authenticated(second)
	w.authenticated(other.AccessToken)
}

func TestRefreshOfASessionThatIsOver(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(w *world, grant account.SignInResult)
		want apierr.Code
	}{
		"expired": {func(w *world, _ account.SignInResult) { w.clock.Advance(30 * 24 * time.Hour) }, apierr.TokenExpired},
		"replaced": {func(w *world, _ account.SignInResult) {
			w.enterByCode(lisMobile)
		}, apierr.SessionReplaced},
		"disabled": {func(w *world, grant account.SignInResult) {
			must(w.t, w.CommandLine().DisableUser(w.t.Context(), grant.User.ID))
		}, apierr.SessionEnded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			grant := w.enterByCode(lisMobile)
			test.end(w, grant)
			w.wantRefresh(grant.AccessToken, grant.RefreshToken, test.want)
		})
	}
}

// Access tokens that were put into the database, not derived, rotate as well.
func TestRefreshOfAFixture(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li")
	access := "AT-4-" + strings.Repeat("f", 32)
	refreshToken := "RT-" + strings.Repeat("f", 43)
	now := store.TimeOf(w.clock.Now())
	must(t, storetest.PutSession(t.Context(), w.store, store.Session{
		ID: 5, UserID: id, Dialect: "yudao", OpenedBy: "code", Generation: 1,
		AccessHash: new(store.Digest(token.Hash(access))), RefreshHash: new(store.Digest(token.Hash(refreshToken))),
		PreviousAccessHash: new(store.Digest(token.Hash("AT-3-" + strings.Repeat("f", 32)))), RotatedAt: &now,
		AccessExpiresAt: now + 1000, ExpiresAt: now + 1_000_000_000, CreatedAt: now, LastSeenAt: now,
	}))
	// The answer cannot be given again, so there is a new one.
	second := w.refresh("AT-3-"+strings.Repeat("f", 32), refreshToken)
	w.authenticated(second)
	wantEqual(t, "given again", w.refresh(access, refreshToken), second)
	third := w.refresh(second, refreshToken)
	w.authenticated(third)
}

// The one before is known to be genuine by its hash alone.
func TestReuseOfAFixture(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li")
	access, refreshToken := "AT-4-"+strings.Repeat("f", 32), "RT-"+strings.Repeat("f", 43)
	now := store.TimeOf(w.clock.Now())
	must(t, storetest.PutSession(t.Context(), w.store, store.Session{
		ID: 5, UserID: id, Generation: 1,
		AccessHash: new(store.Digest(token.Hash(access))), RefreshHash: new(store.Digest(token.Hash(refreshToken))),
		AccessExpiresAt: now + 1000, ExpiresAt: now + 1_000_000_000, CreatedAt: now, LastSeenAt: now,
	}))
	w.authenticated(w.refresh(access, refreshToken))
	w.clock.Advance(11 * time.Second)
	w.wantRefresh(access, refreshToken, apierr.RefreshReused)
}

func TestExtend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, all := grants(w)
	w.clock.Advance(40 * time.Minute)
	for way, grant := range all {
		extended, err := w.Extend(t.Context(), w.authenticated(grant.AccessToken), 2)
		must(t, err)
		wantEqual(t, "expires", extended.AccessExpires, w.clock.Now().Add(time.Hour))
		wantEqual(t, "a JWT comes back", extended.Renewed != "", way == "password")
		wantEqual(t, "identities", len(extended.User.WeChat), 1)
	}
	extended := w.number("SELECT COUNT(*) FROM sessions WHERE front_type = 2")
	wantEqual(t, "sessions with front type", extended, 3)
	w.clock.Advance(59 * time.Minute)
	w.authenticated(all["code"].AccessToken)
	w.authenticated(all["wechat"].AccessToken)
	_, err := w.authenticate(all["password"].AccessToken)
	wantFailure(t, err, apierr.TokenExpired)
}

func TestExtendStopsAtTheEndOfTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.SessionLife = 90 * time.Minute })
	grant := w.enterByCode(lisMobile)
	end := w.clock.Now().Add(90 * time.Minute)
	w.clock.Advance(59 * time.Minute)
	extended, err := w.Extend(t.Context(), w.authenticated(grant.AccessToken), 0)
	must(t, err)
	wantEqual(t, "expires", extended.AccessExpires, end)
}

func TestExtendOfASessionThatEndedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	caller := w.authenticated(w.enterByCode(lisMobile).AccessToken)
	w.enterByCode(lisMobile)
	_, err := w.Extend(t.Context(), caller, 0)
	wantFailure(t, err, apierr.SessionReplaced)
}
