package account_test

import (
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

func TestWhoMayUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	callers := map[string]account.Caller{
		"member": w.caller("member", store.RoleMember), "another": w.caller("another", store.RoleMember),
		"administrator": w.caller("administrator", store.RoleAdministrator),
		"colleague":     w.caller("colleague", store.RoleAdministrator),
		"super":         w.caller("super", store.RoleSuperAdministrator),
		"chief":         w.caller("chief", store.RoleSuperAdministrator),
	}
	ids := map[string]int64{"nobody": 1}
	for name, caller := range callers {
		ids[name] = caller.UserID
	}
	for _, test := range []struct {
		caller, target string
		want           apierr.Code
	}{
		{"member", "member", ""},
		{"member", "another", apierr.Forbidden},
		{"member", "super", apierr.Forbidden},
		{"member", "nobody", apierr.Forbidden},
		{"administrator", "member", ""},
		{"administrator", "administrator", ""},
		{"administrator", "colleague", apierr.Forbidden},
		{"administrator", "super", apierr.Forbidden},
		{"administrator", "nobody", apierr.UserNotFound},
		{"super", "super", ""},
		{"super", "chief", ""},
		{"super", "administrator", ""},
	} {
		err := w.UpdateUser(t.Context(), callers[test.caller], ids[test.target],
			account.UserUpdate{Profile: account.Profile{Nickname: new("by " + test.caller)}})
		if (err == nil) != (test.want == "") || test.want != "" && !apierr.Is(err, test.want) {
			t.Errorf("%s updates %s: %v, want %q", test.caller, test.target, err, test.want)
		}
		if err == nil {
			row, err := w.store.UserByID(t.Context(), ids[test.target])
			must(t, err)
			wantEqual(t, "nickname", row.Nickname, "by "+test.caller)
			wantEqual(t, "changed by", *row.UpdatedBy, ids[test.caller])
		}
	}
}

// What is not one's own to set is ignored, not refused.
func TestUpdateOfOneselfIsAllowListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.caller("li", store.RoleMember)
	must(t, w.UpdateUser(t.Context(), li, li.UserID, account.UserUpdate{
		Profile:  account.Profile{RealName: new("李"), Birthday: new("1990-01-02 03:04:05"), IDCard: new("x1")},
		Username: new("root"), Identity: new("teacher"), Remark: new("trusted"), Status: new(account.StatusLocked),
	}))
	user, err := w.FindUser(t.Context(), "li")
	must(t, err)
	wantEqual(t, "what is one's own", *user.RealName+*user.Birthday+*user.IDCard, "李1990-01-02 03:04:05x1")
	wantEqual(t, "what is not", *user.Username+user.Identity+user.Remark, "li")
	wantEqual(t, "disabled", user.DisabledAt != nil, false)
	wantEqual(t, "role", user.Role, store.RoleMember)

	must(t, w.UpdateUser(t.Context(), li, li.UserID, account.UserUpdate{
		Profile: account.Profile{RealName: new(""), Birthday: new(""), IDCard: new("")},
	}))
	user, err = w.FindUser(t.Context(), "li")
	must(t, err)
	wantEqual(t, "emptied", deref(user.RealName)+deref(user.IDCard), "")
	wantEqual(t, "birthday", user.Birthday, nil)
}

func TestAdministratorsUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	administrator := w.caller("administrator", store.RoleAdministrator)
	id := w.add("li")
	w.add("taken")
	update := func(c account.UserUpdate) error { return w.UpdateUser(t.Context(), administrator, id, c) }
	must(t, update(account.UserUpdate{Username: new("LiNa"), Identity: new("teacher"), Remark: new("r")}))
	user, err := w.FindUser(t.Context(), "lina")
	must(t, err)
	wantEqual(t, "user", *user.Username+user.Identity+user.Remark, "LiNateacherr")
	wantFailure(t, update(account.UserUpdate{Username: new("TAKEN")}), apierr.UsernameTaken)
	wantField(t, update(account.UserUpdate{Username: new("")}), "username", apierr.TooShort)
	wantField(t, update(account.UserUpdate{Status: new("reg")}), "status", apierr.NotInEnum)
	wantField(t, update(account.UserUpdate{Remark: new("\x00")}), "remark", apierr.HasNUL)
}

