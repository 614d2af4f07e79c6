package account_test

import (
	"slices"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

const thiefsMobile = "13900006666"

// waysIn are the operations that change how a user signs in, or end the account, as a
// thief would ask for them: with the token alone.
var waysIn = map[string]struct {
	role string // of the victim
	try  func(w *world, thief account.Caller) error
	want apierr.Code // FreshProofRequired if ""
}{
	"mobile": {try: func(w *world, thief account.Caller) error {
		return w.VerifyMobile(w.t.Context(), thief, thiefsMobile, w.code(account.PurposeVerifyMobile, thiefsMobile), account.Proof{})
	}},
	"stated mobile":   {try: updates(account.Profile{Nickname: new("taken"), Mobile: new(thiefsMobile)})},
	"no mobile":       {try: updates(account.Profile{Nickname: new("taken"), Mobile: new("")})},
	"e-mail":          {try: updates(account.Profile{Nickname: new("taken"), Email: new("thief@example.com")})},
	"no e-mail":       {try: updates(account.Profile{Nickname: new("taken"), Email: new("")})},
	"a taken e-mail":  {try: updates(account.Profile{Nickname: new("taken"), Email: new("owner@example.com")})},
	"administrator's": {role: account.RoleAdministrator, try: updates(account.Profile{Email: new("thief@example.com")})},
	"super administrator's own password": {role: account.RoleSuperAdministrator, try: func(w *world, thief account.Caller) error {
		return w.ChangePassword(w.t.Context(), thief, thief.UserID, otherPassword, nil)
	}},
	"super administrator's own password by the admin API": {role: account.RoleSuperAdministrator, try: operates(func(w *world, o account.Operator) error {
		_, err := o.ResetPassword(w.t.Context(), o.Caller().UserID, otherPassword)
		return err
	})},
	"super administrator's own mobile by the admin API": {role: account.RoleSuperAdministrator, try: operates(func(w *world, o account.Operator) error {
		return o.SetUser(w.t.Context(), o.Caller().UserID, account.SetUser{Profile: account.Profile{Mobile: new(thiefsMobile)}, MobileVerified: new(true)})
	})},
	"super administrator's own merge by the admin API": {role: account.RoleSuperAdministrator, try: operates(func(w *world, o account.Operator) error {
		return o.MergeUsers(w.t.Context(), w.add("thief"), o.Caller().UserID)
	})},
	"super administrator's own end by the admin API": {role: account.RoleSuperAdministrator, try: operates(func(w *world, o account.Operator) error {
		return o.EraseUser(w.t.Context(), o.Caller().UserID)
	})},
	"password, without the old one": {try: func(w *world, thief account.Caller) error {
		return w.ChangePassword(w.t.Context(), thief, thief.UserID, otherPassword, nil)
	}, want: apierr.InvalidField},
	"WeChat": {try: func(w *world, thief account.Caller) error {
		return w.LinkWeChat(w.t.Context(), thief, "", "thief", elsewhere)
	}},
	"merge into it": {try: func(w *world, thief account.Caller) error {
		w.add("thief")
		_, err := w.MergeIntoCaller(w.t.Context(), thief, account.Merge{OtherToken: w.enter("thief").AccessToken})
		return err
	}},
	"close": {try: func(w *world, thief account.Caller) error {
		_, err := w.CloseAccount(w.t.Context(), thief, account.Proof{})
		return err
	}},
}

// authority are the operations by which a thief of an operator's token would get authority
// that outlives it.
var authority = map[string]struct {
	role string // of the victim
	try  func(w *world, o account.Operator) error
}{
	"an operator's password by operation 11": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		return w.ChangePassword(w.t.Context(), o.Caller(), w.add("he.yun", role(account.RoleAdministrator)), otherPassword, nil)
	}},
	"an operator's e-mail by operation 10": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		return w.UpdateUser(w.t.Context(), o.Caller(), w.add("he.yun", role(account.RoleAdministrator)),
			account.UserUpdate{Profile: account.Profile{Email: new("thief@example.com")}})
	}},
	"an operator's password": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		_, err := o.ResetPassword(w.t.Context(), w.add("he.yun", role(account.RoleAdministrator)), otherPassword)
		return err
	}},
	"the password of who administers an organisation": {account.RoleAdministrator, func(w *world, o account.Operator) error {
		_, err := o.ResetPassword(w.t.Context(), w.principal("head"), otherPassword)
		return err
	}},
	"an operator's mobile": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		return o.SetUser(w.t.Context(), w.add("he.yun", role(account.RoleAdministrator)),
			account.SetUser{Profile: account.Profile{Mobile: new(thiefsMobile)}, MobileVerified: new(true)})
	}},
	"a merge into an operator": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		return o.MergeUsers(w.t.Context(), w.add("thief"), w.add("he.yun", role(account.RoleAdministrator)))
	}},
	"a merge of who administers an organisation": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		return o.MergeUsers(w.t.Context(), w.principal("head"), w.add("thief"))
	}},
	"an operator's end": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		return o.EraseUser(w.t.Context(), w.add("he.yun", role(account.RoleAdministrator)))
	}},
	"a role": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		return o.SetRole(w.t.Context(), w.add("thief"), account.RoleSuperAdministrator)
	}},
	"a new operator": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		_, err := o.AddUser(w.t.Context(), account.AddedUser{NewUser: account.NewUser{Username: "thief"}, Role: account.RoleAdministrator})
		return err
	}},
	"a role in an organisation": {account.RoleAdministrator, func(w *world, o account.Operator) error {
		w.principal("head")
		_, err := o.SetMembership(w.t.Context(), w.add("thief"), "north", []string{"principal"})
		return err
	}},
	"a role that administers from now on": {account.RoleAdministrator, func(w *world, o account.Operator) error {
		_, err := w.CommandLine().AddRole(w.t.Context(), "pupil", "学生", false)
		must(w.t, err)
		_, err = o.ChangeRole(w.t.Context(), "pupil", account.RoleChange{Administers: new(true)})
		return err
	}},
	"an application's secret": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		w.partner()
		_, err := o.AddApplicationSecret(w.t.Context(), "partner")
		return err
	}},
	"an application's rights": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		w.partner()
		_, err := o.ChangeApplication(w.t.Context(), "partner", account.ApplicationChange{Rights: &[]string{account.RightUsersWrite}})
		return err
	}},
	"a webhook": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		_, err := o.AddWebhook(w.t.Context(), account.NewWebhook{URL: "https://thief.example.com/"})
		return err
	}},
	"a webhook's address": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		_, err := o.ChangeWebhook(w.t.Context(), w.hook(), account.WebhookChange{URL: new("https://thief.example.com/")})
		return err
	}},
	"a webhook's secret": {account.RoleSuperAdministrator, func(w *world, o account.Operator) error {
		_, err := o.RotateWebhookSecret(w.t.Context(), w.hook())
		return err
	}},
}

