package account_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

// onceWeChat is a WeChat whose codes work once. before, if set, runs before the
// response.
type onceWeChat struct {
	asked  atomic.Int64
	before func(ctx context.Context) error
}

func (w *onceWeChat) Exchange(ctx context.Context, code string) (account.WeChatIdentity, error) {
	n := w.asked.Add(1)
	if w.before != nil {
		if err := w.before(ctx); err != nil {
			return account.WeChatIdentity{}, err
		}
	}
	if n > 1 {
		return account.WeChatIdentity{}, apierr.New(apierr.WeChatCodeUsed)
	}
	return account.WeChatIdentity{AppID: "app", OpenID: "open-" + code, Nickname: "清风", Mobile: lisMobile}, nil
}

func (w *onceWeChat) PhoneNumber(ctx context.Context, code string) (string, error) {
	identity, err := w.Exchange(ctx, code)
	return identity.Mobile, err
}

// by lets the service use gateway with a long database timeout, so that a busy machine
// does not fail the test.
func by(gateway account.WeChat) func(*account.Config) {
	return func(c *account.Config) { c.WeChat, c.Limits.SaveTimeout = gateway, time.Minute }
}

// another is a second server on the same database.
func (w *world) another(gateway account.WeChat) *account.Service {
	config := w.config
	config.WeChat = gateway
	return account.New(config)
}

func tryWeChat(ctx context.Context, s *account.Service, code string) (account.SignInResult, error) {
	return s.SignInByWeChat(ctx, account.WeChatSignIn{Code: code, ClientIP: home})
}

func TestWeChatCodeAgainIsTheSamePerson(t *testing.T) {
	t.Parallel()
	weChat := &onceWeChat{}
	w := newWorld(t, by(weChat))
	first := w.enterByWeChat("a")
	w.clock.Advance(5*time.Minute - time.Millisecond)
	again := w.enterByWeChat("a")
	wantEqual(t, "person", again.User.ID, first.User.ID)
	wantEqual(t, "asked", weChat.asked.Load(), 1)
	if first.AccessToken == again.AccessToken {
		t.Error("two sign-ins have one session")
	}
	onOther, err := tryWeChat(t.Context(), w.another(weChat), "a")
	must(t, err)
	wantEqual(t, "person on another server", onOther.User.ID, first.User.ID)
	wantEqual(t, "asked", weChat.asked.Load(), 1)
	w.clock.Advance(time.Millisecond)
	_, err = tryWeChat(t.Context(), w.Service, "a")
	wantFailure(t, err, apierr.WeChatCodeUsed)
	wantEqual(t, "asked", weChat.asked.Load(), 2)
}

func TestWeChatCodeAtOnceIsAskedOnce(t *testing.T) {
	t.Parallel()
	weChat := &onceWeChat{}
	w := newWorld(t, by(weChat))
	got := concurrently(50, func(int) error {
		_, err := tryWeChat(t.Context(), w.Service, "a")
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 50})
	wantEqual(t, "asked", weChat.asked.Load(), 1)
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 1)
}

func TestWeChatCodeThatAnotherServerHasUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, by(&onceWeChat{}))
	var first account.SignInResult
	slower := &onceWeChat{before: func(context.Context) error {
		first = w.enterByWeChat("a")
		return apierr.New(apierr.WeChatCodeUsed)
	}}
	second, err := tryWeChat(t.Context(), w.another(slower), "a")
	must(t, err)
	wantEqual(t, "person", second.User.ID, first.User.ID)
	wantEqual(t, "asked", slower.asked.Load(), 1)
}

func TestWeChatFailureIsNotKept(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]func(context.Context) error{
		"slow":    untilDone,
		"down":    func(context.Context) error { return errors.New("connection refused") },
		"invalid": func(context.Context) error { return apierr.New(apierr.WeChatCodeInvalid) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, by(&onceWeChat{before: failing}), func(c *account.Config) { c.Limits.ProviderTimeout = 50 * time.Millisecond })
			if _, err := tryWeChat(t.Context(), w.Service, "a"); err == nil {
				t.Fatal("signed in")
			}
			wantEqual(t, "kept", w.number("SELECT COUNT(*) FROM wechat_codes"), 0)
			_, err := tryWeChat(t.Context(), w.another(&onceWeChat{}), "a")
			must(t, err)
		})
	}
}

// The client leaves while WeChat answers: the code is used up, and the client can only
// repeat it.
func TestWeChatAnswerIsKeptForAClientWhoLeft(t *testing.T) {
	t.Parallel()
	leaving, leave := context.WithCancel(t.Context())
	weChat := &onceWeChat{before: func(ctx context.Context) error { leave(); return ctx.Err() }}
	w := newWorld(t, by(weChat))
	if _, err := tryWeChat(leaving, w.Service, "a"); err == nil {
		t.Error("a client who has left was signed in")
	}
	_, err := tryWeChat(t.Context(), w.Service, "a")
	must(t, err)
	wantEqual(t, "asked", weChat.asked.Load(), 1)
}

func TestKeptWeChatAnswerTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, by(&onceWeChat{}))
	w.enterByWeChat("a-code")
	wantEqual(t, "kept", w.number("SELECT COUNT(*) FROM wechat_codes"), 1)
	for _, told := range []string{"a-code", "open-", "清风", lisMobile} {
		wantEqual(t, told, w.number(
			"SELECT COUNT(*) FROM wechat_codes WHERE code_hash LIKE ? OR identity_sealed LIKE ?", "%"+told+"%", "%"+told+"%"), 0)
	}
}

func TestKeptWeChatAnswerIsBoundToItsCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "a"}, "b": {AppID: "app", OpenID: "b"}}
	w.enterByWeChat("a")
	w.enterByWeChat("b")
	w.change("UPDATE wechat_codes SET identity_sealed = (SELECT MAX(identity_sealed) FROM wechat_codes)")
	_, errA := tryWeChat(t.Context(), w.Service, "a")
	_, errB := tryWeChat(t.Context(), w.Service, "b")
	if (errA == nil) == (errB == nil) {
		t.Errorf("of two codes with one answer: %v and %v", errA, errB)
	}
	wantFailure(t, errors.Join(errA, errB), apierr.Internal)
}

func TestWeChatSignInWithoutKeepingTheAnswer(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := newWorld(t, by(&onceWeChat{}), func(c *account.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	w.change("CREATE TRIGGER full BEFORE INSERT ON wechat_codes BEGIN SELECT RAISE(ABORT, 'full'); END")
	w.enterByWeChat("a-code")
	if text := log.String(); !strings.Contains(text, "was not stored") || strings.Contains(text, "a-code") || strings.Contains(text, "open-") {
		t.Errorf("log: %s", text)
	}
}

// change changes the database file directly.
func (w *world) change(query string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.path)
	must(w.t, err)
	defer db.Close()
	_, err = db.ExecContext(w.t.Context(), query)
	must(w.t, err)
}
