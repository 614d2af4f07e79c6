package account_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

// Every failed sign-in writes exactly one event, so that neither the number of writes
// nor their content reveals the reason.
func TestEveryRefusedSignInIsOneEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	disabled := w.add("sun", mobile("13900005555", true))
	must(t, w.CommandLine().DisableUser(t.Context(), disabled))
	w.add("li")
	w.add("zhao")
	w.fail("zhao", home, 5)
	for name, c := range map[string]struct {
		try    func() error
		detail string
	}{
		"unknown":  {func() error { _, err := w.tryPassword("nobody", goodPassword, home); return err }, "unknown_account"},
		"wrong":    {func() error { _, err := w.tryPassword("li", wrongPassword, home); return err }, "wrong"},
		"disabled": {func() error { _, err := w.tryPassword("sun", goodPassword, home); return err }, "user_disabled"},
		"locked":   {func() error { _, err := w.tryPassword("zhao", goodPassword, home); return err }, "locked"},
		"code":     {func() error { _, err := w.tryCode(lisMobile, "000000"); return err }, "wrong"},
		"WeChat":   {func() error { _, err := w.SignInByWeChat(t.Context(), account.WeChatSignIn{Code: "b"}); return err }, "wechat_code_invalid"},
	} {
		before := w.lastEvent()
		if c.try() == nil {
			t.Errorf("%s: signed in", name)
		}
		events := w.events(before)
		if len(events) != 1 {
			t.Fatalf("%s: %d events", name, len(events))
		}
		if !strings.Contains(events[0].Detail, `"reason":"`+c.detail+`"`) || events[0].ActorID != nil {
			t.Errorf("%s: %+v", name, events[0])
		}
	}
	code := w.code(account.PurposeSignIn, "13900005555")
	before := w.lastEvent()
	_, err := w.tryCode("13900005555", code)
	wantFailure(t, err, apierr.WrongCode)
	events := w.events(before)
	wantEqual(t, "events", len(events), 1)
	wantEqual(t, "subject", *events[0].SubjectID, disabled)
}

func TestSignInsTellTheirWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open"}}
	before := w.lastEvent()
	w.enterByCode(lisMobile)
	w.enterByWeChat("a")
	w.enterByWeChat("a")
	var told []string
	for _, event := range w.events(before) {
		told = append(told, event.Kind+" "+event.Dialect+" "+keyedIndex.ReplaceAllString(event.Detail, "INDEX"))
	}
	wantEqual(t, "events", strings.Join(told, "\n"), strings.Join([]string{
		`code_sent yudao {"mobile":"INDEX","purpose":"sign_in"}`,
		`user_created yudao {"way":"code"}`,
		`sign_in yudao {"product_type":1,"way":"code"}`,
		`user_created ruoyi {"way":"wechat"}`,
		`sign_in ruoyi {"way":"wechat"}`,
		`sign_in ruoyi {"way":"wechat"}`,
	}, "\n"))
}

// Acts that fail or change nothing write no event.
func TestWhatFailsIsNoEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.caller("li", store.RoleMember)
	zhao := w.add("zhao")
	must(t, w.SignOut(t.Context(), li))
	before := w.lastEvent()
	for name, err := range map[string]error{
		"signing out again": w.SignOut(t.Context(), li),
		"another's session": w.EndSession(t.Context(), li, 404),
		"another's data":    w.UpdateUser(t.Context(), li, zhao, account.UserUpdate{Profile: account.Profile{Nickname: new("x")}}),
		"nothing to change": w.UpdateUser(t.Context(), li, li.UserID, account.UserUpdate{}),
		"nobody's password": func() error { _, err := w.CommandLine().ResetPassword(t.Context(), 404, otherPassword); return err }(),
		"nobody disabled":   w.CommandLine().DisableUser(t.Context(), 404),
		"nobody's role":     w.CommandLine().SetRole(t.Context(), 404, store.RoleMember),
		"no organisation":   w.CommandLine().DisableOrganisation(t.Context(), "west"),
		"no membership":     w.CommandLine().RemoveMembership(t.Context(), zhao, "west", ""),
		"no application":    w.CommandLine().DisableApplication(t.Context(), "none"),
		"a name that's taken": func() error {
			_, err := w.CommandLine().AddUser(t.Context(), account.AddedUser{NewUser: account.NewUser{Username: "li"}})
			return err
		}(),
	} {
		if (err == nil) != (name == "signing out again" || name == "nothing to change") {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantEqual(t, "events", len(w.events(before)), 0)
}

// logged is a log that can be read while it is written.
type logged struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(p)
}

func (l *logged) lines() []string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return strings.Split(strings.TrimSpace(l.text.String()), "\n")
}

