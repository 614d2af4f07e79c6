package account_test

import (
	"bytes"
	"os"
	"strconv"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
	"quartet/store/dump"
)

const day = 24 * time.Hour

// closing is a person with everything that can name them, and a live session.
func closing(t *testing.T) (*world, account.Caller, []string) {
	t.Helper()
	w := newWorld(t)
	w.weChat.people = map[string]account.WeChatIdentity{"c": {AppID: "wx-1", OpenID: "openid-of-linxi", UnionID: "unionid-of-linxi", Nickname: "林溪的微信"}}
	traces := []string{"linxi.example", "林溪", "openid-of-linxi", "unionid-of-linxi", "192.0.2.77", "Phone-of-Linxi", "old-id-of-linxi"}
	id := w.add("linxi.example", mobile(lisMobile, true), email("linxi.example@example.com", true), func(u *account.AddedUser) {
		u.RealName, u.Address = new("林溪"), new("林溪家")
	})
	w.change("INSERT INTO user_aliases (source, alias, user_id) VALUES ('ruoyi', 'old-id-of-linxi', " + strconv.FormatInt(id, 10) + ")")
	_, err := w.tryPassword("linxi.example", wrongPassword, "192.0.2.77")
	wantFailure(t, err, apierr.WrongCredentials)
	result, err := w.SignInByPassword(t.Context(), account.PasswordSignIn{
		Dialect: "jfinal", Account: lisMobile, Password: goodPassword, ClientIP: "192.0.2.77", UserAgent: "Phone-of-Linxi",
	})
	must(t, err)
	caller := w.authenticated(result.AccessToken)
	must(t, w.LinkWeChat(t.Context(), caller, "", "c", "192.0.2.77"))
	return w, caller, traces
}

// find lists the texts that are in the files of the database, a backup or an export.
func (w *world) find(texts []string) (found []string) {
	w.t.Helper()
	backup := w.t.TempDir() + "/backup.db"
	must(w.t, w.store.Backup(w.t.Context(), backup))
	var exported bytes.Buffer
	_, err := dump.Export(w.t.Context(), w.store, &exported, func(_, _ int64) {})
	must(w.t, err)
	contents := map[string][]byte{"export": exported.Bytes()}
	for _, path := range []string{w.path, w.path + "-wal", backup} {
		content, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			w.t.Fatal(err)
		}
		contents[path] = content
	}
	for where, content := range contents {
		for _, text := range texts {
			if bytes.Contains(content, []byte(text)) {
				found = append(found, text+" in "+where)
			}
		}
	}
	return found
}

func TestAClosedAccountLeavesNothing(t *testing.T) {
	t.Parallel()
	w, caller, traces := closing(t)
	for _, column := range []string{"password_hash", "mobile_sealed"} {
		traces = append(traces, w.text("SELECT "+column+" FROM users WHERE id = ?", caller.UserID))
	}
	if found := w.find(traces); len(found) < 2*len(traces) {
		t.Fatalf("the test finds too little: %v", found)
	}
	erasedAt, err := w.CloseAccount(t.Context(), caller, account.Proof{})
	must(t, err)
	wantEqual(t, "erased at", erasedAt, w.clock.Now().Add(15*day))
	wantEqual(t, "live sessions", w.number("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL"), 0)

	w.clock.Advance(15*day - time.Second)
	wantEqual(t, "erased early", eraseDue(w), 0)
	w.clock.Advance(time.Second)
	_, err = w.tryPassword("linxi.example", goodPassword, home)
	wantFailure(t, err, apierr.WrongCredentials) // due, and not erased yet
	wantEqual(t, "erased", eraseDue(w), 1)
	if found := w.find(traces); len(found) > 0 {
		t.Errorf("still there: %v", found)
	}
	wantEqual(t, "events by number", w.number("SELECT COUNT(*) FROM audit_events WHERE subject_id = ? AND client_ip = '' AND detail = '{}'", caller.UserID) > 3, true)
	wantEqual(t, "events that say where from", w.number("SELECT COUNT(*) FROM audit_events WHERE (subject_id = ? OR actor_id = ?) AND (client_ip <> '' OR detail <> '{}')", caller.UserID, caller.UserID), 0)

	again := w.enterByCode(lisMobile)
	if again.User.ID == caller.UserID {
		t.Error("the new holder of the number is the old user")
	}
	wantEqual(t, "user name is free", w.add("linxi.example") != caller.UserID, true)
	for id, want := range map[string]bool{"old-id-of-linxi": true, "another": false} {
		erased, err := w.WasErased(t.Context(), "ruoyi", id)
		must(t, err)
		wantEqual(t, id, erased, want)
	}
}

