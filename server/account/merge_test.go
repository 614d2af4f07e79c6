package account_test

import (
	"slices"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

// pair is one person with two users: one of WeChat, one with a mobile and a password.
func pair(t *testing.T) (w *world, byWeChat, byName account.SignInResult) {
	t.Helper()
	w = newWorld(t)
	w.weChat.people = map[string]account.WeChatIdentity{
		"mini": {AppID: "mini", OpenID: "open-1", UnionID: "union-1", Nickname: "清风", City: "杭州"},
		"web":  {AppID: "web", OpenID: "open-2", UnionID: "union-1"},
	}
	w.add("li", mobile(lisMobile, true))
	return w, w.enterByWeChat("mini"), w.enter("li")
}

func (w *world) merge(into, other string) (account.User, error) {
	w.t.Helper()
	return w.MergeIntoCaller(w.t.Context(), w.authenticated(into), account.Merge{OtherToken: other})
}

func TestTwoUsersOfOnePersonBecomeOne(t *testing.T) {
	t.Parallel()
	w, byWeChat, byName := pair(t)
	phone := w.enterByCode(lisMobile)
	user, err := w.merge(byWeChat.AccessToken, byName.AccessToken)
	must(t, err)
	wantEqual(t, "who stays", user.ID, byWeChat.User.ID)
	wantEqual(t, "nickname", deref(user.Nickname), "清风")
	wantEqual(t, "user name", deref(user.Username), "li")
	wantEqual(t, "mobile", deref(user.Mobile), lisMobile)
	wantEqual(t, "verified", user.MobileVerified, true)
	for name, over := range map[string]string{"password": byName.AccessToken, "code": phone.AccessToken} {
		if _, err := w.authenticate(over); err == nil {
			t.Errorf("the session by %s goes on", name)
		}
	}
	w.authenticated(byWeChat.AccessToken)
	wantEqual(t, "by password", w.enter("li").User.ID, user.ID)
	wantEqual(t, "by code", w.enterByCode(lisMobile).User.ID, user.ID)
	wantEqual(t, "by WeChat", w.enterByWeChat("mini").User.ID, user.ID)
	wantEqual(t, "by another app of WeChat", w.enterByWeChat("web").User.ID, user.ID)
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
	wantEqual(t, "events", w.number("SELECT COUNT(*) FROM audit_events WHERE kind LIKE 'user_merged%' AND actor_id = ?", user.ID), 2)
	wantEqual(t, "sign-ins kept", w.number("SELECT COUNT(*) FROM sessions WHERE user_id = ? AND end_reason = ?", user.ID, store.EndedByMerge), 2)
	wantEqual(t, "alias", w.number("SELECT user_id FROM user_aliases WHERE source = 'merged' AND alias = CAST(? AS TEXT)", byName.User.ID), user.ID)
}

func TestOfWhatBothHaveTheCallersStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	into := w.add("li", mobile(lisMobile, true), email("li@example.com", false))
	from := w.add("wang", mobile("13900002222", true), email("wang@example.com", true))
	must(t, w.CommandLine().MergeUsers(t.Context(), from, into))
	user := w.enter("li").User
	wantEqual(t, "id", user.ID, into)
	wantEqual(t, "mobile", deref(user.Mobile), lisMobile)
	wantEqual(t, "a proven e-mail before one that is not", deref(user.Email), "wang@example.com")
	wantEqual(t, "verified", user.EmailVerified, true)
	_, err := w.tryPassword("wang", goodPassword, home)
	wantFailure(t, err, apierr.WrongCredentials)
	if w.enterByCode("13900002222").User.ID == into {
		t.Error("a mobile that was given up still signs in")
	}
	wantEqual(t, "the user name is free again", w.add("wang") != 0, true)
	wantEqual(t, "events", w.number("SELECT COUNT(*) FROM audit_events WHERE kind LIKE 'user_merged%' AND dialect = 'command_line'"), 2)
}

func TestWhatCannotBeMerged(t *testing.T) {
	t.Parallel()
	w, byWeChat, byName := pair(t)
	into := byWeChat.User.ID
	admin := w.add("boss", role(account.RoleAdministrator))
	locked := w.add("sun")
	must(t, w.CommandLine().DisableUser(t.Context(), locked))
	for name, c := range map[string]struct {
		from, into int64
		want       apierr.Code
	}{
		"an administrator":    {admin, into, apierr.Forbidden},
		"a disabled user":     {locked, into, apierr.Forbidden},
		"into a disabled one": {into, locked, apierr.Forbidden},
		"into nobody":         {into, 999, apierr.UserNotFound},
		"nobody":              {999, into, apierr.UserNotFound},
		"oneself":             {into, into, apierr.InvalidField},
	} {
		t.Run(name, func(t *testing.T) {
			wantFailure(t, w.CommandLine().MergeUsers(t.Context(), c.from, c.into), c.want)
		})
	}
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 4)
	_, err := w.merge(byName.AccessToken, byName.AccessToken)
	wantField(t, err, "accessToken", apierr.NotInEnum)
}

