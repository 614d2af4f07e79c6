package account_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

// manyRefusals raises the other limit, so that only the code's limits apply.
func manyRefusals(c *account.Config) { c.Limits.CodeRefusedPerIP.Times = 1000 }

func TestCodeIsConsumedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, manyRefusals)
	code := w.code(account.PurposeSignIn, lisMobile)
	got := concurrently(100, func(int) error {
		_, err := w.tryCode(lisMobile, code)
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 1, "wrong_code": 99})
	wantEqual(t, "sessions", w.number("SELECT COUNT(*) FROM sessions"), 1)
}

func TestWrongGuessesBurnTheCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, manyRefusals, func(c *account.Config) { c.NewCode = func(string) string { return "246810" } })
	code := w.code(account.PurposeSignIn, lisMobile)
	got := concurrently(100, func(i int) error {
		_, err := w.tryCode(lisMobile, fmt.Sprintf("%06d", i))
		return err
	})
	wantOutcomes(t, got, map[string]int{"wrong_code": 100})
	wantEqual(t, "guesses compared", w.number("SELECT attempts FROM one_time_codes"), 5)
	_, err := w.tryCode(lisMobile, code)
	wantFailure(t, err, apierr.WrongCode)
}

func TestFourWrongGuessesLeaveTheCodeGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(account.PurposeSignIn, lisMobile)
	for range 4 {
		_, err := w.tryCode(lisMobile, "none")
		wantFailure(t, err, apierr.WrongCode)
	}
	_, err := w.tryCode(lisMobile, code)
	must(t, err)
}

func TestCodeLapses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		age  time.Duration
		want apierr.Code
	}{{5*time.Minute - time.Millisecond, ""}, {5 * time.Minute, apierr.WrongCode}} {
		w := newWorld(t)
		code := w.code(account.PurposeSignIn, lisMobile)
		w.clock.Advance(test.age)
		_, err := w.tryCode(lisMobile, code)
		wantFailure(t, err, test.want)
	}
}

func TestCodeIsBoundToPurposeAndMobile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) {
		c.NewCode = func(mobile string) string { return mobile[5:] }
	})
	caller := w.caller("li", "member")
	signIn := w.code(account.PurposeSignIn, lisMobile)
	wantFailure(t, w.VerifyMobile(t.Context(), caller, lisMobile, signIn, account.Proof{}), apierr.WrongCode)
	w.code(account.PurposeSignIn, "13900002222")
	_, err := w.tryCode("13900002222", signIn)
	wantFailure(t, err, apierr.WrongCode)
}

func TestNewCodeReplacesTheOld(t *testing.T) {
	t.Parallel()
	codes := []string{"111111", "222222"}
	w := newWorld(t, func(c *account.Config) {
		c.NewCode = func(string) string { next := codes[0]; codes = codes[1:]; return next }
	})
	w.code(account.PurposeSignIn, lisMobile)
	w.code(account.PurposeSignIn, lisMobile)
	_, err := w.tryCode(lisMobile, "111111")
	wantFailure(t, err, apierr.WrongCode)
	_, err = w.tryCode(lisMobile, "222222")
	must(t, err)
}

func TestFailedSendLeavesNoValidCode(t *testing.T) {
	t.Parallel()
	tooMany := &apierr.Error{Code: apierr.TooManyRequests, RetryAfter: time.Hour}
	for name, test := range map[string]struct {
		reply func(context.Context) error
		want  apierr.Code
	}{
		"named":   {func(context.Context) error { return tooMany }, apierr.TooManyRequests},
		"mobile":  {func(context.Context) error { return apierr.Field("mobile", apierr.BadFormat) }, apierr.InvalidField},
		"unnamed": {func(context.Context) error { return errors.New("connection refused") }, apierr.SMSUnavailable},
		"slow":    {untilDone, apierr.SMSUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *account.Config) { c.Limits.ProviderTimeout = 50 * time.Millisecond })
			earlier := w.code(account.PurposeSignIn, lisMobile)
			w.clock.Advance(time.Minute)
			w.sms.reply = test.reply
			_, err := w.SendCode(t.Context(), account.SendCodeRequest{
				Purpose: account.PurposeSignIn, Mobile: lisMobile, ClientIP: home,
			})
			wantFailure(t, err, test.want)
			for _, code := range []string{earlier, w.sms.last()} {
				_, err := w.tryCode(lisMobile, code)
				wantFailure(t, err, apierr.WrongCode)
			}
		})
	}
}

func TestCodeIsGoodThoughTheCallerLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, leave := context.WithCancel(t.Context())
	w.sms.reply = func(context.Context) error { leave(); return nil }
	_, err := w.SendCode(ctx, account.SendCodeRequest{Purpose: account.PurposeSignIn, Mobile: lisMobile})
	must(t, err)
	_, err = w.tryCode(lisMobile, w.sms.last())
	must(t, err)
}

func TestSendingIsLimited(t *testing.T) {
	t.Parallel()
	mobileOf := func(i int) string { return fmt.Sprintf("139%08d", i) }
	addressOf := func(i int) string { return fmt.Sprintf("198.51.%d.1", i) }
	for name, test := range map[string]struct {
		adjust  func(*account.Limits)
		apart   time.Duration
		mobile  func(int) string
		address func(int) string
		allowed int
		wait    time.Duration
	}{
		"60 s between two": {
			apart: 20 * time.Second, mobile: func(int) string { return lisMobile }, address: addressOf,
			allowed: 1, wait: 40 * time.Second,
		},
		"5 an hour a mobile": {
			apart: time.Minute, mobile: func(int) string { return lisMobile }, address: addressOf,
			allowed: 5, wait: 55 * time.Minute,
		},
		"10 a day a mobile": {
			apart: 12 * time.Minute, mobile: func(int) string { return lisMobile }, address: addressOf,
			allowed: 10, wait: 22 * time.Hour,
		},
		"20 an hour an address": {
			apart: time.Minute, mobile: mobileOf, address: func(int) string { return home },
			allowed: 20, wait: 40 * time.Minute,
		},
		"20 an hour an IPv6 subscriber": {
			apart: time.Minute, mobile: mobileOf,
			address: func(i int) string { return fmt.Sprintf("2001:db8:1:2::%x", i) },
			allowed: 20, wait: 40 * time.Minute,
		},
		"altogether": {
			adjust: func(l *account.Limits) { l.CodeGlobal.Times = 3 },
			apart:  time.Second, mobile: mobileOf, address: addressOf,
			allowed: 3, wait: 57 * time.Second,
		},
		"100 an hour an IPv6 site": {
			apart: 30 * time.Second, mobile: mobileOf,
			address: func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i) },
			allowed: 100, wait: 10 * time.Minute,
		},
		"a tenth for a network": {
			adjust: func(l *account.Limits) { l.CodeGlobal.Times = 30 },
			apart:  time.Second, mobile: mobileOf, address: func(i int) string { return fmt.Sprintf("198.51.100.%d", i) },
			allowed: 3, wait: 57 * time.Second,
		},
		"a budget a day": {
			adjust: func(l *account.Limits) { l.CodeBudget.Times = 3 },
			apart:  time.Hour, mobile: mobileOf, address: addressOf,
			allowed: 3, wait: 21 * time.Hour,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *account.Config) {
				if test.adjust != nil {
					test.adjust(&c.Limits)
				}
			})
			for i := range test.allowed + 1 {
				_, err := w.SendCode(t.Context(), account.SendCodeRequest{
					Purpose: []string{account.PurposeSignIn, account.PurposeVerifyMobile}[i%2],
					Mobile:  test.mobile(i), ClientIP: test.address(i),
				})
				if i < test.allowed {
					must(t, err)
				} else {
					failed := wantFailure(t, err, apierr.TooManyRequests)
					wantEqual(t, "retry after", failed.RetryAfter, test.wait)
				}
				w.clock.Advance(test.apart)
			}
			wantEqual(t, "messages", len(w.sms.codes), test.allowed)
		})
	}
}

func TestSendingAnswersAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li", mobile(lisMobile, true))
	send := func(number string) account.CodeSent {
		sent, err := w.SendCode(t.Context(), account.SendCodeRequest{Purpose: account.PurposeSignIn, Mobile: number})
		must(t, err)
		return sent
	}
	known, unknown := send(lisMobile), send("13900002222")
	wantEqual(t, "answer", known, unknown)
	wantEqual(t, "answer", known, account.CodeSent{Expires: start.Add(5 * time.Minute), ResendAfter: time.Minute})
	wantEqual(t, "messages", len(w.sms.codes), 2)
}

func TestTheProviderGetsThePurpose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(account.PurposeVerifyMobile, lisMobile)
	wantEqual(t, "message", w.sms.sent[0], account.CodeMessage{Mobile: lisMobile, Code: code, Purpose: account.PurposeVerifyMobile})
}

// An exhausted limit of the vendor is logged once, without the mobile and the code.
func TestAServiceThatTakesNoMoreIsLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := newWorld(t, func(c *account.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	})
	w.sms.reply = func(context.Context) error {
		return apierr.Wrap(apierr.TooManyRequests, errors.New("the day's share is used up"))
	}
	_, err := w.SendCode(t.Context(), account.SendCodeRequest{Purpose: account.PurposeSignIn, Mobile: lisMobile, ClientIP: home})
	wantFailure(t, err, apierr.TooManyRequests)
	line := log.String()
	wantEqual(t, "lines", strings.Count(line, "\n"), 1)
	if !strings.Contains(line, "the day's share is used up") || strings.Contains(line, lisMobile) || strings.Contains(line, w.sms.last()) {
		t.Errorf("logged %s", line)
	}
	// Our own limit is not logged.
	_, err = w.SendCode(t.Context(), account.SendCodeRequest{Purpose: account.PurposeSignIn, Mobile: lisMobile, ClientIP: home})
	wantFailure(t, err, apierr.TooManyRequests)
	wantEqual(t, "lines", strings.Count(log.String(), "\n"), 1)
}

func TestCodesAreSixDigits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[string]bool{}
	for i := range 20 {
		code := w.code(account.PurposeSignIn, fmt.Sprintf("139%08d", i))
		if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(code) {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
	}
	if len(seen) < 15 {
		t.Errorf("only %d different codes of 20", len(seen))
	}
}

func TestSendCodeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.SendCode(t.Context(), account.SendCodeRequest{Purpose: "other", Mobile: lisMobile})
	wantField(t, err, "purpose", apierr.NotInEnum)
	for _, number := range []string{"", "1390000111", "139000011112", "12900001111", "+8613900001111", "1390000111a"} {
		_, err := w.SendCode(t.Context(), account.SendCodeRequest{Purpose: account.PurposeSignIn, Mobile: number})
		wantField(t, err, "mobile", apierr.BadFormat)
	}
	wantEqual(t, "messages", len(w.sms.codes), 0)
}

func TestVerifyMobile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.caller("li", "member")
	must(t, w.VerifyMobile(t.Context(), li, lisMobile, w.code(account.PurposeVerifyMobile, lisMobile), account.Proof{}))
	grant := w.enterByCode(lisMobile)
	wantEqual(t, "the mobile's owner", grant.User.ID, li.UserID)
	wantEqual(t, "mobile", deref(grant.User.Mobile), lisMobile)

	wang := w.caller("wang", "member")
	err := w.VerifyMobile(t.Context(), wang, lisMobile, w.code(account.PurposeVerifyMobile, lisMobile), account.Proof{})
	wantFailure(t, err, apierr.MobileTaken)
	wantField(t, w.VerifyMobile(t.Context(), wang, "1", "123456", account.Proof{}), "mobile", apierr.BadFormat)
}
