package account_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

// A client cannot pass the users who register by signing in off as an administrator's or an import's.
func TestClientsCannotNameTheServicesSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, source := range []string{"administrator", "Command_Line", "jpress", "mini-program"} {
		mobile := fmt.Sprintf("1390000%04d", 4000+i)
		grant, err := w.SignInByCode(t.Context(), account.CodeSignIn{
			Dialect: "yudao", Mobile: mobile, Code: w.code(account.PurposeSignIn, mobile), Source: source, ClientIP: home,
		})
		must(t, err)
		want := "registration"
		if source == "mini-program" {
			want = source
		}
		wantEqual(t, source, grant.User.CreateSource, want)
	}
}

func TestSignInByCodeRegisters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(account.PurposeSignIn, lisMobile)
	grant, err := w.SignInByCode(t.Context(), account.CodeSignIn{
		Dialect: "yudao", Mobile: lisMobile, Code: code, CompanyType: new(int64(7)), ProductType: new(int64(3)), Source: "poster",
		Device: "tablet-1", ClientIP: home, UserAgent: "agent",
	})
	must(t, err)
	now := w.clock.Now()
	user := grant.User
	if !strings.HasPrefix(*user.Nickname, "用户") || strings.HasSuffix(lisMobile, strings.TrimPrefix(*user.Nickname, "用户")) {
		t.Errorf("nickname %s", *user.Nickname)
	}
	wantEqual(t, "mobile", deref(user.Mobile), lisMobile)
	wantEqual(t, "verified", user.MobileVerified, true)
	wantEqual(t, "source", user.CreateSource, "poster")
	wantEqual(t, "company type", *user.CompanyType, 7)
	wantEqual(t, "GUID's length", len(user.GUID), 36)
	wantEqual(t, "activated", *user.ActivatedAt, store.TimeOf(now))
	wantEqual(t, "last login", *user.LastLoginAt, store.TimeOf(now))
	wantEqual(t, "access expires", grant.AccessExpires, now.Add(time.Hour))
	wantEqual(t, "refresh expires", grant.RefreshExpires, now.Add(30*24*time.Hour))
	if !strings.HasPrefix(grant.AccessToken, "AT-1-") || !strings.HasPrefix(grant.RefreshToken, "RT-") {
		t.Errorf("tokens %q, %q", grant.AccessToken, grant.RefreshToken)
	}
	session := w.onlySession(grant)
	wantEqual(t, "dialect", session.Dialect, "yudao")
	wantEqual(t, "opened by", session.OpenedBy, account.OpenedByCode)
	wantEqual(t, "class", w.text("SELECT exclusive_class FROM sessions"), "3")
	wantEqual(t, "device", *session.DeviceNumber, "tablet-1")
	wantEqual(t, "source", w.text("SELECT source FROM sessions"), "poster")

	again := w.enterByCode(lisMobile)
	wantEqual(t, "the same user", again.User.ID, user.ID)
	wantEqual(t, "company type", *again.User.CompanyType, 2)
}

func TestUnverifiedMobileSignsNobodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	claimant := w.add("zhao", mobile(lisMobile, false))
	owner := w.enterByCode(lisMobile).User.ID
	if owner == claimant {
		t.Error("an unverified mobile signed its claimant in")
	}
}

func TestSignInByCodeRefusesDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li", mobile(lisMobile, true))
	must(t, w.CommandLine().DisableUser(t.Context(), id))
	_, err := w.tryCode(lisMobile, w.code(account.PurposeSignIn, lisMobile))
	got := *wantFailure(t, err, apierr.WrongCode)
	_, err = w.tryCode(lisMobile, "none")
	wantEqual(t, "failure", got, *wantFailure(t, err, apierr.WrongCode))
}

func TestSignInByCodeRefusesFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		in     account.CodeSignIn
		field  string
		reason apierr.Reason
	}{
		{account.CodeSignIn{Mobile: "1"}, "mobile", apierr.BadFormat},
		{account.CodeSignIn{Mobile: lisMobile, Source: strings.Repeat("源", 65)}, "source", apierr.TooLong},
		{account.CodeSignIn{Mobile: lisMobile, Device: strings.Repeat("d", 129)}, "deviceNumber", apierr.TooLong},
		{account.CodeSignIn{Mobile: lisMobile, Device: "\xff"}, "deviceNumber", apierr.NotUTF8},
		{account.CodeSignIn{Mobile: lisMobile, Source: "a\x00"}, "source", apierr.HasNUL},
	} {
		_, err := w.SignInByCode(t.Context(), test.in)
		wantField(t, err, test.field, test.reason)
	}
}

// Of a user and product type one session is live, however many are opened at the same
// time. A code works once, so only what follows the code is repeated here.
func TestConcurrentSignInsLeaveOneLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.enterByCode(lisMobile).User.ID
	grants := make([]account.SignInResult, 50)
	got := concurrently(50, func(i int) (err error) {
		grants[i], err = account.OpenExclusive(t.Context(), w.Service, id, "1")
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 50})
	got = concurrently(50, func(i int) error {
		_, err := w.authenticate(grants[i].AccessToken)
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 1, "session_replaced": 49})
}

func TestAnotherProductIsNotReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	signIn := func(product int64) account.SignInResult {
		grant, err := w.SignInByCode(t.Context(), account.CodeSignIn{
			Mobile: lisMobile, Code: w.code(account.PurposeSignIn, lisMobile), ProductType: &product,
		})
		must(t, err)
		return grant
	}
	first, other, second := signIn(1), signIn(2), signIn(1)
	_, err := w.authenticate(first.AccessToken)
	wantFailure(t, err, apierr.SessionReplaced)
	w.authenticated(other.AccessToken)
	w.authenticated(second.AccessToken)
}