func eraseDue(w *world) int {
	w.t.Helper()
	erased, err := w.EraseDueUsers(w.t.Context())
	must(w.t, err)
	return erased
}

func TestASignInTakesTheClosingBack(t *testing.T) {
	t.Parallel()
	for name, enter := range map[string]func(*world){
		"password": func(w *world) { w.enter("linxi.example") },
		"code":     func(w *world) { w.enterByCode(lisMobile) },
		"WeChat":   func(w *world) { w.enterByWeChat("c") },
	} {
		t.Run(name, func(t *testing.T) {
			w, caller, _ := closing(t)
			_, err := w.CloseAccount(t.Context(), caller, account.Proof{})
			must(t, err)
			w.clock.Advance(14 * day)
			enter(w)
			w.clock.Advance(2 * day)
			wantEqual(t, "erased", eraseDue(w), 0)
			wantEqual(t, "events", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = ? AND subject_id = ?", account.AuditAccountReopened, caller.UserID), 1)
		})
	}
}

// An account cannot be closed with a stolen token alone.
func TestClosingNeedsProof(t *testing.T) {
	t.Parallel()
	w, caller, _ := closing(t)
	w.clock.Advance(11 * time.Minute)
	try := func(p account.Proof) error {
		_, err := w.CloseAccount(t.Context(), caller, p)
		return err
	}
	wantFailure(t, try(account.Proof{}), apierr.FreshProofRequired)
	wantEqual(t, "field", wantFailure(t, try(account.Proof{Password: wrongPassword}), apierr.WrongOldPassword).Field, "password")
	wantFailure(t, try(account.Proof{Code: "000000"}), apierr.WrongCode)
	other := w.code(account.PurposeSignIn, lisMobile)
	wantFailure(t, try(account.Proof{Code: other}), apierr.WrongCode)
	wantEqual(t, "closing", w.number("SELECT COUNT(*) FROM users WHERE closing_at IS NOT NULL"), 0)
	w.clock.Advance(time.Minute)
	must(t, try(account.Proof{Code: w.code(account.PurposeProveIdentity, lisMobile)}))

	boss := w.caller("boss", account.RoleSuperAdministrator)
	_, err := w.CloseAccount(t.Context(), boss, account.Proof{Password: goodPassword})
	wantFailure(t, err, apierr.Forbidden)
}

func TestAnOperatorErasesAUserAtOnce(t *testing.T) {
	t.Parallel()
	w, caller, traces := closing(t)
	must(t, w.CommandLine().EraseUser(t.Context(), caller.UserID))
	if found := w.find(traces); len(found) > 0 {
		t.Errorf("still there: %v", found)
	}
	wantFailure(t, w.CommandLine().EraseUser(t.Context(), caller.UserID), apierr.UserNotFound)
}

func TestACopyHasEverythingButSecrets(t *testing.T) {
	t.Parallel()
	w, caller, _ := closing(t)
	data, err := w.CopyData(t.Context(), caller)
	must(t, err)
	wantEqual(t, "mobile", deref(data.User.Mobile), lisMobile)
	wantEqual(t, "WeChat", data.User.WeChat[0].OpenID, "openid-of-linxi")
	wantEqual(t, "other id", data.OtherIDs[0], account.OtherID{Origin: "ruoyi", ID: "old-id-of-linxi"})
	wantEqual(t, "sessions", len(data.Sessions), 1)
	wantEqual(t, "events", int64(len(data.Events)), w.number("SELECT COUNT(*) FROM audit_events WHERE subject_id = ?", caller.UserID)-1) // that of the copy
	for range 4 {
		_, err = w.CopyData(t.Context(), caller)
		must(t, err)
	}
	_, err = w.CopyData(t.Context(), caller)
	wantFailure(t, err, apierr.TooManyRequests)
}

func TestSignInHistoryHasPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.caller("li", account.RoleMember)
	w.add("wang")
	w.enter("wang")
	for range 6 {
		w.clock.Advance(time.Second)
		_, err := w.tryPassword("li", wrongPassword, elsewhere)
		wantFailure(t, err, apierr.WrongCredentials)
	}
	var kinds []string
	for before, pages := int64(0), 0; ; pages++ {
		events, next, err := w.SignInHistory(t.Context(), li, before, 3)
		must(t, err)
		for _, e := range events {
			kinds = append(kinds, e.Kind)
		}
		if next == 0 {
			wantEqual(t, "pages", pages, 2)
			break
		}
		before = next
	}
	want := []string{account.AuditLockout}
	for range 5 {
		want = append(want, account.AuditSignInFailed)
	}
	want = append(want, account.AuditSignIn)
	wantEqual(t, "kinds", len(kinds), len(want))
	for i := range want {
		wantEqual(t, "event "+strconv.Itoa(i), kinds[i], want[i])
	}
}

