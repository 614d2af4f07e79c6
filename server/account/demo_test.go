package account_test

import (
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

const (
	fixtureID     = 7
	fixtureMobile = "13900007777"
	fixtureEmail  = "qiao@example.com"
)

func fixture() account.Fixture {
	return account.Fixture{ID: fixtureID, Source: "play", AddedUser: account.AddedUser{
		NewUser: account.NewUser{
			Username: "qiao.an", Password: new(goodPassword),
			Profile: account.Profile{Nickname: new("乔安"), Mobile: new(fixtureMobile), Email: new(fixtureEmail)},
		},
		Role: store.RoleMember, EmailVerified: true, MobileVerified: true,
	}}
}

func (w *world) put(f account.Fixture) account.User {
	w.t.Helper()
	must(w.t, w.PutUser(w.t.Context(), f))
	user, err := w.FindUser(w.t.Context(), "7")
	must(w.t, err)
	return user
}

func TestPutUserIsThereInFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.put(fixture())
	wantEqual(t, "source", user.CreateSource, "play")
	wantEqual(t, "nickname", deref(user.Nickname), "乔安")
	for _, name := range []string{"qiao.an", fixtureMobile, fixtureEmail} {
		wantEqual(t, name, w.enter(name).User.ID, fixtureID)
	}
	wantEqual(t, "mobile", w.enterByCode(fixtureMobile).User.ID, fixtureID)
}

func TestPutUserAgainChangesNothingThatIsRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.put(fixture())
	token := w.enter("qiao.an").AccessToken
	w.clock.Advance(time.Minute)
	after := w.put(fixture())
	wantEqual(t, "guid", after.GUID, before.GUID)
	wantEqual(t, "creation", after.CreatedAt, before.CreatedAt)
	wantEqual(t, "password change", *after.PasswordChangedAt, *before.PasswordChangedAt)
	wantEqual(t, "last sign-in", *after.LastLoginAt, store.TimeOf(start))
	wantEqual(t, "caller", w.authenticated(token).UserID, fixtureID)
}

func TestPutUserRestoresWhatPeopleChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(fixture())
	owner := w.authenticated(w.enter("qiao.an").AccessToken)
	must(t, w.UpdateUser(t.Context(), owner, fixtureID, account.UserUpdate{Profile: account.Profile{
		Nickname: new("别人"), Signature: new("到此一游"), Mobile: new(lisMobile), Email: new("other@example.com"),
	}}))
	must(t, w.ChangePassword(t.Context(), owner, fixtureID, otherPassword, new(goodPassword)))
	must(t, w.SetRole(t.Context(), fixtureID, store.RoleAdministrator))
	must(t, w.DisableUser(t.Context(), fixtureID))

	user := w.put(fixture())
	wantEqual(t, "nickname", deref(user.Nickname), "乔安")
	wantEqual(t, "signature", deref(user.Signature), "")
	wantEqual(t, "role", user.Role, store.RoleMember)
	wantEqual(t, "e-mail proven", user.EmailVerified, true)
	wantEqual(t, "mobile", w.enterByCode(fixtureMobile).User.ID, fixtureID)
	wantEqual(t, "password", w.enter("qiao.an").User.ID, fixtureID)
	_, err := w.tryPassword("qiao.an", otherPassword, elsewhere)
	wantFailure(t, err, apierr.WrongCredentials)
}

func TestPutUserTakesItsNamesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	squatter := w.add("qiao.an", mobile(fixtureMobile, true), email(fixtureEmail, true))
	w.put(fixture())
	wantEqual(t, "mobile", w.enterByCode(fixtureMobile).User.ID, fixtureID)
	for _, name := range []string{"qiao.an", fixtureEmail} {
		wantEqual(t, name, w.enter(name).User.ID, fixtureID)
	}
	left, _, err := w.UserDetail(t.Context(), account.Caller{UserID: squatter}, squatter)
	must(t, err)
	wantEqual(t, "squatter's mobile", deref(left.Mobile), "")
	wantEqual(t, "squatter can sign in", w.enter(*left.Username).User.ID, squatter)
}

func TestPutUserIsCheckedLikeAnyOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := fixture()
	f.Role = "emperor"
	wantField(t, w.PutUser(t.Context(), f), "role", apierr.NotInEnum)
	f = fixture()
	f.Password = new("password123")
	wantFailure(t, w.PutUser(t.Context(), f), apierr.WeakPassword)
	_, err := w.FindUser(t.Context(), "7")
	wantFailure(t, err, apierr.UserNotFound)
}

func TestPlantedCodeWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantLive(false)
	must(t, w.SetCode(t.Context(), account.PurposeSignIn, lisMobile, "135246", time.Hour))
	w.wantLive(true)
	outcomes := together(20, func(int) error {
		_, err := w.tryCode(lisMobile, "135246")
		return err
	})
	wantOutcomes(t, outcomes, map[string]int{"ok": 1, string(apierr.WrongCode): 19})
	w.wantLive(false)
}

func TestPlantedCodeExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.SetCode(t.Context(), account.PurposeSignIn, lisMobile, "135246", time.Hour))
	w.clock.Advance(time.Hour)
	w.wantLive(false)
	_, err := w.tryCode(lisMobile, "135246")
	wantFailure(t, err, apierr.WrongCode)
}

func TestPlantCodeRefusesWhatIsNoMobile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.SetCode(t.Context(), account.PurposeSignIn, "123", "135246", time.Hour)
	wantField(t, err, "mobile", apierr.BadFormat)
	err = w.SetCode(t.Context(), "tea", lisMobile, "135246", time.Hour)
	wantField(t, err, "purpose", apierr.NotInEnum)
}

func (w *world) wantLive(want bool) {
	w.t.Helper()
	live, err := w.HasActiveCode(w.t.Context(), account.PurposeSignIn, lisMobile)
	must(w.t, err)
	wantEqual(w.t, "live", live, want)
}
