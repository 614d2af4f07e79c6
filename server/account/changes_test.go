package account_test

import (
	"context"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

// What a user has already is no change: it writes no event and no row.
func TestAChangeThatChangesNothingIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	caller := w.caller("tao.ran", store.RoleMember)
	profile := account.Profile{
		Nickname: new("陶然"), Gender: new(2), Birthday: new("1990-05-06"), Mobile: new("13700001111"),
		Email: new("tao@example.com"), IDCardType: new("id"), IDCard: new("110101199001010016"), Company: new(""), Site: new("https://example.com"),
	}
	change := func(p account.Profile) {
		t.Helper()
		must(t, w.UpdateUser(t.Context(), caller, caller.UserID, account.UserUpdate{Profile: p}))
	}
	change(profile)
	events := func() int64 { return w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'user_updated'") }
	wantEqual(t, "events", events(), 1)
	before := w.text("SELECT version || ' ' || updated_at || ' ' || mobile_sealed FROM users")
	w.clock.Advance(time.Minute)
	for range 3 {
		change(profile)
	}
	wantEqual(t, "events", events(), 1)
	wantEqual(t, "the row", w.text("SELECT version || ' ' || updated_at || ' ' || mobile_sealed FROM users"), before)
	wantEqual(t, "counted", w.number("SELECT SUM(count) FROM rate_counters WHERE rate_counters.key LIKE 'changes:%'"), 1)

	profile.Nickname, profile.Gender = new("小陶"), new(0)
	change(profile)
	wantEqual(t, "fields", w.text("SELECT detail FROM audit_events WHERE kind = 'user_updated' ORDER BY id DESC"), `{"fields":["gender","nickname"]}`)
	operator := w.CommandLine()
	same := account.SetUser{Profile: profile, Username: new("tao.ran"), MobileVerified: new(false), Disabled: new(false)}
	all := w.number("SELECT COUNT(*) FROM audit_events")
	must(t, operator.SetUser(t.Context(), caller.UserID, same))
	wantEqual(t, "events of an operator", w.number("SELECT COUNT(*) FROM audit_events"), all)
}

// A member writes no more than 60 changes an hour, whichever server takes them.
func TestChangesOfAUserAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	caller := w.caller("tao.ran", store.RoleMember)
	change := func(n int) error {
		return w.UpdateUser(t.Context(), caller, caller.UserID, account.UserUpdate{Profile: account.Profile{Zipcode: new(string(rune('a' + n%26)))}})
	}
	for n := range 59 {
		must(t, change(n))
	}
	must(t, w.ChangePassword(t.Context(), caller, caller.UserID, otherPassword, new(goodPassword)))
	for n := range 3 {
		failure := wantFailure(t, change(n+60), apierr.TooManyRequests)
		wantEqual(t, "wait", failure.RetryAfter > 0, true)
	}
	wantFailure(t, w.ChangePassword(t.Context(), caller, caller.UserID, goodPassword, new(otherPassword)), apierr.TooManyRequests)
	wantEqual(t, "events", w.number("SELECT COUNT(*) FROM audit_events WHERE kind IN ('user_updated', 'password_changed')"), 60)
	other := w.caller("lu.jiahe", store.RoleMember)
	must(t, w.UpdateUser(t.Context(), other, other.UserID, account.UserUpdate{Profile: account.Profile{Nickname: new("陆")}}))
	administrator := w.caller("admin", store.RoleAdministrator)
	for n := range 70 {
		must(t, w.UpdateUser(t.Context(), administrator, other.UserID, account.UserUpdate{Profile: account.Profile{Zipcode: new(string(rune('a' + n%26)))}}))
	}
	w.clock.Advance(time.Hour)
	must(t, w.UpdateUser(t.Context(), w.authenticated(w.enterWith("tao.ran", otherPassword).AccessToken), caller.UserID,
		account.UserUpdate{Profile: account.Profile{Nickname: new("陶")}}))
}

