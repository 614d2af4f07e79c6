package account_test

import (
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
	"quartet/store/storetest"
)

func (w *world) check(accessToken, device string) (account.DeviceStatus, error) {
	caller, err := w.authenticate(accessToken)
	return w.CheckDevice(w.t.Context(), caller, err, device)
}

func TestCheckDevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.enterByCode(lisMobile)
	firstTime := w.clock.Now()
	for _, test := range []struct {
		device string
		want   account.DeviceStatus
	}{
		{"desk", account.DeviceStatus{LoggedIn: true, LastLoginTime: firstTime}},
		{"desk", account.DeviceStatus{LoggedIn: true, LastLoginTime: firstTime}},
		{"sofa", account.DeviceStatus{LastLoginTime: firstTime}},
	} {
		got, err := w.check(first.AccessToken, test.device)
		must(t, err)
		wantEqual(t, test.device, got, test.want)
	}

	w.enterByCode(lisMobile)
	secondTime := w.clock.Now()
	w.clock.Advance(3 * time.Hour) // longer than any access token lives
	got, err := w.check(first.AccessToken, "desk")
	must(t, err)
	wantEqual(t, "replaced", got, account.DeviceStatus{LastLoginTime: secondTime})
}

func TestCheckDeviceOfABoundSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant, err := w.SignInByCode(t.Context(), account.CodeSignIn{
		Mobile: lisMobile, Code: w.code(account.PurposeSignIn, lisMobile), Device: "desk",
	})
	must(t, err)
	got, err := w.check(grant.AccessToken, "sofa")
	must(t, err)
	wantEqual(t, "another device", got.LoggedIn, false)
}

// Without a successor, the end of the session is the time.
func TestCheckDeviceWithoutSuccessor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	w.clock.Advance(time.Minute)
	_, err := storetest.EndSession(t.Context(), w.store, grant.Session.ID, store.EndedByReplacement, store.TimeOf(w.clock.Now()))
	must(t, err)
	got, err := w.check(grant.AccessToken, "desk")
	must(t, err)
	wantEqual(t, "status", got, account.DeviceStatus{LastLoginTime: w.clock.Now()})
}

func TestCheckDeviceRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.check("nonsense", "desk")
	wantFailure(t, err, apierr.Unauthenticated)
	grant := w.enterByCode(lisMobile)
	_, err = w.check(grant.AccessToken, "")
	wantField(t, err, "deviceNumber", apierr.Required)
	_, err = w.check(grant.AccessToken, strings.Repeat("d", 129))
	wantField(t, err, "deviceNumber", apierr.TooLong)
	must(t, w.SignOut(t.Context(), w.authenticated(grant.AccessToken)))
	_, err = w.check(grant.AccessToken, "desk")
	wantFailure(t, err, apierr.SessionEnded)
}

func TestSessionsAreOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, all := grants(w)
	stranger := w.caller("wang", "super_administrator")
	li := w.authenticated(all["code"].AccessToken)
	listed, err := w.Sessions(t.Context(), li)
	must(t, err)
	wantEqual(t, "sessions", len(listed), 3)
	wantEqual(t, "newest first", listed[0].ID, all["code"].Session.ID)

	jwt := all["password"].Session.ID
	wantFailure(t, w.EndSession(t.Context(), stranger, jwt), apierr.SessionNotFound)
	wantFailure(t, w.EndSession(t.Context(), li, 12345), apierr.SessionNotFound)
	must(t, w.EndSession(t.Context(), li, jwt))
	wantFailure(t, w.EndSession(t.Context(), li, jwt), apierr.SessionNotFound)
	_, err = w.authenticate(all["password"].AccessToken)
	wantFailure(t, err, apierr.SessionEnded)

	must(t, w.SignOut(t.Context(), li))
	must(t, w.SignOut(t.Context(), li))
	_, err = w.authenticate(all["code"].AccessToken)
	wantFailure(t, err, apierr.SessionEnded)
}

// A session that no token opens any more is not listed as live.
func TestLapsedSessionsAreNotListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, all := grants(w)
	li := w.authenticated(all["code"].AccessToken)
	w.clock.Advance(2 * time.Hour)
	listed, err := w.Sessions(t.Context(), li)
	must(t, err)
	if len(listed) != 1 || listed[0].ID != all["code"].Session.ID {
		t.Errorf("listed %d", len(listed))
	}
}
