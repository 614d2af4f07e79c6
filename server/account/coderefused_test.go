package account_test

import (
	"fmt"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

func (w *world) tryCodeFrom(address, number, code string) error {
	_, err := w.SignInByCode(w.t.Context(), account.CodeSignIn{
		Mobile: number, Code: code, CompanyType: new(int64(2)), ProductType: new(int64(1)), Source: "app", ClientIP: address,
	})
	return err
}

const failedInAudit = "SELECT COUNT(*) FROM audit_events WHERE kind = 'sign_in_failed'"

func TestRefusedCodesAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.CodeRefusedPerIP.Times = 60 })
	code := w.code(account.PurposeSignIn, lisMobile)
	got := concurrently(100, func(i int) error { return w.tryCodeFrom(home, fmt.Sprintf("139%08d", i), "none") })
	wantOutcomes(t, got, map[string]int{"wrong_code": 60, "too_many_requests": 40})
	wantEqual(t, "refusals in the audit", w.number(failedInAudit), 60)
	wantEqual(t, "guesses of the address", w.number("SELECT count FROM rate_counters WHERE key LIKE 'guess-address:%'"), 60)

	failed := wantFailure(t, w.tryCodeFrom(home, lisMobile, code), apierr.TooManyRequests)
	wantEqual(t, "retry after", failed.RetryAfter, 15*time.Minute)
	locked := w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'lockout'")
	w.tryCodeFrom(home, lisMobile, "none")
	wantEqual(t, "lockouts in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'lockout'"), locked)
	must(t, w.tryCodeFrom(elsewhere, lisMobile, code)) // nobody else's matter
	w.clock.Advance(15 * time.Minute)
	must(t, w.tryCodeFrom(home, lisMobile, w.code(account.PurposeSignIn, lisMobile)))
}

func TestRightCodesAreNotLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.CodeRefusedPerIP.Times = 1 })
	for range 3 {
		w.enterByCode(lisMobile)
	}
	wantFailure(t, w.tryCodeFrom(home, lisMobile, "none"), apierr.WrongCode)
	wantFailure(t, w.tryCodeFrom(home, lisMobile, "none"), apierr.TooManyRequests)
}

// A disabled user's right code is refused, and counted, like a wrong one.
func TestCodesOfDisabledUsersAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.CodeRefusedPerIP.Times = 1 })
	id := w.add("li", mobile(lisMobile, true))
	must(t, w.CommandLine().DisableUser(t.Context(), id))
	wantFailure(t, w.tryCodeFrom(home, lisMobile, w.code(account.PurposeSignIn, lisMobile)), apierr.WrongCode)
	wantFailure(t, w.tryCodeFrom(home, lisMobile, w.code(account.PurposeSignIn, lisMobile)), apierr.TooManyRequests)
}

// Whoever sends codes that nobody was given writes as many events as whoever guesses secrets.
func TestRefusedWeChatCodesFillNoAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.WrongSecretPerIP.Times = 3 })
	for _, clientIP := range []string{home, elsewhere} {
		ctx := account.WithRequestInfo(t.Context(), account.RequestInfo{Dialect: "ruoyi", ClientIP: clientIP})
		for range 10 {
			_, err := w.SignInByWeChat(ctx, account.WeChatSignIn{Code: "unknown", ClientIP: clientIP})
			wantFailure(t, err, apierr.WeChatCodeInvalid)
		}
	}
	wantEqual(t, "events", w.number(failedInAudit), 6)
}

func TestRefusedOldTokensFillNoAudit(t *testing.T) {
	t.Parallel()
	w, _ := newMovingWorld(t, suQing())
	for n := range 310 {
		if n == 200 {
			w.clock.Advance(time.Minute)
		}
		_, err := w.exchange("no-such-token")
		wantFailure(t, err, apierr.Unauthenticated)
	}
	wantEqual(t, "events", w.number(failedInAudit), 300)
}
