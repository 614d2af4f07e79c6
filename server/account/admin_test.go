package account_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/fieldcrypt"
	"quartet/store"
)

func TestAddAndFindUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("Li", role(store.RoleSuperAdministrator), mobile(lisMobile, true), email("li@example.com", true))
	for _, text := range []string{strconv.FormatInt(id, 10), "li", "LI@example.com", lisMobile} {
		user, err := w.FindUser(t.Context(), text)
		must(t, err)
		wantEqual(t, text, user.ID, id)
	}
	user, err := w.FindUser(t.Context(), "li")
	must(t, err)
	wantEqual(t, "role", user.Role, store.RoleSuperAdministrator)
	wantEqual(t, "verified", user.MobileVerified && user.EmailVerified, true)
	wantEqual(t, "source", user.CreateSource, "command_line")
	for _, text := range []string{"", "nobody", "1", "n@example.com", "13900002222"} {
		_, err := w.FindUser(t.Context(), text)
		wantFailure(t, err, apierr.UserNotFound)
	}
	_, err = w.CommandLine().AddUser(t.Context(), account.AddedUser{NewUser: account.NewUser{Username: "x1"}, Role: "root"})
	wantField(t, err, "role", apierr.NotInEnum)
	_, err = w.CommandLine().AddUser(t.Context(), account.AddedUser{
		NewUser: account.NewUser{Username: "x2", Profile: account.Profile{Mobile: new(lisMobile)}}, MobileVerified: true,
	})
	wantFailure(t, err, apierr.MobileTaken)
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []int64
	for i := range 5 {
		want = append(want, w.add(fmt.Sprintf("user%d", i)))
	}
	var got []int64
	for after := int64(0); ; after = got[len(got)-1] {
		page, err := w.CommandLine().FindUsers(t.Context(), account.UserFilter{}, after, 2)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, user := range page {
			got = append(got, user.ID)
		}
	}
	wantEqual(t, "ids", fmt.Sprint(got), fmt.Sprint(want))
}

func TestAdministrationRefusesTheUnknown(t *testing.T) {
	t.Parallel()
	w := school(t)
	ctx, id := t.Context(), w.add("li")
	for name, test := range map[string]struct {
		err  error
		want apierr.Code
	}{
		"disable":          {w.CommandLine().DisableUser(ctx, 1), apierr.UserNotFound},
		"enable":           {w.CommandLine().EnableUser(ctx, 1), apierr.UserNotFound},
		"role":             {w.CommandLine().SetRole(ctx, 1, store.RoleMember), apierr.UserNotFound},
		"role's name":      {w.CommandLine().SetRole(ctx, id, "root"), apierr.InvalidField},
		"organisation":     {w.CommandLine().DisableOrganisation(ctx, "east"), apierr.InvalidField},
		"organisation, on": {w.CommandLine().EnableOrganisation(ctx, "east"), apierr.InvalidField},
		"role, off":        {w.CommandLine().DisableRole(ctx, "cook"), apierr.InvalidField},
		"role, on":         {w.CommandLine().EnableRole(ctx, "cook"), apierr.InvalidField},
		"membership":       {w.CommandLine().AddMembership(ctx, 1, "north", ""), apierr.UserNotFound},
		"its organisation": {w.CommandLine().AddMembership(ctx, id, "east", ""), apierr.InvalidField},
		"its role":         {w.CommandLine().AddMembership(ctx, id, "north", "cook"), apierr.InvalidField},
		"no membership":    {w.CommandLine().RemoveMembership(ctx, id, "north", ""), apierr.InvalidField},
		"application":      {w.CommandLine().DisableApplication(ctx, "other"), apierr.UnknownApplication},
		"application, on":  {w.CommandLine().EnableApplication(ctx, "other"), apierr.UnknownApplication},
		"rights":           {w.CommandLine().SetApplicationRights(ctx, "other", nil), apierr.UnknownApplication},
		"right":            {w.CommandLine().SetApplicationRights(ctx, "app", []string{"all"}), apierr.InvalidField},
		"link":             {w.CommandLine().AddApplicationOrganisation(ctx, "other", "north"), apierr.UnknownApplication},
		"link's end":       {w.CommandLine().AddApplicationOrganisation(ctx, "app", "east"), apierr.InvalidField},
		"no link":          {w.CommandLine().RemoveApplicationOrganisation(ctx, "app", "south"), apierr.InvalidField},
	} {
		if !apierr.Is(test.err, test.want) {
			t.Errorf("%s: got %v, want %s", name, test.err, test.want)
		}
	}
	_, err := w.CommandLine().AddOrganisation(ctx, "north", "again")
	wantFailure(t, err, apierr.AlreadyExists)
	_, err = w.CommandLine().AddRole(ctx, "", "nameless", false)
	wantField(t, err, "code", apierr.Required)
	_, err = w.CommandLine().AddApplication(ctx, "app", "again", nil)
	wantFailure(t, err, apierr.AlreadyExists)
	_, err = w.CommandLine().AddApplication(ctx, "quartet", "again", nil) // it is in every JWT's audience
	wantField(t, err, "id", apierr.NotInEnum)
	_, err = w.CommandLine().AddApplication(ctx, "next", "Next", nil, "north", "east")
	wantField(t, err, "organisations", apierr.NotInEnum)
}

