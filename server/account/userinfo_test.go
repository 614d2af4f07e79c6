package account_test

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

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

// provenCaller is the holder of a token at an application that proved itself.
func (w *world) provenCaller(token string) account.Caller {
	w.t.Helper()
	caller, err := w.Authenticate(w.t.Context(), token, account.CallingApplication{ID: "app", Proven: true})
	must(w.t, err)
	return caller
}

// rights gives the application these rights; contact needs a secret first.
func (w *world) rights(rights ...string) {
	w.t.Helper()
	w.secret("app")
	must(w.t, w.CommandLine().SetApplicationRights(w.t.Context(), "app", rights))
}

// limits makes a server with other limits on the same database.
func (w *world) limits(change func(*account.Limits)) {
	change(&w.config.Limits)
	w.Service = account.New(w.config)
}

func TestUserInfoOfOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rights                  []string
		nickname, mobile, email string // that a proven application is shown
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
			w := school(t)
			w.rights(test.rights...)
			w.pupil("li", lisMobile, "north")
			other := w.pupil("wang", "13900002222", "north", "south")
			token := w.enter("li").AccessToken
			for proven, caller := range map[bool]account.Caller{false: w.authenticated(token), true: w.provenCaller(token)} {
				info, err := w.info(caller, other)
				must(t, err)
				wantEqual(t, "nickname", info.Nickname, test.nickname)
				wantEqual(t, "masked", info.NicknameMasked, test.nickname == "小**")
				mobile, email := "", ""
				if proven {
					mobile, email = test.mobile, test.email
				}
				wantEqual(t, "mobile", info.Mobile, mobile)
				wantEqual(t, "e-mail", textOf(info.Email), email)
				wantEqual(t, "organisations", len(info.Memberships), 1)
				wantEqual(t, "organisation", info.Memberships[0].Code, "north")
			}
		})
	}
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// The name of an application is no secret: whoever sends it sees nobody by it.
func TestStrangersFindNobody(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.pupil("li", lisMobile)                 // of no organisation
	w.pupil("south", "13900003333", "south") // of one that the application does not concern
	member := w.pupil("wang", "13900002222", "north")
	for i, alias := range []string{"1", "2", "3"} {
		storetest.AddAlias(t, w.store, fmt.Sprint("old", i), alias, member)
	}
	for _, name := range []string{"li", "south"} {
		caller := w.authenticated(w.enter(name).AccessToken)
		for _, asked := range []string{strconv.FormatInt(member, 10), "1", "2", "3", "4"} {
			_, err := w.UserInfo(t.Context(), caller, home, asked)
			wantFailure(t, err, apierr.UserNotFound)
		}
		_, _, err := w.UserDetail(t.Context(), caller, home, member)
		wantFailure(t, err, apierr.UserNotFound)
	}
}

// A user who is disabled or has closed their account is shown to nobody else.
func TestDisabledAndClosedUsersAreNotShown(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.pupil("li", lisMobile, "north")
	other := w.pupil("wang", "13900002222", "north")
	token := w.enter("li").AccessToken
	shown := func() (n int) {
		for _, caller := range []account.Caller{w.authenticated(token), w.provenCaller(token)} {
			_, err := w.info(caller, other)
			_, _, detailErr := w.UserDetail(t.Context(), caller, home, other)
			for _, err := range []error{err, detailErr} {
				if err == nil {
					n++
				} else {
					wantFailure(t, err, apierr.UserNotFound)
				}
			}
		}
		return n
	}
	wantEqual(t, "shown", shown(), 4)
	must(t, w.CommandLine().DisableUser(t.Context(), other))
	wantEqual(t, "shown while disabled", shown(), 0)
	must(t, w.CommandLine().EnableUser(t.Context(), other))
	_, err := w.CloseAccount(t.Context(), w.authenticated(w.enter("wang").AccessToken), account.Proof{})
	must(t, err)
	wantEqual(t, "shown while closed", shown(), 0)
	w.enter("wang")
	wantEqual(t, "shown again", shown(), 4)
}

