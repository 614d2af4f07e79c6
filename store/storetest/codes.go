package storetest

import (
	"context"
	"errors"
	"testing"

	"quartet/store"
)

var (
	signIn      = store.CodeKey{Purpose: "sign_in", MobileIndex: "index", Asker: "b"}
	ofAnother   = store.CodeKey{Purpose: "sign_in", MobileIndex: "index", Asker: "a"}
	ofAStranger = store.CodeKey{Purpose: "sign_in", MobileIndex: "index", Asker: "c"}
)

const attempts = 5

// sent leaves an active code that is good until noon and five minutes.
func sent(t *testing.T, s *store.Store, mac string) {
	t.Helper()
	check(t, CreateCode(t.Context(), s, signIn, mac, noon, noon+5*minute))
	check(t, ActivateCode(t.Context(), s, signIn, mac))
}

func consume(t *testing.T, s *store.Store, k store.CodeKey, mac string, now store.Time) bool {
	t.Helper()
	return must(ConsumeCode(t.Context(), s, k, mac, now, attempts))(t)
}

// accepts reports whether a code would be accepted, and consumes nothing.
func accepts(t *testing.T, s *store.Store, mac string, now store.Time, maxAttempts int64) (spent bool) {
	t.Helper()
	errRollback := errors.New("rollback")
	err := s.InTx(t.Context(), func(tx store.Tx) (err error) {
		if spent, err = tx.ConsumeCode(t.Context(), signIn, mac, now, maxAttempts); err == nil {
			err = errRollback
		}
		return err
	})
	if !errors.Is(err, errRollback) {
		t.Fatal(err)
	}
	return spent
}

