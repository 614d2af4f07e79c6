package account_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"os"
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
	"quartet/store/storetest"
)

// commits counts the transactions that do writes: SQLite marks the last page of
// each in its write-ahead log (https://www.sqlite.org/fileformat2.html#walformat).
func (w *world) commits(do func()) (n int) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.path)
	must(w.t, err)
	defer db.Close()
	_, err = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	must(w.t, err)
	do()
	log, err := os.ReadFile(w.path + "-wal")
	must(w.t, err)
	if len(log) == 0 {
		return 0
	}
	const header, frameHeader = 32, 24
	page := int(binary.BigEndian.Uint32(log[8:]))
	for frames := log[header:]; len(frames) >= frameHeader+page; frames = frames[frameHeader+page:] {
		if binary.BigEndian.Uint32(frames[4:]) != 0 { // pages of the database after the commit
			n++
		}
	}
	return n
}

// Each rule writes one transaction, because the sync of the disk is the main cost of a
// transaction.
func TestCommitsOfEachRule(t *testing.T) {
	t.Parallel()
	created := func(by *account.Caller, n account.NewUser) func(s *scene) error {
		return func(s *scene) error {
			_, err := s.CreateUser(s.ctx, by, home, n)
			return err
		}
	}
	for name, c := range map[string]struct {
		act  func(s *scene) error
		want int
	}{
		"create":                 {created(nil, account.NewUser{Username: "sun"}), 1},
		"create, refused":        {refused(created(nil, account.NewUser{Username: "li"})), 1},                                   // counted
		"create with a password": {created(nil, account.NewUser{Username: "sun", Password: new(goodPassword)}), 2},              // counted before hashing
		"sign-in by password":    {func(s *scene) error { _, err := s.tryPassword("zhao", goodPassword, home); return err }, 2}, // as above
		"wrong password":         {refused(func(s *scene) error { _, err := s.tryPassword("zhao", wrongPassword, home); return err }), 2},
		"sending a code": {func(s *scene) error { // before the message and after it
			_, err := s.SendCode(s.ctx, account.SendCodeRequest{Purpose: account.PurposeSignIn, Mobile: "13900004444", ClientIP: home})
			return err
		}, 2},
		"sign-out":         {func(s *scene) error { return s.SignOut(s.ctx, s.li) }, 1},
		"ending a session": {func(s *scene) error { return s.EndSession(s.ctx, s.li, s.li.SessionID) }, 1},
		"slide":            {func(s *scene) error { _, err := s.Extend(s.ctx, s.li, 0); return err }, 1},
		"locking":          {func(s *scene) error { return s.CommandLine().DisableUser(s.ctx, s.other) }, 1},
		"resetting": {func(s *scene) error {
			_, err := s.CommandLine().ResetPassword(s.ctx, s.other, otherPassword)
			return err
		}, 1},
		"update": {func(s *scene) error {
			return s.UpdateUser(s.ctx, s.li, s.other, account.UserUpdate{Profile: account.Profile{Nickname: new("小赵")}})
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, func(c *account.Config) { c.OpenRegistration = true })
			wantEqual(t, "commits", s.commits(func() { must(t, c.act(s)) }), c.want)
		})
	}
}

// refused is act, which must fail.
func refused(act func(s *scene) error) func(s *scene) error {
	return func(s *scene) error {
		if act(s) == nil {
			return fmt.Errorf("nothing was refused")
		}
		return nil
	}
}

func TestCommitsOfSignInsWithoutPassword(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.weChat.people = map[string]account.WeChatIdentity{"a": {AppID: "app", OpenID: "open"}}
	for name, mobile := range map[string]string{"somebody known": lisMobile, "somebody new": "13900004444"} {
		code := s.code(account.PurposeSignIn, mobile)
		var grant account.SignInResult
		enter := func() {
			var err error
			grant, err = s.tryCode(mobile, code)
			must(t, err)
		}
		wantEqual(t, name, s.commits(enter), 1)
		wantEqual(t, "refresh", s.commits(func() { s.refresh(grant.AccessToken, grant.RefreshToken) }), 1)
	}
	s.code(account.PurposeSignIn, lisMobile)
	wrong := func() { _, err := s.tryCode(lisMobile, "000000"); wantFailure(t, err, apierr.WrongCode) }
	wantEqual(t, "the guess and the refusal", s.commits(wrong), 2)
	// The quota, WeChat's answer, and the rest.
	wantEqual(t, "WeChat", s.commits(func() { s.enterByWeChat("a") }), 3)
}

// The counting of commits is itself tested.
func TestCommitsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wantEqual(t, "nothing", w.commits(func() {}), 0)
	wantEqual(t, "three", w.commits(func() {
		for id := range int64(3) {
			must(t, storetest.InsertAudit(context.Background(), w.store, store.AuditEvent{ID: id + 1, Kind: "x", Detail: "{}"}))
		}
	}), 3)
}
