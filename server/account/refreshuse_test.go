package account_test

import (
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
	"quartet/store/storetest"
)

// However long a client was away, an answer that it has not got is given again.
func TestLostAnswerIsGivenUntilItsTokenIsUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	first, err := w.Refresh(t.Context(), grant.AccessToken, grant.RefreshToken)
	must(t, err)
	w.clock.Advance(30 * time.Minute)
	again, err := w.Refresh(t.Context(), grant.AccessToken, grant.RefreshToken)
	must(t, err)
	wantEqual(t, "after half an hour", again, first)
	w.clock.Advance(20 * 24 * time.Hour)
	late, err := w.Refresh(t.Context(), grant.AccessToken, grant.RefreshToken)
	must(t, err)
	wantEqual(t, "after days", late, account.Refreshed{AccessToken: first.AccessToken, AccessExpires: w.clock.Now().Add(time.Hour)})
	w.clock.Advance(time.Hour - time.Millisecond)
	w.authenticated(first.AccessToken)
	wantEqual(t, "generation", w.number("SELECT generation FROM sessions"), 2)
}

// The time of an answer that is given again ends with the session.
func TestRepeatedAnswerEndsWithTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	end := w.clock.Now().Add(30 * 24 * time.Hour)
	w.refresh(grant.AccessToken, grant.RefreshToken)
	w.clock.Advance(30*24*time.Hour - time.Minute)
	late, err := w.Refresh(t.Context(), grant.AccessToken, grant.RefreshToken)
	must(t, err)
	wantEqual(t, "expires", late.AccessExpires, end)
	w.clock.Advance(time.Minute)
	w.wantRefresh(grant.AccessToken, grant.RefreshToken, apierr.TokenExpired)
}

// A phone that wakes up refreshes in several places at once, and one of them uses the
// answer before the others have asked.
func TestRefreshesBesideTheFirstUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	newest := w.refresh(grant.AccessToken, grant.RefreshToken)
	w.clock.Advance(8 * time.Hour)
	wantEqual(t, "first", w.refresh(grant.AccessToken, grant.RefreshToken), newest)
	w.authenticated(newest)
	w.clock.Advance(10 * time.Second)
	w.authenticated(newest) // the first use counts
	wantEqual(t, "second", w.refresh(grant.AccessToken, grant.RefreshToken), newest)
	w.clock.Advance(time.Millisecond)
	w.wantRefresh(grant.AccessToken, grant.RefreshToken, apierr.RefreshReused)
}

// A use that comes between the reading of the session and the answer is seen.
func TestUseDuringARepetition(t *testing.T) {
	t.Parallel()
	reads, use := -1, func() {}
	w := newWorld(t, func(c *account.Config) {
		now := c.Now
		c.Now = func() time.Time {
			if reads--; reads == 0 {
				use()
			}
			return now()
		}
	})
	grant := w.enterByCode(lisMobile)
	newest := w.refresh(grant.AccessToken, grant.RefreshToken)
	w.clock.Advance(time.Hour)
	use = func() {
		must(t, storetest.UseAccess(t.Context(), w.store, grant.Session.ID, store.Digest(token.Hash(newest)), store.TimeOf(w.clock.Now().Add(-time.Minute))))
	}
	reads = 1 // the session has been read
	w.wantRefresh(grant.AccessToken, grant.RefreshToken, apierr.RefreshReused)
}

// An application that asks about a token has got it from its client.
func TestIntrospectionIsAUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	newest := w.refresh(grant.AccessToken, grant.RefreshToken)
	w.clock.Advance(11 * time.Second)
	_, _, err := w.Introspect(t.Context(), app, newest)
	must(t, err)
	w.clock.Advance(11 * time.Second)
	w.wantRefresh(grant.AccessToken, grant.RefreshToken, apierr.RefreshReused)
}

// Nothing is answered by a token whose first use could not be stored.
func TestFirstUseIsStoredOrNotAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	newest := w.refresh(grant.AccessToken, grant.RefreshToken)
	w.change("CREATE TRIGGER refuse BEFORE UPDATE OF access_used_at ON sessions BEGIN SELECT RAISE(ABORT, 'no'); END")
	_, err := w.authenticate(newest)
	wantFailure(t, err, apierr.Internal)
	w.authenticated(grant.AccessToken) // of the first generation: nothing to store
	w.change("DROP TRIGGER refuse")
	w.authenticated(newest)
	w.change("CREATE TRIGGER refuse BEFORE UPDATE OF access_used_at ON sessions BEGIN SELECT RAISE(ABORT, 'no'); END")
	w.authenticated(newest) // stored once
}
