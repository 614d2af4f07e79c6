package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quartet/store"
	"quartet/store/storetest"
)

// Reads use rows, arguments and connections again. Whatever breaks one, before, in and after
// its rows, no caller gets what is another's, or half of what is theirs.
func TestBrokenReadsGiveNobodyElsesRows(t *testing.T) {
	t.Parallel()
	onEachServer(t, func(t *testing.T, url string) {
		direct := storetest.Open(t, store.Options{URL: url})
		want := differentUsers(t, direct)
		w, through := newWireTo(t, url)
		s := storetest.Open(t, store.Options{URL: through, MaxConnections: 3})
		w.cutWhere(func([]byte) cut {
			return []cut{nowhere, halfway, toServer, toClient}[max(0, 4-1-rand.IntN(400))]
		})
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				var got []store.SessionWithUser
				var of []int
				for range 100 {
					i := rand.IntN(len(want))
					if session, found := readOne(t, s, want[i].ID); found {
						got, of = append(got, session), append(of, i)
					}
				}
				for n, i := range of { // later: others have read meanwhile
					if !cmp.Equal(got[n], want[i]) {
						t.Error(cmp.Diff(want[i], got[n]))
					}
				}
			})
		}
		all.Wait()
	})
}

// readOne reads a session for a caller who may go at any moment.
func readOne(t *testing.T, s *store.Store, id int64) (session store.SessionWithUser, found bool) {
	ctx, leave := context.WithTimeout(t.Context(), 10*time.Second)
	defer leave()
	switch rand.IntN(50) {
	case 0:
		ctx, leave = context.WithTimeout(ctx, time.Duration(rand.IntN(2000))*time.Microsecond)
		defer leave()
	case 1:
		time.AfterFunc(time.Duration(rand.IntN(2000))*time.Microsecond, leave)
	}
	session, err := s.SessionWithUserByAccessHash(ctx, store.Digest(fmt.Sprint("access-", id)), "")
	if _, lost := errors.AsType[store.UnavailableError](err); err != nil && !lost {
		t.Errorf("session %d: %v", id, err)
	}
	return session, err == nil
}

// differentUsers makes users of whom no two have the same values, or values in the same
// columns, and returns their sessions.
func differentUsers(t *testing.T, s *store.Store) (sessions []store.SessionWithUser) {
	t.Helper()
	const users, now = 16, store.Time(1_767_225_600_000)
	err := s.InTx(t.Context(), func(tx store.Tx) (err error) {
		for i := int64(1); i <= users; i++ {
			at, text := now+store.Time(i), strings.Repeat(fmt.Sprint("用户", i), int(i))
			u := invented(i)
			u.Nickname = text
			a := store.Session{
				ID: i, UserID: i, Dialect: "xiaozhao", OpenedBy: "code", AccessHash: new(store.Digest(fmt.Sprint("access-", i))),
				AccessExpiresAt: at, ExpiresAt: at, CreatedAt: at, LastSeenAt: at,
			}
			if i%2 == 0 {
				u.Username, u.UsernameKey, a.DeviceNumber = &text, &text, &text
			}
			if i%3 == 0 {
				u.EmailVerifiedAt, a.RotatedAt, a.ExclusiveClass = &at, &at, &text
			}
			if err == nil {
				err = tx.InsertUser(t.Context(), u)
			}
			if err == nil {
				_, err = tx.OpenSession(t.Context(), a, nil, store.SessionCaps{})
			}
		}
		return err
	})
	for _, fill := range []string{
		"INSERT INTO organisations (id, code, name, created_at) SELECT id, guid, nickname, 0 FROM users",
		"INSERT INTO roles (id, code, name, created_at) SELECT id, guid, nickname, 0 FROM users WHERE id <= 5",
		"INSERT INTO memberships (user_id, organisation_id, created_at) SELECT u.id, o.id, 0 FROM users u, organisations o WHERE MOD(u.id + o.id, 3) <> 0",
		"INSERT INTO membership_roles (user_id, organisation_id, role_id, created_at) SELECT m.user_id, m.organisation_id, r.id, 0 FROM memberships m, roles r WHERE MOD(m.user_id + r.id, 2) = 0",
	} {
		err = errors.Join(err, s.ExecSQL(t.Context(), fill))
	}
	for i := range int64(users) {
		session, failed := s.SessionWithUserByAccessHash(t.Context(), store.Digest(fmt.Sprint("access-", i+1)), "")
		sessions, err = append(sessions, session), errors.Join(err, failed)
	}
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}