func logTo(l *logged) func(*account.Config) {
	return func(c *account.Config) { c.Log = slog.New(slog.NewJSONHandler(l, nil)) }
}

// Entered, sent and issued secrets are in no event, stored or logged.
func TestAuditHoldsNoSecret(t *testing.T) {
	t.Parallel()
	log := &logged{}
	w := newWorld(t, logTo(log), func(c *account.Config) {
		c.NewCode = func(mobile string) string { return "one-time-code-" + mobile[7:] } // six digits could be found by chance
	})
	w.weChat.people = map[string]account.WeChatIdentity{"wechat-code-a": {AppID: "app", OpenID: "canary-open-id", Nickname: "甲乙丙"}}
	const typed = "canary.unknown.name"
	id := w.add("canary.li", role(store.RoleSuperAdministrator), mobile(lisMobile, true), email("canary@example.com", true))
	byPassword := w.enter("canary.li")
	caller := w.authenticated(byPassword.AccessToken)
	w.fail(typed, home, 6)
	w.fail("canary@example.com", home, 1)
	w.fail("13900006666", home, 1)
	code := w.code(account.PurposeSignIn, lisMobile)
	_, err := w.tryCode(lisMobile, "guess-canary")
	wantFailure(t, err, apierr.WrongCode)
	byCode, err := w.SignInByCode(t.Context(), account.CodeSignIn{Mobile: lisMobile, Code: code, Source: "canary-source", Device: "canary-device", ClientIP: home})
	must(t, err)
	next := w.refresh(byCode.AccessToken, byCode.RefreshToken)
	last := w.refresh(next, byCode.RefreshToken)
	w.wantRefresh(byCode.AccessToken, byCode.RefreshToken, apierr.RefreshReused)
	byWeChat := w.enterByWeChat("wechat-code-a")
	_, err = w.SignInByWeChat(t.Context(), account.WeChatSignIn{Code: "wechat-code-b"})
	wantFailure(t, err, apierr.WeChatCodeInvalid)
	proof := w.code(account.PurposeVerifyMobile, "13900007777")
	must(t, w.VerifyMobile(t.Context(), caller, "13900007777", proof, account.Proof{}))
	must(t, w.UpdateUser(t.Context(), caller, id, account.UserUpdate{Profile: account.Profile{Mobile: new("")}}))
	must(t, w.UpdateUser(t.Context(), caller, id, account.UserUpdate{Profile: account.Profile{
		Nickname: new("canary-nickname"), RealName: new("canary-name"), IDCard: new("canary-card"), Mobile: new("13900008888"),
	}}))
	must(t, w.ChangePassword(t.Context(), caller, id, otherPassword, new(goodPassword)))
	made, err := w.CommandLine().ResetPassword(t.Context(), id, "")
	must(t, err)

	kept, err := json.Marshal(w.events(0))
	must(t, err)
	var streamed []string
	for _, line := range log.lines() {
		if strings.Contains(line, `"msg":"audit"`) {
			streamed = append(streamed, line)
		}
	}
	wantEqual(t, "lines in the log", len(streamed), len(w.events(0)))
	for where, text := range map[string]string{"a row": string(kept), "the log": strings.Join(streamed, "\n")} {
		for _, secret := range []string{
			"canary", lisMobile, "13900006666", "13900007777", "13900008888", code, proof, goodPassword, otherPassword, wrongPassword,
			made, byPassword.AccessToken, byCode.AccessToken, byCode.RefreshToken, next, last, byWeChat.AccessToken,
			"wechat-code-a", "wechat-code-b", "甲乙丙", "用户",
		} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", where, secret)
			}
		}
		for _, expected := range []string{"refresh_reused", "idcard", home} {
			if !strings.Contains(text, expected) {
				t.Errorf("%s lacks %q, so it proves nothing", where, expected)
			}
		}
	}
}

// A log line says what the row says.
func TestEventIsStreamed(t *testing.T) {
	t.Parallel()
	log := &logged{}
	w := newWorld(t, logTo(log))
	id := w.add("li")
	session := w.enter("li").Session.ID
	lines := log.lines()
	var line map[string]any
	must(t, json.Unmarshal([]byte(lines[len(lines)-1]), &line))
	delete(line, "time")
	event := w.events(0, account.AuditSignIn)[0]
	got, err := json.Marshal(line)
	must(t, err)
	want, err := json.Marshal(map[string]any{
		"level": "INFO", "msg": "audit", "id": event.ID, "at": event.At.Time(), "kind": "sign_in",
		"actor": id, "subject": id, "session": session, "dialect": "jfinal", "client_ip": home,
		"detail": map[string]any{"way": "password"},
	})
	must(t, err)
	// Numbers of both have gone through the same form.
	var same any
	must(t, json.Unmarshal(want, &same))
	want, err = json.Marshal(same)
	must(t, err)
	wantEqual(t, "line", string(got), string(want))
}

