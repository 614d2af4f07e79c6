package account_test

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
	"quartet/store/storetest"
)

// school is a world with organisations north and south, of which the
// application "app" sees north.
func school(t *testing.T, rights ...string) *world {
	w := newWorld(t)
	for _, code := range []string{"north", "south"} {
		_, err := w.CommandLine().AddOrganisation(t.Context(), code, "The "+code)
		must(t, err)
	}
	_, err := w.CommandLine().AddRole(t.Context(), "teacher", "Teacher", false)
	must(t, err)
	_, err = w.CommandLine().AddApplication(t.Context(), "app", "App", rights)
	must(t, err)
	must(t, w.CommandLine().AddApplicationOrganisation(t.Context(), "app", "north"))
	return w
}

// pupil adds a user who is a member of organisations.
func (w *world) pupil(name, number string, organisations ...string) int64 {
	w.t.Helper()
	id := w.add(name, mobile(number, true), email(name+"@example.com", true), func(u *account.AddedUser) {
		u.Nickname, u.Gender, u.Avatar, u.RealName = new("小"+name), new(1), new("https://example.com/a.png"), new("secret")
	})
	for _, organisation := range organisations {
		must(w.t, w.CommandLine().AddMembership(w.t.Context(), id, organisation, "teacher"))
	}
	return id
}

func (w *world) info(caller account.Caller, id int64) (account.AppUserInfo, error) {
	return w.UserInfo(w.t.Context(), caller, home, strconv.FormatInt(id, 10))
}

func TestUserInfoOfOneself(t *testing.T) {
	t.Parallel()
	w := school(t)
	id := w.pupil("li", lisMobile, "north", "south")
	info, err := w.info(w.authenticated(w.enter("li").AccessToken), id)
	must(t, err)
	wantEqual(t, "nickname", info.Nickname, "小**")
	wantEqual(t, "masked", info.NicknameMasked, true)
	wantEqual(t, "contact", info.Mobile+*info.Email, lisMobile+"li@example.com")
	wantEqual(t, "account", *info.Username, "li")
	wantEqual(t, "gender and avatar", strconv.Itoa(info.Gender)+info.Avatar, "1https://example.com/a.png")
	wantEqual(t, "organisations", len(info.Memberships), 2)
	wantEqual(t, "role", info.Memberships[0].Roles[0].Code, "teacher")
}

func TestUserInfoOfOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rights                  []string
		nickname, mobile, email string
	}{
		"no right": {nil, "小**", "", ""},
		"nickname": {[]string{account.RightNickname}, "小wang", "", ""},
		"contact":  {[]string{account.RightContact}, "小**", "13900002222", "wang@example.com"},
		"both": {
			[]string{account.RightContact, account.RightNickname},
			"小wang", "13900002222", "wang@example.com",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := school(t, test.rights...)
			w.pupil("li", lisMobile)
			other := w.pupil("wang", "13900002222", "north", "south")
			info, err := w.info(w.authenticated(w.enter("li").AccessToken), other)
			must(t, err)
			wantEqual(t, "nickname", info.Nickname, test.nickname)
			wantEqual(t, "masked", info.NicknameMasked, test.nickname == "小**")
			wantEqual(t, "mobile", info.Mobile, test.mobile)
			address := ""
			if info.Email != nil {
				address = *info.Email
			}
			wantEqual(t, "e-mail", address, test.email)
			wantEqual(t, "organisations", len(info.Memberships), 1)
			wantEqual(t, "organisation", info.Memberships[0].Code, "north")
		})
	}
}

// The result is the same whether or not the caller's profile was read with the token.
func TestUserInfoWithAProfileReadBefore(t *testing.T) {
	t.Parallel()
	w := school(t, account.RightContact)
	id := w.pupil("li", lisMobile, "north", "south")
	others := []int64{w.pupil("wang", "13900002222", "north"), w.pupil("zhao", "13900003333", "south")}
	token := w.enterByCode(lisMobile).AccessToken
	plain, err := w.Authenticate(t.Context(), token, account.CallingApplication{})
	must(t, err)
	for _, asked := range append(others, id) {
		reader, err := w.Authenticate(t.Context(), token, account.CallingApplication{ID: "1"})
		must(t, err)
		got, gotErr := w.info(reader, asked)
		want, wantErr := w.info(plain, asked)
		if !reflect.DeepEqual(got, want) || apierr.Is(gotErr, apierr.UserNotFound) != apierr.Is(wantErr, apierr.UserNotFound) {
			t.Errorf("user %d: %+v, %v; want %+v, %v", asked, got, gotErr, want, wantErr)
		}
	}
}