// principal adds a member who administers the organisation north.
func (w *world) principal(username string) int64 {
	w.t.Helper()
	command, id := w.CommandLine(), w.add(username)
	_, err := command.AddOrganisation(w.t.Context(), "north", "北校区")
	must(w.t, err)
	_, err = command.AddRole(w.t.Context(), "principal", "校长", true)
	must(w.t, err)
	must(w.t, command.AddMembership(w.t.Context(), id, "north", "principal"))
	return id
}

// partner adds an application.
func (w *world) partner() {
	w.t.Helper()
	_, err := w.CommandLine().AddApplication(w.t.Context(), "partner", "合作方", nil)
	must(w.t, err)
}

// hook adds a webhook and gives its id.
func (w *world) hook() int64 {
	w.t.Helper()
	added, err := w.CommandLine().AddWebhook(w.t.Context(), account.NewWebhook{URL: "https://hooks.example.com/"})
	must(w.t, err)
	return added.ID
}

// With a stolen token of an operator nobody gets authority that outlives it; after signing in
// again the operator does all of it, and what concerns members alone needs no more.
func TestAStolenTokenGivesNoLastingAuthority(t *testing.T) {
	t.Parallel()
	for name, operation := range authority {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, fresh := range []bool{false, true} {
				w, caller := victim(t, operation.role)
				if fresh {
					caller = w.authenticated(w.enter("li").AccessToken)
				}
				operator, err := w.Operator(t.Context(), caller, account.CallingApplication{})
				must(t, err)
				err = operation.try(w, operator)
				if fresh {
					must(t, err)
					continue
				}
				wantFailure(t, err, apierr.FreshProofRequired)
				_, err = operator.ResetPassword(t.Context(), w.add("member"), otherPassword)
				must(t, err)
			}
		})
	}
}