func TestLocking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	administrator := w.caller("administrator", store.RoleAdministrator)
	super := w.caller("super", store.RoleSuperAdministrator)
	id := w.add("li")
	token := w.enter("li").AccessToken
	status := func(caller account.Caller, target int64, status string) error {
		return w.UpdateUser(t.Context(), caller, target, account.UserUpdate{Status: &status})
	}
	must(t, status(administrator, id, account.StatusOK)) // nothing to do
	w.authenticated(token)
	must(t, status(administrator, id, account.StatusLocked))
	_, err := w.authenticate(token)
	wantFailure(t, err, apierr.SessionEnded)
	w.wantEnter("li", home, apierr.WrongCredentials)
	must(t, status(administrator, id, account.StatusOK))
	w.wantEnter("li", home, "")

	wantFailure(t, status(administrator, administrator.UserID, account.StatusLocked), apierr.Forbidden)
	wantFailure(t, status(super, super.UserID, account.StatusLocked), apierr.Forbidden)
	wantFailure(t, status(administrator, super.UserID, account.StatusLocked), apierr.Forbidden)
	must(t, status(super, super.UserID, account.StatusOK))
	must(t, status(super, administrator.UserID, account.StatusLocked))
}

func TestChangedContactIsUnverified(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("owner", mobile("13900002222", true), email("owner@example.com", true))
	w.add("li", mobile(lisMobile, true), email("li@example.com", true))
	li := w.authenticated(w.enter("li").AccessToken)
	update := func(f account.Profile) error {
		return w.UpdateUser(t.Context(), li, li.UserID, account.UserUpdate{Profile: f})
	}
	read := func() account.User {
		user, _, err := w.UserDetail(t.Context(), li, home, li.UserID)
		must(t, err)
		return user
	}
	wantFailure(t, update(account.Profile{Email: new("Owner@example.com")}), apierr.EmailTaken)
	must(t, update(account.Profile{Mobile: new(lisMobile), Email: new("LI@example.com")}))
	if user := read(); !user.MobileVerified || !user.EmailVerified || *user.Email != "LI@example.com" {
		t.Error("the same contact in another spelling lost its verification")
	}
	must(t, update(account.Profile{Email: new("new@example.com")}))
	if user := read(); !user.MobileVerified || user.EmailVerified {
		t.Error("a new e-mail is verified, or the mobile is not any more")
	}
	must(t, update(account.Profile{Mobile: new(""), Email: new("")}))
	if user := read(); user.Mobile != nil || user.Email != nil {
		t.Error("contact is not emptied")
	}
	must(t, update(account.Profile{Mobile: new("13900003333")}))
	if user := read(); user.MobileVerified || *user.Mobile != "13900003333" {
		t.Error("a new mobile is verified")
	}
	if other := w.enterByCode(lisMobile).User.ID; other == li.UserID {
		t.Error("the mobile given up still signs in")
	}
}

// Of super administrators who lock each other at once, one stays.
func TestSuperAdministratorsDoNotLockEachOtherOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"root", "root.too"} {
		w.add(name, role(account.RoleSuperAdministrator))
	}
	first, second := w.authenticated(w.enter("root").AccessToken), w.authenticated(w.enter("root.too").AccessToken)
	got := concurrently(2, func(i int) error {
		by, other := first, second.UserID
		if i == 1 {
			by, other = second, first.UserID
		}
		return w.UpdateUser(t.Context(), by, other, account.UserUpdate{Status: new(account.StatusLocked)})
	})
	wantOutcomes(t, got, map[string]int{"ok": 1, "last_super_administrator": 1})
	wantEqual(t, "disabled", w.number("SELECT COUNT(*) FROM users WHERE disabled_at IS NOT NULL"), 1)
}
