package account_test

import (
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

// second is another server on the same database, which remembers for itself.
func (w *world) second() *world {
	other := *w
	other.Service = account.New(w.config)
	return &other
}

func TestAnOperatorLiftsALock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li", email("li@example.com", true), mobile(lisMobile, true))
	w.add("wang")
	servers := []*world{w, w.second()}
	w.fail("li", home, 5)
	w.fail("wang", home, 5)
	for _, server := range servers {
		server.wantEnter("li", home, apierr.WrongCredentials)
	}
	before := w.lastEvent()
	deleted, err := w.second().CommandLine().UnlockUser(t.Context(), id) // as the command line does
	must(t, err)
	if deleted < 2 {
		t.Errorf("%d counters deleted", deleted)
	}
	events := w.events(before)
	if len(events) != 1 || events[0].Kind != account.AuditUserUnlocked || *events[0].SubjectID != id {
		t.Errorf("the audit says %v", events)
	}
	for _, server := range servers {
		server.wantEnter("li", home, "")
		server.wantEnter("wang", home, apierr.WrongCredentials) // nobody else's lock is lifted
	}
	_, err = w.CommandLine().UnlockUser(t.Context(), 999)
	wantFailure(t, err, apierr.UserNotFound)
}

func TestUnlockingForgetsWhatTheNamesAndTheMobileHaveCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail("li", home, 5) // before there is a user of that name
	w.fail(lisMobile, home, 5)
	id := w.add("li", mobile(lisMobile, true))
	for range 5 {
		w.code(account.PurposeSignIn, lisMobile)
	}
	request := account.SendCodeRequest{Dialect: "yudao", Purpose: account.PurposeSignIn, Mobile: lisMobile, ClientIP: home}
	_, err := w.SendCode(t.Context(), request)
	wantFailure(t, err, apierr.TooManyRequests)
	_, err = w.CommandLine().UnlockUser(t.Context(), id)
	must(t, err)
	_, err = w.SendCode(t.Context(), request)
	must(t, err)
	w.wantEnter("li", home, "")
	w.wantEnter(lisMobile, home, "")
	wantEqual(t, "counters of texts", w.number("SELECT COUNT(*) FROM rate_counters WHERE key LIKE 'signin:%'"), 0)
}

// A server that has found a client IP full looks again within seconds, and at once where
// its clock is set back.
func TestALockOfAClientIPIsLiftedOnEveryServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.PasswordPerIP.Times, c.Limits.CodeRefusedPerIP.Times = 3, 3 })
	w.add("li")
	full := func(server *world, failures int) {
		t.Helper()
		server.fail("nobody", home, failures) // the last one finds the counter full
		server.wantEnter("li", home, apierr.TooManyRequests)
		wantFailure(t, server.tryCodeFrom(home, lisMobile, "none"), apierr.TooManyRequests)
	}
	other := w.second()
	full(w, 4)
	full(other, 1)
	deleted, err := w.CommandLine().UnlockClientIP(t.Context(), home)
	must(t, err)
	if deleted == 0 {
		t.Error("no counter was deleted")
	}
	w.clock.Advance(5 * time.Second)
	for _, server := range []*world{w, other} {
		server.wantEnter("li", home, "")
		wantFailure(t, server.tryCodeFrom(home, lisMobile, "none"), apierr.WrongCode)
	}

	w.clock.Advance(10 * 365 * 24 * time.Hour) // a wrong clock
	full(w, 4)
	w.clock.Advance(-10 * 365 * 24 * time.Hour)
	w.wantEnter("li", home, "")
}

// Looking again does not let anybody guess more often.
func TestAFullClientIPStaysFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.PasswordPerIP.Times, c.Limits.CodeRefusedPerIP.Times = 3, 300 })
	w.add("li")
	w.fail("nobody", home, 4)
	wantFailure(t, w.tryCodeFrom(home, lisMobile, "none"), apierr.TooManyRequests)
	for range 20 {
		w.clock.Advance(30 * time.Second)
		w.wantEnter("li", home, apierr.TooManyRequests)
		wantFailure(t, w.tryCodeFrom(home, lisMobile, "none"), apierr.TooManyRequests)
	}
	w.clock.Advance(5 * time.Minute)
	w.wantEnter("li", home, "")
}