func updates(p account.Profile) func(*world, account.Caller) error {
	return func(w *world, thief account.Caller) error {
		return w.UpdateUser(w.t.Context(), thief, thief.UserID, account.UserUpdate{Profile: p})
	}
}

func operates(try func(*world, account.Operator) error) func(*world, account.Caller) error {
	return func(w *world, thief account.Caller) error {
		operator, err := w.Operator(w.t.Context(), thief, account.CallingApplication{})
		must(w.t, err)
		return try(w, operator)
	}
}

// victim is a user with every way in, and a session that is no fresh proof.
func victim(t *testing.T, role string) (*world, account.Caller) {
	t.Helper()
	w := newWorld(t)
	w.weChat.people = map[string]account.WeChatIdentity{
		"own": {AppID: "wx", OpenID: "own"}, "thief": {AppID: "wx", OpenID: "thief"},
	}
	w.add("owner", email("owner@example.com", true))
	w.add("li", mobile(lisMobile, true), email("li@example.com", true), func(u *account.AddedUser) { u.Role = role })
	token := w.enter("li").AccessToken
	must(t, w.LinkWeChat(t.Context(), w.authenticated(token), "", "own", home))
	w.clock.Advance(w.config.Limits.FreshSignIn + time.Second)
	w.Wait()
	w.sms.sent = nil
	return w, w.authenticated(token)
}

func TestAStolenTokenChangesNoWayIn(t *testing.T) {
	t.Parallel()
	for name, operation := range waysIn {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, thief := victim(t, operation.role)
			before, err := w.store.UserByID(t.Context(), thief.UserID)
			must(t, err)
			want := operation.want
			if want == "" {
				want = apierr.FreshProofRequired
			}
			wantFailure(t, operation.try(w, thief), want)
			after, err := w.store.UserByID(t.Context(), thief.UserID)
			must(t, err)
			if before.Version != after.Version || before.Nickname != after.Nickname {
				t.Error("something of the request was applied")
			}
			wantEqual(t, "WeChat identities", w.number("SELECT COUNT(*) FROM wechat_identities WHERE user_id = ?", thief.UserID), 1)
			must(t, w.ChangePassword(t.Context(), thief, thief.UserID, otherPassword, new(goodPassword)))
			wantEqual(t, "by code", w.enterByCode(lisMobile).User.ID, thief.UserID)
			if w.enterByCode(thiefsMobile).User.ID == thief.UserID {
				t.Error("the thief signs in by SMS after the password was changed")
			}
		})
	}
}

// Nothing that makes a session live longer makes its sign-in fresh.
func TestARenewedSessionIsNoFreshSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li", mobile(lisMobile, true))
	byCode, jwt := w.enterByCode(lisMobile), w.enter("li").AccessToken
	w.clock.Advance(40 * time.Minute)
	refreshed, err := w.Refresh(t.Context(), byCode.AccessToken, byCode.RefreshToken)
	must(t, err)
	again, err := w.Refresh(t.Context(), byCode.AccessToken, byCode.RefreshToken) // the answer was lost
	must(t, err)
	renewed := w.authenticated(jwt).Renewed
	extended, err := w.Extend(t.Context(), w.authenticated(jwt), 1)
	must(t, err)
	for name, text := range map[string]string{
		"refresh": refreshed.AccessToken, "repeated refresh": again.AccessToken, "renewal": renewed, "extension": extended.Renewed,
	} {
		_, err := w.CloseAccount(t.Context(), w.authenticated(text), account.Proof{})
		if !apierr.Is(err, apierr.FreshProofRequired) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever has signed in a moment ago may change all of it; the others' sessions end, and
// the mobile is told.
func TestAChangedWayInEndsOtherSessionsAndIsTold(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(w *world, caller account.Caller) error{
		"e-mail":    updates(account.Profile{Email: new("new@example.com")}),
		"no mobile": updates(account.Profile{Mobile: new("")}),
		"password": func(w *world, caller account.Caller) error {
			return w.ChangePassword(w.t.Context(), caller, caller.UserID, otherPassword, new(goodPassword))
		},
		"WeChat": waysIn["WeChat"].try,
		"mobile": waysIn["mobile"].try,
		"merge":  waysIn["merge into it"].try,
		"close":  waysIn["close"].try,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, stale := victim(t, "")
			caller := w.authenticated(w.enter("li").AccessToken)
			must(t, change(w, caller))
			w.Wait()
			ended := w.number("SELECT COUNT(*) FROM sessions WHERE id = ? AND ended_at IS NOT NULL", stale.SessionID)
			wantEqual(t, "the other session ended", ended, 1)
			wantEqual(t, "told", slices.Contains(w.sms.sent, account.CodeMessage{Mobile: lisMobile, Purpose: account.PurposeNotice}), true)
		})
	}
}

