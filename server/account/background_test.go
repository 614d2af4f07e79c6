package account_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

// lock locks the database until the returned function is called.
func (w *world) lock() (unlock func()) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.path)
	must(w.t, err)
	db.SetMaxOpenConns(1)
	_, err = db.Exec("BEGIN IMMEDIATE")
	must(w.t, err)
	return func() {
		_, err := db.Exec("ROLLBACK")
		must(w.t, errors.Join(err, db.Close()))
	}
}

// untilLocked is a provider that answers once the database is locked.
func (w *world) untilLocked(unlock *func()) func(context.Context) error {
	return func(context.Context) error { *unlock = w.lock(); return nil }
}

// soon has a service with a long database timeout, and a caller with a short deadline.
func soon(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), 500*time.Millisecond)
}

// answered returns the result of do, which must not wait for the locked database.
func answered(t *testing.T, do func() error) error {
	t.Helper()
	answer := make(chan error, 1)
	go func() { answer <- do() }()
	select {
	case err := <-answer:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("no answer while the database is locked")
		return nil
	}
}

// WeChat has answered, and another process locks the database: the caller gets a
// response in time, and a later attempt signs in.
func TestWeChatAnswerIsKeptBehindTheCaller(t *testing.T) {
	t.Parallel()
	var unlock func()
	weChat := &onceWeChat{}
	w := newWorld(t, by(weChat))
	weChat.before = func(ctx context.Context) error {
		if weChat.asked.Load() == 1 {
			return w.untilLocked(&unlock)(ctx)
		}
		return nil
	}
	ctx, cancel := soon(t)
	defer cancel()
	err := answered(t, func() error { _, err := tryWeChat(ctx, w.Service, "a"); return err })
	wantFailure(t, err, apierr.Unavailable)
	unlock()
	w.Wait()
	wantEqual(t, "kept", w.number("SELECT COUNT(*) FROM wechat_codes"), 1)
	_, err = tryWeChat(t.Context(), w.another(weChat), "a")
	must(t, err)
	wantEqual(t, "asked", weChat.asked.Load(), 1)
}

// The caller's deadline applies to WeChat too.
func TestWeChatHasTheCallersTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, by(&onceWeChat{before: untilDone}), func(c *account.Config) { c.Limits.ProviderTimeout = time.Hour })
	ctx, cancel := soon(t)
	defer cancel()
	err := answered(t, func() error { _, err := tryWeChat(ctx, w.Service, "a"); return err })
	if !apierr.Is(err, apierr.WeChatUnavailable) && !apierr.Is(err, apierr.Unavailable) {
		t.Errorf("got %v", err)
	}
	w.Wait() // or the gateway would be waited for without end
}

// The same for an accepted message: the user has received the code.
func TestCodeIsActivatedBehindTheCaller(t *testing.T) {
	t.Parallel()
	var unlock func()
	w := newWorld(t, func(c *account.Config) { c.Limits.SaveTimeout = time.Minute })
	w.sms.reply = w.untilLocked(&unlock)
	ctx, cancel := soon(t)
	defer cancel()
	err := answered(t, func() error {
		_, err := w.SendCode(ctx, account.SendCodeRequest{Purpose: account.PurposeSignIn, Mobile: lisMobile, ClientIP: home})
		return err
	})
	wantFailure(t, err, apierr.Unavailable)
	unlock()
	w.Wait()
	_, err = w.tryCode(lisMobile, w.sms.last())
	must(t, err)
}

func TestPanicOfAProviderIsAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, by(&onceWeChat{before: func(context.Context) error { panic("nil pointer") }}))
	_, err := tryWeChat(t.Context(), w.Service, "a")
	wantFailure(t, err, apierr.Internal)
}
