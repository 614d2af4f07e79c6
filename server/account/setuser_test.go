package account_test

import (
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

func (w *world) found(name string) account.User {
	w.t.Helper()
	user, err := w.FindUser(w.t.Context(), name)
	must(w.t, err)
	return user
}

// wantVerified compares which of mobile and e-mail count as verified.
func (w *world) wantVerified(id int64, mobile, email bool) {
	w.t.Helper()
	user := w.found("li")
	wantEqual(w.t, "id", user.ID, id)
	wantEqual(w.t, "mobile verified", user.MobileVerified, mobile)
	wantEqual(w.t, "e-mail verified", user.EmailVerified, email)
}

func TestAnOperatorVouchesForAMobile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li", mobile(lisMobile, false), email("li@example.com", false))
	w.wantEnter(lisMobile, home, apierr.WrongCredentials)
	must(t, w.CommandLine().SetUser(t.Context(), id, account.SetUser{MobileVerified: new(true)}))
	w.wantVerified(id, true, false)
	w.wantEnter(lisMobile, home, "")
	wantEqual(t, "who a code signs in", w.enterByCode(lisMobile).User.ID, id)

	// A new mobile is unverified unless the operator vouches for it too.
	must(t, w.CommandLine().SetUser(t.Context(), id, account.SetUser{Profile: account.Profile{Mobile: new("13900002222")}}))
	w.wantVerified(id, false, false)
	must(t, w.CommandLine().SetUser(t.Context(), id, account.SetUser{
		Profile:  account.Profile{Mobile: new("13900003333"), Email: new("wei@example.com"), RealName: new("李伟")},
		Username: new("li"), MobileVerified: new(true), EmailVerified: new(true),
	}))
	w.wantVerified(id, true, true)
	w.wantEnter("13900003333", home, "")
	w.wantEnter(lisMobile, home, apierr.WrongCredentials)
	must(t, w.CommandLine().SetUser(t.Context(), id, account.SetUser{MobileVerified: new(false), EmailVerified: new(false)}))
	w.wantVerified(id, false, false)
}

func TestAnOperatorLearnsWhyAUserCannotBeSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li", mobile(lisMobile, false))
	w.add("wang", mobile(lisMobile, true), email("wang@example.com", true))
	bare := w.add("zhao")
	for name, c := range map[string]struct {
		id   int64
		set  account.SetUser
		want apierr.Code
	}{
		"a mobile of somebody else":  {id, account.SetUser{MobileVerified: new(true)}, apierr.MobileTaken},
		"an e-mail of somebody else": {id, account.SetUser{Profile: account.Profile{Email: new("Wang@example.com")}}, apierr.EmailTaken},
		"a name of somebody else":    {id, account.SetUser{Username: new("WANG")}, apierr.UsernameTaken},
		"no mobile":                  {bare, account.SetUser{MobileVerified: new(true)}, apierr.InvalidField},
		"no e-mail":                  {bare, account.SetUser{EmailVerified: new(true)}, apierr.InvalidField},
		"no mobile any more":         {id, account.SetUser{Profile: account.Profile{Mobile: new("")}, MobileVerified: new(true)}, apierr.InvalidField},
		"nobody":                     {999, account.SetUser{MobileVerified: new(true)}, apierr.UserNotFound},
	} {
		t.Log(name)
		wantFailure(t, w.CommandLine().SetUser(t.Context(), c.id, c.set), c.want)
	}
	wantEqual(t, "mobile, as it was", *w.found("li").Mobile, lisMobile)
}

// What an update says of the mobile counts from a super administrator alone, and only for
// the mobile that the user has: a form that sends a whole user back proves nothing.
func TestVouchingByUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root, clerk := w.caller("root", store.RoleSuperAdministrator), w.caller("clerk", store.RoleAdministrator)
	id := w.add("li", mobile(lisMobile, false), email("li@example.com", false))
	li := w.authenticated(w.enter("li").AccessToken)
	both := account.UserUpdate{MobileVerified: true, EmailVerified: true}
	for _, caller := range []account.Caller{li, clerk} {
		must(t, w.UpdateUser(t.Context(), caller, id, both))
		w.wantVerified(id, false, false)
	}
	changed := both
	changed.Mobile, changed.Email = new("13900002222"), new("wei@example.com")
	must(t, w.UpdateUser(t.Context(), root, id, changed))
	w.wantVerified(id, false, false)
	must(t, w.UpdateUser(t.Context(), root, id, changed)) // now it is what the user has
	w.wantVerified(id, true, true)

	before := w.lastEvent()
	must(t, w.UpdateUser(t.Context(), root, id, both))
	wantEqual(t, "events of what is so already", len(w.events(before)), 0)
	must(t, w.UpdateUser(t.Context(), root, id, account.UserUpdate{Profile: account.Profile{Mobile: new(lisMobile)}, EmailVerified: true}))
	w.wantVerified(id, false, true)
	w.add("wang", mobile(lisMobile, true))
	wantFailure(t, w.UpdateUser(t.Context(), root, id, account.UserUpdate{MobileVerified: true}), apierr.MobileTaken)
	wantFailure(t, w.UpdateUser(t.Context(), root, w.add("zhao"), account.UserUpdate{MobileVerified: true}), apierr.InvalidField)
}