// A thief who uses a stolen token elsewhere fills the counters of strangers: the owner, at a
// client IP that the account knows, still changes the password and copies the data.
func TestAThiefUsesUpNothingOfTheOwners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.caller("tao.ran", store.RoleMember)
	at := func(clientIP string) context.Context {
		return account.WithRequestInfo(t.Context(), account.RequestInfo{Dialect: "jfinal", ClientIP: clientIP})
	}
	for n := range 70 {
		err := w.UpdateUser(at(elsewhere), owner, owner.UserID, account.UserUpdate{Profile: account.Profile{Zipcode: new(string(rune('a' + n%26)))}})
		if n >= 60 {
			wantFailure(t, err, apierr.TooManyRequests)
		}
	}
	for range 6 {
		wantFailure(t, w.ChangePassword(at(elsewhere), owner, owner.UserID, otherPassword, new(wrongPassword)), apierr.WrongOldPassword)
		_, _ = w.CopyData(at(elsewhere), owner)
	}
	wantFailure(t, w.ChangePassword(at(elsewhere), owner, owner.UserID, otherPassword, new(goodPassword)), apierr.WrongOldPassword)
	_, err := w.CopyData(at(home), owner)
	must(t, err)
	must(t, w.ChangePassword(at(home), owner, owner.UserID, otherPassword, new(goodPassword)))
	for range 5 {
		wantFailure(t, w.ChangePassword(at(home), owner, owner.UserID, goodPassword, new(wrongPassword)), apierr.WrongOldPassword)
	}
	wantFailure(t, w.ChangePassword(at(home), owner, owner.UserID, goodPassword, new(otherPassword)), apierr.WrongOldPassword)
	deleted, err := w.CommandLine().UnlockUser(t.Context(), owner.UserID)
	must(t, err)
	if deleted < 5 {
		t.Errorf("%d counters were deleted", deleted)
	}
	must(t, w.ChangePassword(at(home), owner, owner.UserID, goodPassword, new(otherPassword)))
}

func (w *world) enterWith(name, text string) account.SignInResult {
	w.t.Helper()
	grant, err := w.tryPassword(name, text, home)
	must(w.t, err)
	return grant
}

// The oldest of more than 100 live sessions ends, and its end is in the audit.
func TestSessionsOfAUserAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("tao.ran")
	first := w.enter("tao.ran")
	w.clock.Advance(time.Second)
	for range 99 {
		w.enter("tao.ran")
	}
	caller := w.authenticated(first.AccessToken)
	w.clock.Advance(time.Second)
	last := w.enter("tao.ran")
	_, err := w.authenticate(first.AccessToken)
	wantFailure(t, err, apierr.SessionEnded)
	sessions, err := w.Sessions(t.Context(), w.authenticated(last.AccessToken))
	must(t, err)
	wantEqual(t, "sessions", len(sessions), 100)
	wantEqual(t, "newest first", sessions[0].ID, last.Session.ID)
	wantEqual(t, "its end", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'session_ended' AND session_id = ? AND detail LIKE '%too_many_sessions%'", caller.SessionID), 1)
}

// A user signs in 1000 times an hour at most, so that nobody fills the tables of sessions
// and events with an account of their own.
func TestSignInsOfAUserAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.add("tao.ran")
	session := `INSERT INTO sessions SELECT value, ?, 'jfinal', 'password', NULL, NULL, NULL, NULL, '', NULL, NULL, '', '', 1, NULL, NULL, NULL,
		0, NULL, 0, ?, 0, NULL, NULL, NULL FROM json_each((SELECT json_group_array(n) FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < 1000) SELECT n FROM c)))`
	w.exec(session, id, start.UnixMilli())
	for range 10 { // which are no failures
		_, err := w.tryPassword("tao.ran", goodPassword, home)
		wantFailure(t, err, apierr.TooManyRequests)
	}
	wantEqual(t, "failures", w.number("SELECT COUNT(*) FROM rate_counters WHERE rate_counters.key LIKE 'signin:%' OR rate_counters.key LIKE 'guess%'"), 0)
	wantEqual(t, "events", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'sign_in'"), 0)
	w.clock.Advance(time.Hour)
	w.enter("tao.ran")
}
