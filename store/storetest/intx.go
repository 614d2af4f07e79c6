package storetest

import (
	"errors"
	"testing"

	"quartet/store"
)

var errOwn = errors.New("ours")

var inTxTests = map[string]func(*testing.T, *store.Store){
	"what one transaction writes is stored whole": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		check(t, s.InTx(t.Context(), func(w store.Tx) error {
			same(t, must(w.ConsumeCode(t.Context(), signIn, "right", noon, attempts))(t), true)
			check(t, w.InsertUser(t.Context(), person(1)))
			_, err := w.OpenSession(t.Context(), session(1, 1), nil, manySessions)
			check(t, err)
			return w.InsertAudit(t.Context(), happened(1, "a", noon))
		}))
		same(t, consume(t, s, signIn, "right", noon), false)
		same(t, must(s.SessionByID(t.Context(), 1))(t).UserID, int64(1))
		same(t, listed(t, s, store.AuditFilter{Limit: 9}), []int64{1})
	},
	"when one of them fails nothing is": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		addPerson(t, s, 1)
		check(t, InsertAudit(t.Context(), s, happened(1, "a", noon)))
		q := quota("a", minute, 1)
		write := func(last func(store.Tx) error) error {
			return s.InTx(t.Context(), func(w store.Tx) error {
				check(t, w.ConsumeRateLimits(t.Context(), []store.RateLimit{q}, noon))
				same(t, must(w.ConsumeCode(t.Context(), signIn, "right", noon, attempts))(t), true)
				_, err := w.OpenSession(t.Context(), session(1, 1), nil, manySessions)
				check(t, err)
				return last(w)
			})
		}
		wantConflict(t, write(func(w store.Tx) error { return w.InsertAudit(t.Context(), happened(1, "a", noon)) }), "id")
		wantNotFound(t, write(func(w store.Tx) error { return w.SetUserRole(t.Context(), 9, store.RoleMember, noon) }))
		if err := write(func(store.Tx) error { return errOwn }); !errors.Is(err, errOwn) {
			t.Errorf("got %v", err)
		}
		err := write(func(w store.Tx) error { return w.ConsumeRateLimits(t.Context(), []store.RateLimit{q}, noon+second) })
		if reached, ok := errors.AsType[store.RateLimitError](err); !ok || reached.RetryAfterMillis != 59_000 {
			t.Errorf("got %v", err)
		}
		wantNotFound(t, errorOf(s.SessionByID(t.Context(), 1)))
		same(t, taken(t, s, noon, q), int64(0))
		same(t, consume(t, s, signIn, "right", noon), true)
	},
	"a wrong guess counts in what goes on": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		for range attempts {
			check(t, s.InTx(t.Context(), func(w store.Tx) error {
				same(t, must(w.ConsumeCode(t.Context(), signIn, "wrong", noon, attempts))(t), false)
				return nil
			}))
		}
		same(t, consume(t, s, signIn, "right", noon), false)
	},
	"a quota that is reached counts nothing in what goes on": func(t *testing.T, s *store.Store) {
		q := quota("a", minute, 1)
		same(t, taken(t, s, noon, q), int64(0))
		check(t, s.InTx(t.Context(), func(w store.Tx) error {
			err := w.ConsumeRateLimits(t.Context(), []store.RateLimit{q}, noon+second)
			if reached, ok := errors.AsType[store.RateLimitError](err); !ok || reached.RetryAfterMillis != 59_000 {
				t.Errorf("got %v", err)
			}
			return w.InsertUser(t.Context(), person(1))
		}))
		check(t, errorOf(s.UserByID(t.Context(), 1)))
	},
	"of many who spend a code together with a session one does": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		addPerson(t, s, 1)
		var entered tally
		concurrently(t, s, 30, func(i int) {
			spent := false
			err := s.InTx(t.Context(), func(w store.Tx) (err error) {
				if spent, err = w.ConsumeCode(t.Context(), signIn, "right", noon, attempts); err != nil || !spent {
					return err
				}
				_, err = w.OpenSession(t.Context(), exclusive(session(int64(i)+1, 1), "phone"), nil, manySessions)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			entered.add(spent)
		})
		same(t, entered.n, 1)
		same(t, len(must(s.LiveSessions(t.Context(), 1, noon, 100))(t)), 1)
	},
}