func TestAnEqualValueIsNoChange(t *testing.T) {
	t.Parallel()
	w, stale := victim(t, "")
	other := w.enter("li")
	must(t, updates(account.Profile{Nickname: new("溪"), Mobile: new(lisMobile), Email: new("LI@example.com")})(w, stale))
	w.Wait()
	w.authenticated(other.AccessToken)
	wantEqual(t, "told", len(w.sms.sent), 0)
}

// The mobile that is proven stays the way in until the new one is.
func TestAProvenMobileIsReplacedByAProvenOneAlone(t *testing.T) {
	t.Parallel()
	w, _ := victim(t, "")
	caller := w.authenticated(w.enter("li").AccessToken)
	err := updates(account.Profile{Nickname: new("溪"), Mobile: new(thiefsMobile)})(w, caller)
	wantEqual(t, "field", wantFailure(t, err, apierr.FreshProofRequired).Field, "mobile")
	wantEqual(t, "by code", w.enterByCode(lisMobile).User.ID, caller.UserID)
}

// A wrong proof is refused and counted although the sign-in alone would do.
func TestAWrongProofIsRefusedAfterAFreshSignIn(t *testing.T) {
	t.Parallel()
	w, _ := victim(t, "")
	caller := w.authenticated(w.enter("li").AccessToken)
	try := func(p account.Proof) error {
		_, err := w.CloseAccount(t.Context(), caller, p)
		return err
	}
	for range 6 {
		wantFailure(t, try(account.Proof{Password: wrongPassword}), apierr.WrongOldPassword)
	}
	wantFailure(t, try(account.Proof{Password: goodPassword}), apierr.WrongOldPassword) // locked
	wantEqual(t, "in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = ?", account.AuditPasswordRefused), 7)
	wantFailure(t, try(account.Proof{Code: "000000"}), apierr.WrongCode)
	wantEqual(t, "in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = ?", account.AuditCodeRefused), 1)
	wantEqual(t, "closing", w.number("SELECT COUNT(*) FROM users WHERE closing_at IS NOT NULL"), 0)
	must(t, try(account.Proof{}))

	w.add("without.mobile")
	caller = w.authenticated(w.enter("without.mobile").AccessToken)
	wantFailure(t, try(account.Proof{Code: "000000"}), apierr.WrongCode)
}

// Of a user, a few notices a day are sent.
func TestNoticesAreLimited(t *testing.T) {
	t.Parallel()
	w, _ := victim(t, "")
	w.config.Limits.TakenPerUser.Times = 30
	w.Service = account.New(w.config)
	caller := w.authenticated(w.enter("li").AccessToken)
	for i := range 30 {
		must(t, updates(account.Profile{Email: new("a" + string(rune('a'+i)) + "@example.com")})(w, caller))
		w.Wait()
	}
	wantEqual(t, "told", len(w.sms.sent), int(w.config.Limits.CodeDay.Times)-1) // one was of the WeChat identity
	wantEqual(t, "sessions ended", w.number("SELECT COUNT(*) FROM sessions WHERE end_reason = ?", store.EndedByNewWayIn), 1)
}