// Names of organisations, roles and applications are written as one language writes, word
// by word, and hide nothing.
func TestListedNamesShowWhatTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, reason := range map[string]apierr.Reason{
		"аpple": apierr.MixedScripts, "My аpple 商店": apierr.MixedScripts, "北校区\u202e": apierr.Invisible, "北\u200b校区": apierr.Invisible, "北\u115f校区": apierr.Invisible, "\u2800": apierr.Invisible,
		" 北校区": apierr.BadFormat, "北校区 North": "", "Газпром Group": "", "阿凡提·买买提 工作室": "", "中国ABC": "",
	} {
		_, organisation := w.CommandLine().AddOrganisation(t.Context(), "code", name)
		_, application := w.CommandLine().AddApplication(t.Context(), "code", name, nil)
		_, role := w.CommandLine().AddRole(t.Context(), "code", name, false)
		for kind, err := range map[string]error{"organisation": organisation, "application": application, "role": role} {
			switch {
			case reason != "":
				wantField(t, err, "name", reason)
			case err != nil && !apierr.Is(err, apierr.AlreadyExists):
				t.Errorf("%s %+q: %v", kind, name, err)
			}
		}
	}
}

func TestMemberships(t *testing.T) {
	t.Parallel()
	w := school(t)
	id := w.add("li")
	shown := func() string {
		memberships, err := w.Memberships(t.Context(), id)
		must(t, err)
		var text string
		for _, m := range memberships {
			text += m.Code
			for _, r := range m.Roles {
				text += "(" + r.Code + ")"
			}
		}
		return text
	}
	must(t, w.CommandLine().AddMembership(t.Context(), id, "north", ""))
	must(t, w.CommandLine().AddMembership(t.Context(), id, "north", ""))
	wantEqual(t, "member", shown(), "north")
	must(t, w.CommandLine().AddMembership(t.Context(), id, "north", "teacher"))
	wantEqual(t, "with role", shown(), "north(teacher)")
	must(t, w.CommandLine().DisableRole(t.Context(), "teacher"))
	wantEqual(t, "role disabled", shown(), "north")
	must(t, w.CommandLine().EnableRole(t.Context(), "teacher"))
	must(t, w.CommandLine().RemoveMembership(t.Context(), id, "north", "teacher"))
	wantEqual(t, "role removed", shown(), "north")
	must(t, w.CommandLine().RemoveMembership(t.Context(), id, "north", ""))
	wantEqual(t, "removed", shown(), "")
}

func TestListings(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.rights(account.RightNickname, account.RightContact, account.RightNickname)
	organisations, err := w.ListOrganisations(t.Context())
	must(t, err)
	wantEqual(t, "organisations", len(organisations), 2)
	roles, err := w.ListRoles(t.Context())
	must(t, err)
	wantEqual(t, "roles", len(roles), 1)
	applications, err := w.ListApplications(t.Context())
	must(t, err)
	wantEqual(t, "applications", len(applications), 1)
	application, seen, err := w.Application(t.Context(), "app")
	must(t, err)
	wantEqual(t, "rights", application.Rights, "contact nickname")
	wantEqual(t, "sees", len(seen), 1)
	must(t, w.CommandLine().SetApplicationRights(t.Context(), "app", nil))
	application, _, err = w.Application(t.Context(), "app")
	must(t, err)
	wantEqual(t, "rights", application.Rights, "")
}

// The database file must not contain mobiles, identity cards, tokens, codes and
// passwords, also while they are only in its log.
func TestDatabaseHoldsNoSecret(t *testing.T) {
	t.Parallel()
	const idCard = "invented-card-0001"
	// six digits could match by chance
	w := newWorld(t, func(c *account.Config) {
		c.NewCode = func(mobile string) string { return "one-time-code-" + mobile[7:] }
	})
	w.add("li", mobile(lisMobile, true), func(u *account.AddedUser) { u.IDCard = new(idCard) })
	w.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open", Mobile: "13900002222"}}
	code := w.code(account.PurposeSignIn, lisMobile)
	byCode, err := w.tryCode(lisMobile, code)
	must(t, err)
	next := w.refresh(byCode.AccessToken, byCode.RefreshToken)
	reservations := w.code(account.PurposeSignIn, "13900003333")
	_, err = w.tryPassword(lisMobile, wrongPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
	secrets := []string{
		lisMobile, "13900002222", "13900003333", idCard, code, reservations, goodPassword, wrongPassword,
		byCode.AccessToken, byCode.RefreshToken, next,
		w.enter("li").AccessToken, w.enterByWeChat("a").AccessToken,
	}
	var dump strings.Builder
	for _, suffix := range []string{"", "-wal"} {
		bytes, err := os.ReadFile(w.path + suffix)
		must(t, err)
		dump.Write(bytes)
	}
	for _, secret := range secrets {
		if strings.Contains(dump.String(), secret) {
			t.Errorf("the database holds %q", secret)
		}
	}
	if !strings.Contains(dump.String(), byCode.User.SecurityStamp) {
		t.Error("the dump lacks the user, so it proves nothing")
	}
}

// With other keys a database fails to be read, rather than showing blanks.
func TestOtherKeysAreFoundOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li", mobile(lisMobile, true))
	w.config.Sealer = fieldcrypt.New(key(5))
	other := account.New(w.config)
	_, err := other.FindUser(t.Context(), "li")
	wantFailure(t, err, apierr.Internal)
}

func TestDatabaseOutOfReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li")
	token := w.enter("li").AccessToken
	must(t, w.store.Close())
	_, err := w.authenticate(token)
	wantFailure(t, err, apierr.Unavailable)
	_, err = w.tryPassword("li", goodPassword, home)
	wantFailure(t, err, apierr.Unavailable)
	_, err = w.SendCode(t.Context(), account.SendCodeRequest{Purpose: account.PurposeSignIn, Mobile: lisMobile})
	wantFailure(t, err, apierr.Unavailable)
	_, err = w.tryCode(lisMobile, "123456")
	wantFailure(t, err, apierr.Unavailable)
}