// Changes of users and sessions are stored together with their events or not at all.
// Counters stay, and an unused code stays valid.
func TestNothingHappensWithoutItsEvent(t *testing.T) {
	t.Parallel()
	log := &logged{}
	s := newScene(t, logTo(log), func(c *account.Config) { c.OpenRegistration = true })
	s.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open"}}
	opaque := s.enterByCode(lisMobile)
	code := s.code(account.PurposeSignIn, lisMobile)
	const state = `SELECT (SELECT COUNT(*) + SUM(version) + COUNT(disabled_at) + COUNT(last_login_at) FROM users)
		+ (SELECT COUNT(*) + COUNT(ended_at) FROM sessions) + (SELECT COUNT(used_at) FROM one_time_codes)
		+ (SELECT COUNT(*) FROM wechat_identities) + (SELECT COUNT(*) FROM organisations)`
	was, told := s.number(state), strings.Count(strings.Join(log.lines(), "\n"), `"msg":"audit"`)
	s.change("ALTER TABLE audit_events RENAME TO elsewhere")
	for name, err := range map[string]error{
		"create":   errorOf(s.CreateUser(s.ctx, nil, home, account.NewUser{Username: "sun"})),
		"code":     errorOf(s.tryCode(lisMobile, code)),
		"new":      errorOf(s.tryCode("13900004444", "000000")),
		"password": errorOf(s.tryPassword("zhao", goodPassword, home)),
		"wrong":    errorOf(s.tryPassword("zhao", wrongPassword, elsewhere)),
		"WeChat":   errorOf(tryWeChat(s.ctx, s.Service, "a")),
		"end":      s.EndSession(s.ctx, s.li, opaque.Session.ID),
		"sign-out": s.SignOut(s.ctx, s.li),
		"update":   s.UpdateUser(s.ctx, s.li, s.other, account.UserUpdate{Profile: account.Profile{Nickname: new("x")}}),
		"reset":    s.ChangePassword(s.ctx, s.li, s.other, otherPassword, nil),
		"disable":  s.CommandLine().DisableUser(s.ctx, s.other),
		"role":     s.CommandLine().SetRole(s.ctx, s.other, store.RoleAdministrator),
		"school":   errorOf(s.CommandLine().AddOrganisation(s.ctx, "north-2", "北校区")),
	} {
		if !apierr.Is(err, apierr.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantEqual(t, "state", s.number(state), was)
	wantEqual(t, "events in the log", strings.Count(strings.Join(log.lines(), "\n"), `"msg":"audit"`), told)
	wantEqual(t, "guesses", s.number("SELECT SUM(count) FROM rate_counters WHERE key LIKE 'signin:%:%'"), 2)
	s.change("ALTER TABLE elsewhere RENAME TO audit_events")
	must(t, errorOf(s.tryCode(lisMobile, code))) // not spent
}

// Events of refusals that write nothing else are logged if they cannot be stored, and
// fail nothing.
func TestFailingAuditFailsNothingElse(t *testing.T) {
	t.Parallel()
	log := &logged{}
	w := newWorld(t, logTo(log))
	w.change("ALTER TABLE audit_events RENAME TO elsewhere")
	wantFailure(t, errorOf(tryWeChat(t.Context(), w.Service, "b")), apierr.WeChatCodeInvalid)
	text := strings.Join(log.lines(), "\n")
	wantEqual(t, "events in the log", strings.Count(text, `"msg":"audit"`), 1)
	wantEqual(t, "errors in the log", strings.Count(text, `"level":"ERROR","msg":"audit event was not stored"`), 1)
	w.change("ALTER TABLE elsewhere RENAME TO audit_events")
	must(t, errorOf(w.CommandLine().AddOrganisation(t.Context(), "north", "北校区")))
	wantEqual(t, "events afterwards", len(w.events(0, account.AuditOrganisationAdded)), 1)
}

func errorOf[T any](_ T, err error) error { return err }

// The event is recorded even if the caller leaves after the transaction.
func TestCallerWhoLeavesIsAuditedAllTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, leave := context.WithCancel(t.Context())
	w.sms.reply = func(context.Context) error { leave(); return nil }
	_, err := w.SendCode(ctx, account.SendCodeRequest{Purpose: account.PurposeSignIn, Mobile: lisMobile, ClientIP: home})
	must(t, err)
	wantEqual(t, "events", len(w.events(0, account.AuditCodeSent)), 1)
}
