package account_test

import (
	"fmt"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

func TestChangePasswordEndsAllOtherSessions(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"code", "password", "wechat"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id, all := grants(w)
			caller := w.authenticated(all[way].AccessToken)
			must(t, w.ChangePassword(t.Context(), caller, id, otherPassword, new(goodPassword)))
			for other, grant := range all {
				_, err := w.authenticate(grant.AccessToken)
				if other == way {
					must(t, err)
				} else {
					wantFailure(t, err, apierr.SessionEnded)
				}
			}
			w.wantEnter(lisMobile, home, apierr.WrongCredentials)
		})
	}
}

func TestWhoMayChangeAPassword(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		role    string
		another bool
		old     *string
		want    apierr.Code
	}{
		"oneself":                         {store.RoleMember, false, new(goodPassword), ""},
		"oneself, wrong":                  {store.RoleMember, false, new(wrongPassword), apierr.WrongOldPassword},
		"oneself, missing":                {store.RoleMember, false, nil, apierr.InvalidField},
		"oneself, empty":                  {store.RoleMember, false, new(""), apierr.InvalidField},
		"another":                         {store.RoleMember, true, new(goodPassword), apierr.Forbidden},
		"administrator, missing":          {store.RoleAdministrator, false, nil, apierr.InvalidField},
		"administrator, another":          {store.RoleAdministrator, true, new(goodPassword), apierr.Forbidden},
		"super administrator, missing":    {store.RoleSuperAdministrator, false, nil, ""},
		"super administrator, empty":      {store.RoleSuperAdministrator, false, new(""), ""},
		"super administrator, wrong":      {store.RoleSuperAdministrator, false, new(wrongPassword), apierr.WrongOldPassword},
		"super administrator, another":    {store.RoleSuperAdministrator, true, nil, ""},
		"super administrator, another, x": {store.RoleSuperAdministrator, true, new("x"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			caller := w.caller("caller", test.role)
			target, username := caller.UserID, "caller"
			if test.another {
				target, username = w.add("li"), "li"
			}
			err := w.ChangePassword(t.Context(), caller, target, otherPassword, test.old)
			wantFailure(t, err, test.want)
			if test.want == apierr.InvalidField {
				wantField(t, err, "oldPassowrd", apierr.Required)
			}
			valid := map[bool]string{true: otherPassword, false: goodPassword}[err == nil]
			_, err = w.tryPassword(username, valid, home)
			must(t, err)
		})
	}
}

// Of many concurrent first passwords one is set; the others fail.
func TestOneFirstPasswordIsSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	caller := w.authenticated(grant.AccessToken)
	got := concurrently(20, func(i int) error {
		return w.ChangePassword(t.Context(), caller, grant.User.ID, fmt.Sprint(otherPassword, i), nil)
	})
	wantEqual(t, "set", got["ok"], 1)
	wantEqual(t, "refused", got[string(apierr.WrongOldPassword)]+got[string(apierr.InvalidField)], 19)
	wantEqual(t, "in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'password_set'"), 1)
}

func TestChangePasswordRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	super := w.caller("super", store.RoleSuperAdministrator)
	err := w.ChangePassword(t.Context(), super, super.UserID, "short", nil)
	failed := wantFailure(t, err, apierr.WeakPassword)
	wantEqual(t, "field", failed.Field, "newPassword")
	wantEqual(t, "reason", failed.Reason, apierr.TooShort)
	wantFailure(t, w.ChangePassword(t.Context(), super, 1, otherPassword, nil), apierr.UserNotFound)
}

func TestOldPasswordIsNotGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.caller("li", store.RoleMember)
	change := func(old string) error {
		return w.ChangePassword(t.Context(), li, li.UserID, otherPassword, &old)
	}
	got := concurrently(20, func(int) error { return change(wrongPassword) })
	wantOutcomes(t, got, map[string]int{"wrong_old_password": 20})
	wantFailure(t, change(goodPassword), apierr.WrongOldPassword)
	w.wantEnter("li", home, "") // signing in is another matter
	w.clock.Advance(15 * time.Minute)
	must(t, change(goodPassword))
}

// Of two concurrent changes of the same old password one succeeds.
func TestPasswordIsChangedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.caller("li", store.RoleMember)
	got := concurrently(10, func(int) error {
		return w.ChangePassword(t.Context(), li, li.UserID, otherPassword, new(goodPassword))
	})
	wantEqual(t, "changes", got["ok"], 1)
	wantEqual(t, "refused", got["wrong_old_password"], 9)
}

func TestFirstPassword(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		age      time.Duration
		byWeChat bool
		want     apierr.Code
	}{
		"fresh code":     {10 * time.Minute, false, ""},
		"stale code":     {10*time.Minute + time.Millisecond, false, apierr.FreshProofRequired},
		"only by WeChat": {0, true, apierr.FreshProofRequired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open", Mobile: lisMobile}}
			grant := w.enterByWeChat("a")
			if !test.byWeChat {
				grant = w.enterByCode(lisMobile)
			}
			w.clock.Advance(test.age)
			caller := w.authenticated(grant.AccessToken)
			err := w.ChangePassword(t.Context(), caller, caller.UserID, otherPassword, nil)
			wantFailure(t, err, test.want)
			_, err = w.tryPassword(lisMobile, otherPassword, home)
			wantEqual(t, "the password is set", err == nil, test.want == "")
		})
	}
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("li")
	token := w.enter("li").AccessToken
	made, err := w.CommandLine().ResetPassword(t.Context(), id, "")
	must(t, err)
	_, err = w.authenticate(token)
	wantFailure(t, err, apierr.SessionEnded)
	_, err = w.tryPassword("li", made, home)
	must(t, err)
	_, err = w.CommandLine().ResetPassword(t.Context(), id, "short")
	wantFailure(t, err, apierr.WeakPassword)
	_, err = w.CommandLine().ResetPassword(t.Context(), 1, otherPassword)
	wantFailure(t, err, apierr.UserNotFound)
}