var codeTests = map[string]func(*testing.T, *store.Store){
	"a code is good once": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		same(t, accepts(t, s, "right", noon, attempts), true)
		same(t, consume(t, s, signIn, "right", noon), true)
		same(t, consume(t, s, signIn, "right", noon), false)
		same(t, accepts(t, s, "right", noon, attempts), false)
		check(t, ActivateCode(t.Context(), s, signIn, "right")) // activating does not revive
		same(t, consume(t, s, signIn, "right", noon), false)
	},
	"a code is good for its purpose and mobile": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		same(t, consume(t, s, store.CodeKey{Purpose: "verify_mobile", MobileIndex: "index", Asker: "b"}, "right", noon), false)
		same(t, consume(t, s, store.CodeKey{Purpose: "sign_in", MobileIndex: "other", Asker: "b"}, "right", noon), false)
		same(t, consume(t, s, signIn, "right", noon), true)
	},
	"a code is good until its time is over": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		same(t, accepts(t, s, "right", noon+5*minute, attempts), false)
		same(t, consume(t, s, signIn, "right", noon+5*minute), false)
		same(t, consume(t, s, signIn, "right", noon+5*minute-1), true)
	},
	"a code is good after its message was accepted": func(t *testing.T, s *store.Store) {
		check(t, CreateCode(t.Context(), s, signIn, "right", noon, noon+5*minute))
		same(t, accepts(t, s, "right", noon, attempts), false)
		same(t, consume(t, s, signIn, "right", noon), false)
		check(t, ActivateCode(t.Context(), s, signIn, "other"))
		same(t, consume(t, s, signIn, "right", noon), false)
		check(t, ActivateCode(t.Context(), s, signIn, "right"))
		same(t, consume(t, s, signIn, "right", noon), true)
	},
	"a code whose message was refused is gone": func(t *testing.T, s *store.Store) {
		check(t, CreateCode(t.Context(), s, signIn, "right", noon, noon+5*minute))
		check(t, DeleteCode(t.Context(), s, signIn, "other"))
		check(t, ActivateCode(t.Context(), s, signIn, "right"))
		same(t, accepts(t, s, "right", noon, attempts), true)
		check(t, DeleteCode(t.Context(), s, signIn, "right"))
		same(t, consume(t, s, signIn, "right", noon), false)
	},
	"a newer code takes the place of an older": func(t *testing.T, s *store.Store) {
		sent(t, s, "older")
		for range attempts {
			consume(t, s, signIn, "wrong", noon)
		}
		sent(t, s, "newer")
		same(t, consume(t, s, signIn, "older", noon), false)
		same(t, consume(t, s, signIn, "newer", noon), true)
		check(t, CreateCode(t.Context(), s, signIn, "newest", noon, noon+5*minute)) // used, and now new
		same(t, accepts(t, s, "newest", noon, attempts), false)
		check(t, ActivateCode(t.Context(), s, signIn, "newest"))
		same(t, consume(t, s, signIn, "newest", noon), true)
	},
	"wrong guesses burn a code": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		for range attempts - 1 {
			same(t, consume(t, s, signIn, "wrong", noon), false)
		}
		same(t, accepts(t, s, "right", noon, attempts), true)
		same(t, consume(t, s, signIn, "wrong", noon), false)
		same(t, accepts(t, s, "right", noon, attempts), false)
		same(t, consume(t, s, signIn, "right", noon), false)
	},
	"of parallel right submissions one is good": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		var good tally
		concurrently(t, s, 100, func(int) {
			spent, err := ConsumeCode(t.Context(), s, signIn, "right", noon, attempts)
			if err != nil {
				t.Error(err)
			}
			good.add(spent)
		})
		same(t, good.n, 1)
	},
	"parallel wrong guesses burn a code, and five are counted": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		concurrently(t, s, 100, func(int) {
			spent, err := ConsumeCode(t.Context(), s, signIn, "wrong", noon, attempts)
			if err != nil || spent {
				t.Errorf("spent %v, %v", spent, err)
			}
		})
		same(t, consume(t, s, signIn, "right", noon), false)
		// With one more attempt allowed the sixth would be compared, with five
		// it is not: exactly five were counted.
		same(t, accepts(t, s, "right", noon, attempts+1), true)
		same(t, accepts(t, s, "right", noon, attempts), false)
	},
	"each asker has a code and attempts of their own": func(t *testing.T, s *store.Store) {
		sent(t, s, "right")
		check(t, CreateCode(t.Context(), s, ofAnother, "other", noon, noon+5*minute))
		same(t, othersOf(t, s, signIn), []string(nil)) // not active yet
		check(t, ActivateCode(t.Context(), s, ofAnother, "right"))
		same(t, othersOf(t, s, signIn), []string(nil))
		check(t, ActivateCode(t.Context(), s, ofAnother, "other"))
		same(t, othersOf(t, s, signIn), []string{"a"})
		same(t, othersOf(t, s, ofAStranger), []string{"a", "b"})
		check(t, DeleteCode(t.Context(), s, ofAStranger, "right")) // another's stays
		concurrently(t, s, 100, func(int) {
			spent, err := consumeOther(t.Context(), s, signIn, "wrong")
			if err != nil || spent {
				t.Errorf("spent %v, %v", spent, err)
			}
		})
		same(t, othersOf(t, s, ofAStranger), []string{"a"})
		same(t, must(consumeOther(t.Context(), s, signIn, "right"))(t), false)
		same(t, consume(t, s, signIn, "right", noon), true)
		same(t, consume(t, s, signIn, "right", noon), false)
		same(t, must(consumeOther(t.Context(), s, ofAnother, "other"))(t), true)
		same(t, must(consumeOther(t.Context(), s, ofAnother, "other"))(t), false)
		same(t, othersOf(t, s, ofAStranger), []string(nil))
	},
	"the client IPs of a user's sign-ins are those of the newest sessions": func(t *testing.T, s *store.Store) {
		check(t, InsertUser(t.Context(), s, person(1)))
		for n, clientIP := range []string{"192.0.2.1", "192.0.2.2", "2001:db8::1", "192.0.2.2"} {
			opens := session(int64(n)+1, 1)
			opens.ClientIP, opens.CreatedAt = clientIP, noon+store.Time(n)*minute
			opened(t, s, opens)
		}
		since := func(at store.Time, limit int) []string {
			return must(alone(t.Context(), s, func(tx store.Tx) ([]string, error) { return tx.ClientIPsOf(t.Context(), 1, at, limit) }))(t)
		}
		same(t, since(noon+minute, 9), []string{"192.0.2.2", "2001:db8::1", "192.0.2.2"})
		same(t, since(noon, 2), []string{"192.0.2.2", "2001:db8::1"})
		same(t, since(noon+4*minute, 9), []string(nil))
	},
	"a code that nobody has asked for can be tried": func(t *testing.T, s *store.Store) {
		nobodys := store.CodeKey{Purpose: "sign_in", MobileIndex: "index", Asker: store.NoAsker}
		check(t, CreateCode(t.Context(), s, nobodys, "right", noon, noon+5*minute))
		check(t, ActivateCode(t.Context(), s, nobodys, "right"))
		same(t, othersOf(t, s, signIn), []string{store.NoAsker})
	},
}

func consumeOther(ctx context.Context, s *store.Store, k store.CodeKey, mac string) (spent bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) { return w.ConsumeCodeOfOther(ctx, k, mac, noon, attempts) })
}

// othersOf are the askers of the codes that k's asker may try as somebody else.
func othersOf(t *testing.T, s *store.Store, k store.CodeKey) (askers []string) {
	t.Helper()
	err := s.InTx(t.Context(), func(tx store.Tx) error {
		askers = nil
		for after := ""; ; after = askers[len(askers)-1] {
			next, err := tx.OtherCode(t.Context(), k, after, noon, attempts)
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			askers = append(askers, next.Asker)
		}
	})
	check(t, err)
	return askers
}