func TestAForgottenPasswordIsSetByCode(t *testing.T) {
	t.Parallel()
	w, caller, _ := closing(t)
	for range 5 {
		_, err := w.tryPassword("linxi.example", wrongPassword, home)
		wantFailure(t, err, apierr.WrongCredentials)
	}
	set := func(mobile, code, text string) error {
		return w.SetForgottenPassword(t.Context(), account.ForgottenPassword{Dialect: "yudao", ClientIP: home, Mobile: mobile, Code: code, NewPassword: text})
	}
	code := w.code(account.PurposeResetPassword, lisMobile)
	wantFailure(t, set(lisMobile, "000000", otherPassword), apierr.WrongCode)
	wantFailure(t, set(lisMobile, code, "short"), apierr.WeakPassword)
	must(t, set(lisMobile, code, otherPassword))
	wantFailure(t, set(lisMobile, code, otherPassword), apierr.WrongCode)
	_, err := w.authenticate(caller.Renewed)
	wantFailure(t, err, apierr.Unauthenticated)
	wantEqual(t, "live sessions", w.number("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL"), 0)
	_, err = w.tryPassword("linxi.example", otherPassword, home) // not locked any more
	must(t, err)
	wantFailure(t, set("13900009999", w.code(account.PurposeResetPassword, "13900009999"), otherPassword), apierr.UserNotFound)
	w.clock.Advance(time.Minute)
	must(t, w.CommandLine().DisableUser(t.Context(), caller.UserID))
	wantFailure(t, set(lisMobile, w.code(account.PurposeResetPassword, lisMobile), goodPassword), apierr.WrongCode)
}

func TestANewMobileNeedsProofAndTheOldOneIsTold(t *testing.T) {
	t.Parallel()
	const newMobile = "13900002222"
	w, caller, _ := closing(t)
	other := w.enterByCode(lisMobile)
	w.clock.Advance(11 * time.Minute)
	code := w.code(account.PurposeVerifyMobile, newMobile)
	wantFailure(t, w.VerifyMobile(t.Context(), caller, newMobile, code, account.Proof{}), apierr.FreshProofRequired)
	must(t, w.VerifyMobile(t.Context(), caller, newMobile, code, account.Proof{Password: goodPassword}))
	w.Wait()
	last := w.sms.sent[len(w.sms.sent)-1]
	wantEqual(t, "told", last, account.CodeMessage{Mobile: lisMobile, Purpose: account.PurposeNotice})
	_, err := w.authenticate(other.AccessToken)
	wantFailure(t, err, apierr.SessionEnded)
	wantEqual(t, "own session", w.number("SELECT COUNT(*) FROM sessions WHERE id = ? AND ended_at IS NULL", caller.SessionID), 1)
	if w.enterByCode(lisMobile).User.ID == caller.UserID {
		t.Error("the old mobile still signs in")
	}
	wantEqual(t, "reason", w.number("SELECT COUNT(*) FROM sessions WHERE end_reason = ?", store.EndedByNewWayIn), 1)
}
