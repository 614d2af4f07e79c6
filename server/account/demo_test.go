package account_test

import (
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store/storetest"
)

func seed() account.DemoSeed {
	return account.DemoSeed{
		Organisations: []account.DemoName{{ID: 27, Code: "27", Name: "school"}},
		Roles:         []account.DemoName{{ID: 8, Code: "teacher", Name: "Teacher"}},
		Users: []account.DemoUser{{
			ID: 7, Source: "demo", Memberships: []account.DemoMembership{{"27", "teacher"}},
			AddedUser: account.AddedUser{
				NewUser:        account.NewUser{Username: "demo", Password: new(goodPassword), Profile: account.Profile{Nickname: new("乔安"), Mobile: new(lisMobile)}},
				MobileVerified: true,
			},
		}},
		Applications: []account.DemoApplication{{ID: "1", Name: "app", Organisations: []string{"27"}}},
		Sessions: []account.DemoSession{{
			ID: 1001, UserID: 7, Dialect: "yudao", Device: "pc", AccessToken: "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW",
			Generation: 4, AccessLife: time.Hour, Life: 24 * time.Hour,
		}},
		Codes: []account.DemoCode{{Purpose: account.PurposeSignIn, Mobile: lisMobile, Code: "246135", Life: time.Hour}},
	}
}

func TestResetDemoPutsTheSeedBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := storetest.PutMetadataIfAbsent(t.Context(), w.store, account.DemoMetadata, "yes")
	must(t, err)
	for range 2 {
		visitor := w.caller("visitor", account.RoleMember)
		must(t, w.ResetDemo(t.Context(), seed()))
		_, err := w.FindUser(t.Context(), "visitor")
		wantFailure(t, err, apierr.UserNotFound)
		wantFailure(t, w.SignOut(t.Context(), visitor), "") // it has ended before
		caller, err := w.Authenticate(t.Context(), seed().Sessions[0].AccessToken, account.CallingApplication{ID: "1"})
		must(t, err)
		wantEqual(t, "caller", caller.UserID, 7)
		info, err := w.UserInfo(t.Context(), caller, home, "7")
		must(t, err)
		wantEqual(t, "role", info.Memberships[0].Roles[0].Code, "teacher")
		wantEqual(t, "password", w.enter("demo").User.ID, 7)
		grant, err := w.tryCode(lisMobile, "246135")
		must(t, err)
		wantEqual(t, "code", grant.User.ID, 7)
		must(t, w.CommandLine().DisableUser(t.Context(), 7))
		must(t, w.SignOut(t.Context(), caller))
	}
}

func TestResetDemoRefusesAnotherDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li")
	wantFailure(t, w.ResetDemo(t.Context(), seed()), apierr.Forbidden)
	wantEqual(t, "user", w.enter("li").User.GUID != "", true)
}

func TestSetCodeWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.SetCode(t.Context(), account.PurposeSignIn, lisMobile, "135246", time.Hour))
	outcomes := concurrently(20, func(int) error {
		_, err := w.tryCode(lisMobile, "135246")
		return err
	})
	wantOutcomes(t, outcomes, map[string]int{"ok": 1, string(apierr.WrongCode): 19})
}

func TestSetCodeExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.SetCode(t.Context(), account.PurposeSignIn, lisMobile, "135246", time.Hour))
	w.clock.Advance(time.Hour)
	_, err := w.tryCode(lisMobile, "135246")
	wantFailure(t, err, apierr.WrongCode)
}

func TestSetCodeRefusesAWrongMobileOrPurpose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.SetCode(t.Context(), account.PurposeSignIn, "123", "135246", time.Hour)
	wantField(t, err, "mobile", apierr.BadFormat)
	err = w.SetCode(t.Context(), "tea", lisMobile, "135246", time.Hour)
	wantField(t, err, "purpose", apierr.NotInEnum)
}