// Look-ups of others are limited by caller and client IP, found or not, in both dialects
// together; those of an application that proved itself by a counter of its own, which
// nobody else can fill.
func TestLookUpsAreLimited(t *testing.T) {
	t.Parallel()
	w := school(t, account.RightNickname)
	w.limits(func(l *account.Limits) {
		l.LookUpPerUser.Times, l.LookUpPerIP.Times, l.LookUpPerApplication.Times = 4, 9, 12
	})
	others := []int64{w.pupil("wang", "13900002222", "north"), 999}
	lookUp := func(caller account.Caller, clientIP string, n int) error {
		if n%2 == 0 {
			_, err := w.UserInfo(t.Context(), caller, clientIP, strconv.FormatInt(others[n/2%2], 10))
			return err
		}
		_, _, err := w.UserDetail(t.Context(), caller, clientIP, others[n/2%2])
		return err
	}
	limited := func(caller account.Caller, clientIP string, times int) (n int) {
		for i := range times {
			if err := lookUp(caller, clientIP, i); apierr.Is(err, apierr.TooManyRequests) {
				if failed := apierr.As(err); failed.RetryAfter <= 0 {
					t.Error("no Retry-After")
				}
				n++
			}
		}
		return n
	}
	var tokens []string
	var ids []int64
	for i, name := range []string{"li", "zhao", "qian", "sun"} {
		ids = append(ids, w.pupil(name, fmt.Sprint("1380000000", i), "north"))
		tokens = append(tokens, w.enter(name).AccessToken)
	}
	li := w.authenticated(tokens[0])
	wantEqual(t, "of one caller", limited(li, home, 10), 6)
	wantEqual(t, "of one caller elsewhere", limited(li, elsewhere, 1), 1)
	for range 20 { // one's own look-ups do not count
		_, err := w.info(li, ids[0])
		must(t, err)
	}
	wantEqual(t, "of the second", limited(w.authenticated(tokens[1]), home, 4), 0)
	wantEqual(t, "of the third from the same client IP", limited(w.authenticated(tokens[2]), home, 4), 3)
	wantEqual(t, "from another client IP, until the application's are full", limited(w.authenticated(tokens[3]), elsewhere, 4), 1)
	stranger := w.caller("stranger", store.RoleMember)
	wantEqual(t, "of a stranger", limited(stranger, "198.51.100.7", 10), 6)
	proven := w.provenCaller(tokens[0])
	wantEqual(t, "of the application that proved itself", limited(proven, home, 20), 8)
	administrator := w.caller("administrator", store.RoleAdministrator)
	for range 20 {
		_, _, err := w.UserDetail(t.Context(), administrator, home, others[0])
		must(t, err)
	}
	w.clock.Advance(time.Hour)
	wantEqual(t, "an hour later", limited(li, home, 4)+limited(proven, home, 4), 0)
}

// Of parallel look-ups no more are answered than the limit allows.
func TestParallelLookUpsAreLimited(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.limits(func(l *account.Limits) { l.LookUpPerUser.Times = 10 })
	w.pupil("li", lisMobile, "north")
	other := w.pupil("wang", "13900002222", "north")
	caller := w.authenticated(w.enter("li").AccessToken)
	got := concurrently(40, func(int) error { _, err := w.info(caller, other); return err })
	wantOutcomes(t, got, map[string]int{"ok": 10, "too_many_requests": 30})
}

// An unproven mobile or e-mail is a claim: no application is told it, not even of the
// token's own user.
func TestUnprovenContactsAreBlank(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.rights(account.RightContact)
	id := w.add("li", mobile(lisMobile, false), email("li@example.com", false))
	must(t, w.CommandLine().AddMembership(t.Context(), id, "north", "teacher"))
	w.pupil("wang", "13900002222", "north")
	for _, name := range []string{"li", "wang"} {
		token := w.enter(name).AccessToken
		for _, caller := range []account.Caller{w.authenticated(token), w.provenCaller(token)} {
			info, err := w.info(caller, id)
			must(t, err)
			wantEqual(t, "told to "+name, info.Mobile+textOf(info.Email), "")
		}
	}
}

// The result is the same whether or not the caller's profile was read with the token.
func TestUserInfoWithAProfileReadBefore(t *testing.T) {
	t.Parallel()
	w := school(t, account.RightNickname)
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
	li, wang := w.pupil("li", lisMobile, "north"), w.pupil("wang", "13900002222", "north")
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
