package account_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

func TestWhoMayCreate(t *testing.T) {
	t.Parallel()
	for _, open := range []bool{false, true} {
		w := newWorld(t, func(c *account.Config) { c.OpenRegistration = open })
		member, administrator := w.caller("member", store.RoleMember), w.caller("administrator", store.RoleAdministrator)
		super := w.caller("super", store.RoleSuperAdministrator)
		closed := func(code apierr.Code) apierr.Code {
			if open {
				return ""
			}
			return code
		}
		for name, test := range map[string]struct {
			caller *account.Caller
			want   apierr.Code
			source string
		}{
			"new-1": {nil, closed(apierr.Unauthenticated), "registration"},
			"new-2": {&member, closed(apierr.Forbidden), "registration"},
			"new-3": {&administrator, "", "administrator"},
			"new-4": {&super, "", "administrator"},
		} {
			id, err := w.CreateUser(t.Context(), test.caller, home, account.NewUser{
				Username: name, Identity: new("teacher"), Remark: new("trusted"),
			})
			wantFailure(t, err, test.want)
			if err != nil {
				continue
			}
			user, err := w.FindUser(t.Context(), name)
			must(t, err)
			wantEqual(t, "id", user.ID, id)
			wantEqual(t, "role", user.Role, store.RoleMember)
			wantEqual(t, "source", user.CreateSource, test.source)
			wantEqual(t, "a remark is kept", user.Remark+user.Identity != "", test.source == "administrator")
			var creator int64
			if test.caller != nil {
				creator = test.caller.UserID
			}
			wantEqual(t, "creator", w.number("SELECT COALESCE(created_by, 0) FROM users WHERE id = ?", id), creator)
			wantEqual(t, "has a password", user.HasPassword, false)
		}
	}
}

func TestCreateKeepsTheFacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.OpenRegistration = true })
	id, err := w.CreateUser(t.Context(), nil, home, account.NewUser{
		Username: "Lin.Yue", Password: new(goodPassword),
		Profile: account.Profile{
			Nickname: new("小月"), RealName: new("林月"), Gender: new(2), Birthday: new("1990-02-03"),
			IDCardType: new("身份证"), IDCard: new("invented-card-0001"), Email: new("Lin@example.com"), Mobile: new(lisMobile),
			Company: new("甲"), Occupation: new("乙"), Address: new("丙"), Zipcode: new("100000"), Site: new("https://example.com"),
			GraduateSchool: new("丁"), Education: new("戊"), Avatar: new("https://example.com/a.png"), Signature: new("己"),
		},
	})
	must(t, err)
	user, err := w.FindUser(t.Context(), "lin.yue")
	must(t, err)
	wantEqual(t, "user name", *user.Username, "Lin.Yue")
	wantEqual(t, "names", *user.Nickname+*user.RealName, "小月林月")
	wantEqual(t, "birthday", *user.Birthday, "1990-02-03 00:00:00")
	wantEqual(t, "identity card", *user.IDCardType+*user.IDCard, "身份证invented-card-0001")
	wantEqual(t, "mobile", deref(user.Mobile), lisMobile)
	wantEqual(t, "e-mail", *user.Email, "Lin@example.com")
	wantEqual(t, "verified", user.MobileVerified || user.EmailVerified, false)
	wantEqual(t, "the rest", *user.Company+*user.Occupation+*user.Address+*user.Zipcode+*user.Site+
		*user.GraduateSchool+*user.Education+*user.Avatar+*user.Signature, "甲乙丙100000https://example.com丁戊https://example.com/a.png己")
	wantEqual(t, "id", w.enter("LIN.YUE").User.ID, id)
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.OpenRegistration = true })
	w.add("Admin", email("owner@example.com", true), mobile(lisMobile, true))
	w.add("claimant", email("claimed@example.com", false), mobile("13900002222", false))
	for _, test := range []struct {
		user   account.NewUser
		code   apierr.Code
		field  string
		reason apierr.Reason
	}{
		{account.NewUser{}, apierr.InvalidField, "username", apierr.TooShort},
		{account.NewUser{Username: "a"}, apierr.InvalidField, "username", apierr.TooShort},
		{account.NewUser{Username: strings.Repeat("a", 65)}, apierr.InvalidField, "username", apierr.TooLong},
		{account.NewUser{Username: "l i"}, apierr.InvalidField, "username", apierr.BadFormat},
		{account.NewUser{Username: " l "}, apierr.InvalidField, "username", apierr.TooShort},
		{account.NewUser{Username: "a@b"}, apierr.InvalidField, "username", apierr.BadFormat},
		{account.NewUser{Username: "a＠b"}, apierr.InvalidField, "username", apierr.BadFormat},
		{account.NewUser{Username: "13900001111"}, apierr.InvalidField, "username", apierr.BadFormat},
		{account.NewUser{Username: "１３９００００１１１１"}, apierr.InvalidField, "username", apierr.BadFormat},
		{account.NewUser{Username: "a\u200bb"}, apierr.InvalidField, "username", apierr.Invisible},
		{account.NewUser{Username: "a\x00b"}, apierr.InvalidField, "username", apierr.BadFormat},
		{account.NewUser{Username: "a\xffb"}, apierr.InvalidField, "username", apierr.BadFormat},
		{account.NewUser{Username: "ADMIN"}, apierr.UsernameTaken, "username", ""},
		{account.NewUser{Username: "ａｄｍｉｎ"}, apierr.UsernameTaken, "username", ""},
		{account.NewUser{Username: "li", Password: new("short")}, apierr.WeakPassword, "password", apierr.TooShort},
		{account.NewUser{Username: "li", Password: new("")}, apierr.WeakPassword, "password", apierr.TooShort},
		{account.NewUser{Username: "li", Password: new("Password1")}, apierr.WeakPassword, "password", apierr.TooCommon},
		{account.NewUser{Username: "li", Password: new(strings.Repeat("长", 129))}, apierr.WeakPassword, "password", apierr.TooLong},
		{account.NewUser{Username: "li", Password: new("\xff12345678")}, apierr.WeakPassword, "password", apierr.NotUTF8},
		{account.NewUser{Username: "li", Profile: account.Profile{Email: new("OWNER@example.com")}}, apierr.EmailTaken, "email", ""},
		{account.NewUser{Username: "li", Profile: account.Profile{Email: new("claimed@example.com")}}, apierr.EmailTaken, "email", ""},
		{account.NewUser{Username: "li", Profile: account.Profile{Email: new("x")}}, apierr.InvalidField, "email", apierr.BadFormat},
		{account.NewUser{Username: "li", Profile: account.Profile{Email: new("Li <l@example.com>")}}, apierr.InvalidField, "email", apierr.BadFormat},
		{account.NewUser{Username: "li", Profile: account.Profile{Email: new("l @example.com")}}, apierr.InvalidField, "email", apierr.BadFormat},
		{account.NewUser{Username: "li", Profile: account.Profile{Email: new(strings.Repeat("l", 250) + "@example.com")}}, apierr.InvalidField, "email", apierr.TooLong},
		{account.NewUser{Username: "li", Profile: account.Profile{Mobile: new("123")}}, apierr.InvalidField, "mobile", apierr.BadFormat},
		{account.NewUser{Username: "li", Profile: account.Profile{Gender: new(3)}}, apierr.InvalidField, "gender", apierr.OutOfRange},
		{account.NewUser{Username: "li", Profile: account.Profile{Birthday: new("1990-02-30")}}, apierr.InvalidField, "birthday", apierr.BadFormat},
		{account.NewUser{Username: "li", Profile: account.Profile{Nickname: new(strings.Repeat("名", 65))}}, apierr.InvalidField, "nickname", apierr.TooLong},
		{account.NewUser{Username: "li", Profile: account.Profile{Site: new("a\x00")}}, apierr.InvalidField, "site", apierr.HasNUL},
		{account.NewUser{Username: "li", Profile: account.Profile{Site: new("javascript:alert(1)")}}, apierr.InvalidField, "site", apierr.BadFormat},
		{account.NewUser{Username: "li", Profile: account.Profile{Avatar: new("data:image/svg+xml,x")}}, apierr.InvalidField, "avatar", apierr.BadFormat},
		{account.NewUser{Username: "li", Profile: account.Profile{IDCard: new("\xff")}}, apierr.InvalidField, "idcard", apierr.NotUTF8},
	} {
		_, err := w.CreateUser(t.Context(), nil, home, test.user)
		failed := wantFailure(t, err, test.code)
		wantEqual(t, "field", failed.Field, test.field)
		wantEqual(t, "reason", failed.Reason, test.reason)
	}
	// The response does not reveal whether a user has verified a mobile.
	_, err := w.CreateUser(t.Context(), nil, home, account.NewUser{
		Username: "li", Profile: account.Profile{Mobile: new(lisMobile)},
	})
	must(t, err)
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 3)
}

func TestOpenRegistrationIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) {
		c.OpenRegistration = true
		c.Limits.RegisterPerIP.Times, c.Limits.RegisterGlobal.Times = 2, 40
	})
	create := func(by *account.Caller, name, address string) error {
		_, err := w.CreateUser(t.Context(), by, address, account.NewUser{Username: name})
		return err
	}
	wantField(t, create(nil, "", home), "username", apierr.TooShort) // not counted
	must(t, create(nil, "li", home))
	wantFailure(t, create(nil, "li", home), apierr.UsernameTaken) // counted
	w.clock.Advance(10 * time.Minute)
	failed := wantFailure(t, create(nil, "wang", home), apierr.TooManyRequests)
	wantEqual(t, "retry after", failed.RetryAfter, 50*time.Minute)
	must(t, create(nil, "wang", elsewhere))
	must(t, create(nil, "sun", "192.0.2.3"))
	wantFailure(t, create(nil, "wu", "192.0.2.4"), apierr.TooManyRequests) // its /24 has had a tenth
	must(t, create(nil, "qian", "198.51.100.1"))
	administrator := w.caller("he", store.RoleAdministrator)
	must(t, create(&administrator, "wu", home))
	member := w.caller("tao", store.RoleMember)
	wantFailure(t, create(&member, "zhou", home), apierr.TooManyRequests)
	w.clock.Advance(50 * time.Minute)
	must(t, create(nil, "zhou", home))
}

// Refusals of taken names and e-mails count against the limits, also for concurrent
// requests.
func TestRefusalsAreCountedBeforeTheyAreAnswered(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]account.NewUser{
		"username_taken": {Username: "li"},
		"email_taken":    {Username: "sun", Profile: account.Profile{Email: new("li@example.com")}},
		"weak_password":  {Username: "sun", Password: new("short")},
	} {
		w := newWorld(t, func(c *account.Config) { c.OpenRegistration, c.Limits.RegisterPerIP.Times = true, 5 })
		w.add("li", email("li@example.com", true))
		got := concurrently(40, func(int) error {
			_, err := w.CreateUser(t.Context(), nil, home, ask)
			return err
		})
		wantOutcomes(t, got, map[string]int{name: 5, "too_many_requests": 35})
		wantEqual(t, "counted", w.number("SELECT count FROM rate_counters WHERE key LIKE 'register-address:%'"), 5)
		wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
	}
}

func TestOneUserNameForOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.OpenRegistration = true })
	names := []string{"lin", "LIN", "ｌｉｎ", "Lin"}
	got := concurrently(12, func(i int) error {
		_, err := w.CreateUser(t.Context(), nil, home, account.NewUser{Username: names[i%len(names)]})
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 1, "username_taken": 11})
}

func TestDetail(t *testing.T) {
	t.Parallel()
	w := school(t)
	id := w.add("li", mobile(lisMobile, true), email("li@example.com", true), func(u *account.AddedUser) {
		u.Nickname, u.Gender, u.Signature, u.Site, u.Avatar = new("小李"), new(1), new("s"), new("http://u"), new("http://a")
		u.RealName, u.IDCard, u.Remark = new("李"), new("secret"), new("secret")
	})
	ids := map[string]int64{"li": id, "wang": w.add("wang")}
	li := w.authenticated(w.enter("li").AccessToken)
	for role, caller := range map[string]account.Caller{
		"oneself": li, "administrator": w.caller("administrator", store.RoleAdministrator),
	} {
		user, full, err := w.UserDetail(t.Context(), caller, home, id)
		must(t, err)
		wantEqual(t, role, full, true)
		wantEqual(t, role, *user.Mobile+*user.RealName+*user.IDCard, lisMobile+"李secret")
		text, err := json.Marshal(user)
		must(t, err)
		if secret := w.text("SELECT password_hash FROM users WHERE id = ?", id); strings.Contains(string(text), secret[len(secret)-20:]) {
			t.Errorf("%s sees the password's hash", role)
		}
		wantEqual(t, "has a password", user.HasPassword, true)
	}
	stranger := w.caller("stranger", store.RoleMember)
	_, _, err := w.UserDetail(t.Context(), stranger, home, id)
	wantFailure(t, err, apierr.UserNotFound)
	for _, name := range []string{"li", "wang"} {
		must(t, w.CommandLine().AddMembership(t.Context(), ids[name], "north", ""))
	}
	user, full, err := w.UserDetail(t.Context(), w.authenticated(w.enter("wang").AccessToken), home, id)
	must(t, err)
	wantEqual(t, "another member", full, false)
	public := account.User{ID: id, Profile: account.Profile{
		Nickname: new("小李"), Gender: new(1), Signature: new("s"), Site: new("http://u"), Avatar: new("http://a"),
	}}
	if !reflect.DeepEqual(user, public) {
		t.Errorf("another member sees %+v", user)
	}
	_, _, err = w.UserDetail(t.Context(), stranger, home, 1)
	wantFailure(t, err, apierr.UserNotFound)
}