// Who administers an organisation is not merged away by a user, who could then do so in
// their name; another user of theirs can be merged into them.
func TestNobodyTakesAnAdministratorOverByAMerge(t *testing.T) {
	t.Parallel()
	w, byWeChat, byName := pair(t)
	command := w.CommandLine()
	_, err := command.AddOrganisation(t.Context(), "north", "北校")
	must(t, err)
	_, err = command.AddRole(t.Context(), "principal", "校长", true)
	must(t, err)
	must(t, command.AddMembership(t.Context(), byName.User.ID, "north", "principal"))
	_, err = w.merge(byWeChat.AccessToken, byName.AccessToken)
	wantFailure(t, err, apierr.Forbidden)
	_, err = w.merge(byName.AccessToken, byWeChat.AccessToken)
	must(t, err)
}

// Both must be proven anew: an old session of either is none.
func TestAMergeNeedsFreshProofOfBoth(t *testing.T) {
	t.Parallel()
	w, _, byName := pair(t)
	for _, other := range []string{"", "nonsense", "AT-1-c2FtcGxlLW9ubHktYWNjZXNzLXRva2Vu"} {
		_, err := w.merge(byName.AccessToken, other)
		wantEqual(t, "field", wantFailure(t, err, apierr.FreshProofRequired).Field, "accessToken")
	}
	w.clock.Advance(10*time.Minute + time.Second)
	fresh := w.enterByWeChat("mini")
	_, err := w.merge(fresh.AccessToken, byName.AccessToken)
	wantEqual(t, "field", wantFailure(t, err, apierr.FreshProofRequired).Field, "accessToken")
	_, err = w.merge(byName.AccessToken, fresh.AccessToken)
	wantEqual(t, "field", wantFailure(t, err, apierr.FreshProofRequired).Field, "")
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 2)
	wantEqual(t, "refusals in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'merge_refused'"), 4)
}

func TestMergesAreLimited(t *testing.T) {
	t.Parallel()
	w, byWeChat, byName := pair(t)
	for range 5 {
		_, err := w.merge(byName.AccessToken, "nonsense")
		wantFailure(t, err, apierr.FreshProofRequired)
	}
	_, err := w.merge(byName.AccessToken, byWeChat.AccessToken)
	wantFailure(t, err, apierr.TooManyRequests)
}

// Two merges in opposite directions leave one user, and neither waits for the other.
func TestMergesAtTheSameTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.add("li"), w.add("wang")
	got := concurrently(10, func(i int) error {
		if i%2 == 0 {
			return w.CommandLine().MergeUsers(t.Context(), a, b)
		}
		return w.CommandLine().MergeUsers(t.Context(), b, a)
	})
	wantOutcomes(t, got, map[string]int{"ok": 1, "user_not_found": 9})
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
}

// A mobile that is no longer a way in is told so, and nobody merges a user who is leaving.
func TestAMergeTellsTheMobileThatIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li", mobile(lisMobile, true))
	w.add("wang", mobile("13900002222", true))
	into, from := w.enter("li"), w.enter("wang")
	_, err := w.merge(into.AccessToken, from.AccessToken)
	must(t, err)
	w.Wait()
	w.sms.mutex.Lock()
	for _, told := range []string{"13900002222", lisMobile} { // the one that is given up, and the one whose ways in are more
		if !slices.Contains(w.sms.sent, account.CodeMessage{Mobile: told, Purpose: account.PurposeNotice}) {
			t.Errorf("%s is not told", told)
		}
	}
	w.sms.mutex.Unlock()
	leaving := w.add("zhao")
	_, err = w.CloseAccount(t.Context(), w.authenticated(w.enter("zhao").AccessToken), account.Proof{})
	must(t, err)
	wantFailure(t, w.CommandLine().MergeUsers(t.Context(), leaving, into.User.ID), apierr.Forbidden)
	wantFailure(t, w.CommandLine().MergeUsers(t.Context(), into.User.ID, leaving), apierr.Forbidden)
}