func TestUserInfoHidesOthers(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.pupil("li", lisMobile, "north")
	caller := w.authenticated(w.enter("li").AccessToken)
	// Administrators see no more through an application.
	administrator := w.caller("administrator", store.RoleAdministrator)
	for _, other := range []int64{w.pupil("outside", "13900002222", "south"), w.pupil("alone", "13900003333"), 1} {
		for _, caller := range []account.Caller{caller, administrator} {
			_, err := w.info(caller, other)
			wantFailure(t, err, apierr.UserNotFound)
		}
	}
	member := w.pupil("wang", "13900004444", "north")
	_, err := w.info(caller, member)
	must(t, err)
	must(t, w.CommandLine().DisableOrganisation(t.Context(), "north"))
	_, err = w.info(caller, member)
	wantFailure(t, err, apierr.UserNotFound)
	must(t, w.CommandLine().EnableOrganisation(t.Context(), "north"))
	must(t, w.CommandLine().RemoveApplicationOrganisation(t.Context(), "app", "north"))
	_, err = w.info(caller, member)
	wantFailure(t, err, apierr.UserNotFound)
}

func TestUserInfoByAlias(t *testing.T) {
	t.Parallel()
	w := school(t)
	li, wang := w.pupil("li", lisMobile), w.pupil("wang", "13900002222", "north")
	caller := w.authenticated(w.enter("li").AccessToken)
	for _, alias := range []struct {
		source, alias string
		id            int64
	}{
		{"old", "9223372036854775809", wang}, {"old", "007", li},
		{"old", "55", li}, {"older", "55", wang},
	} {
		storetest.AddAlias(t, w.store, alias.source, alias.alias, alias.id)
	}
	for text, want := range map[string]int64{"9223372036854775809": wang, "007": li} {
		info, err := w.UserInfo(t.Context(), caller, home, text)
		must(t, err)
		wantEqual(t, text, info.UserID, want)
	}
	_, err := w.UserInfo(t.Context(), caller, home, "55") // whose?
	wantFailure(t, err, apierr.UserNotFound)
	_, err = w.UserInfo(t.Context(), caller, home, "0"+strconv.FormatInt(li, 10)) // no id, and nobody's alias
	wantFailure(t, err, apierr.UserNotFound)
	for _, text := range []string{"", "x", "-1", "+1", " 1", "12345678901234567890", "1'"} {
		_, err := w.UserInfo(t.Context(), caller, home, text)
		wantField(t, err, "userId", apierr.BadFormat)
	}
}

func TestUserInfoNeedsAnApplication(t *testing.T) {
	t.Parallel()
	w := school(t)
	id := w.pupil("li", lisMobile)
	token := w.enter("li").AccessToken
	info := func(application string) error {
		caller, err := w.Authenticate(t.Context(), token, account.CallingApplication{ID: application})
		must(t, err)
		_, err = w.info(caller, id)
		return err
	}
	for _, application := range []string{"", "other", "APP", "\xff", "a\x00", strings.Repeat("a", 65)} {
		wantFailure(t, info(application), apierr.UnknownApplication)
	}
	must(t, w.CommandLine().DisableApplication(t.Context(), "app"))
	wantFailure(t, info("app"), apierr.UnknownApplication)
	must(t, w.CommandLine().EnableApplication(t.Context(), "app"))
	must(t, info("app"))
}

func TestNoNicknameIsNotMasked(t *testing.T) {
	t.Parallel()
	w := school(t)
	id := w.add("li")
	info, err := w.info(w.authenticated(w.enter("li").AccessToken), id)
	must(t, err)
	wantEqual(t, "nickname", info.Nickname, "")
}
