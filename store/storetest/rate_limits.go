package storetest

import (
	"slices"
	"strings"
	"testing"

	"quartet/store"
)

func quota(key string, window store.Time, limit int64) store.RateLimit {
	return store.RateLimit{Key: key, WindowMillis: int64(window), Limit: limit}
}

// taken returns 0 if the limits had room, else how long to wait.
func taken(t *testing.T, s *store.Store, now store.Time, quotas ...store.RateLimit) int64 {
	t.Helper()
	ok, wait, err := ConsumeRateLimits(t.Context(), s, quotas, now)
	check(t, err)
	if ok != (wait == 0) {
		t.Errorf("ok %v and wait %d", ok, wait)
	}
	return wait
}

var rateLimitTests = map[string]func(*testing.T, *store.Store){
	"a quota has room for its limit in each window": func(t *testing.T, s *store.Store) {
		q := quota("a", minute, 2)
		same(t, taken(t, s, noon, q), int64(0))
		same(t, taken(t, s, noon+second, q), int64(0))
		same(t, taken(t, s, noon+2*second, q), int64(58_000))
		same(t, taken(t, s, noon+minute-1, q), int64(1))
		same(t, taken(t, s, noon+minute, q), int64(0))
		same(t, taken(t, s, noon+minute, q), int64(0))
		same(t, taken(t, s, noon+minute, q), int64(60_000))
	},
	"a limit of one is a distance between two": func(t *testing.T, s *store.Store) {
		q := quota("a", minute, 1)
		last := noon + minute - 1 // the end of a window on the clock
		same(t, taken(t, s, last, q), int64(0))
		same(t, taken(t, s, last+minute-1, q), int64(1))
		same(t, taken(t, s, last+minute, q), int64(0))
	},
	"all quotas are taken or none": func(t *testing.T, s *store.Store) {
		narrow, wide := quota("b", minute, 1), quota("a", hour, 3)
		same(t, taken(t, s, noon, wide, narrow), int64(0))
		for range 5 {
			same(t, taken(t, s, noon, wide, narrow), int64(minute))
		}
		same(t, taken(t, s, noon, wide), int64(0))
		same(t, taken(t, s, noon, wide), int64(0))
		same(t, taken(t, s, noon, narrow, wide), int64(hour)) // the longer wait
	},
	"no quotas have room, a limit of nothing has none": func(t *testing.T, s *store.Store) {
		same(t, taken(t, s, noon), int64(0))
		same(t, taken(t, s, noon, quota("a", minute, 0)), int64(minute))
	},
	"a cleared quota has room again": func(t *testing.T, s *store.Store) {
		a, b := quota("a", minute, 1), quota("b", minute, 1)
		same(t, taken(t, s, noon, a, b), int64(0))
		check(t, ResetRateLimits(t.Context(), s, []string{"a", "unknown"}))
		check(t, ResetRateLimits(t.Context(), s, nil))
		same(t, taken(t, s, noon, a), int64(0))
		same(t, taken(t, s, noon, b), int64(minute))
	},
	"a window of a wrong clock begins anew": func(t *testing.T, s *store.Store) {
		q := quota("a", minute, 2)
		const ahead = noon + 10*365*24*hour
		for range 2 {
			same(t, taken(t, s, ahead, q), int64(0))
		}
		same(t, must(s.RateLimitWait(t.Context(), []store.RateLimit{q}, noon))(t), int64(0))
		for range 2 {
			same(t, taken(t, s, noon, q), int64(0))
		}
		same(t, taken(t, s, noon+second, q), int64(59_000))

		b := quota("b", minute, 1) // of a server whose clock is a little ahead
		same(t, taken(t, s, noon+4*minute, b), int64(0))
		same(t, taken(t, s, noon, b), int64(5*minute))
	},
	"a wait is told without counting": func(t *testing.T, s *store.Store) {
		narrow, wide := quota("a", minute, 1), quota("b", hour, 1)
		wait := func(now store.Time) int64 {
			return must(s.RateLimitWait(t.Context(), []store.RateLimit{narrow, wide}, now))(t)
		}
		same(t, wait(noon), int64(0))
		same(t, taken(t, s, noon, narrow), int64(0))
		same(t, wait(noon+second), int64(59_000))
		same(t, taken(t, s, noon, wide), int64(0))
		same(t, wait(noon+second), int64(hour-second))
		same(t, wait(noon+hour), int64(0))
	},
	"what was counted is told, in a transaction to one alone": func(t *testing.T, s *store.Store) {
		q := quota("a", minute, 3)
		count := func(now store.Time) int64 { return must(s.RateLimitCount(t.Context(), q, now))(t) }
		same(t, count(noon), int64(0))
		var told [3]int64
		concurrently(t, s, len(told), func(i int) {
			check(t, s.InTx(t.Context(), func(tx store.Tx) (err error) {
				if err := tx.ConsumeRateLimits(t.Context(), []store.RateLimit{q}, noon); err != nil {
					return err
				}
				told[i], err = tx.RateLimitCount(t.Context(), q, noon)
				return err
			}))
		})
		slices.Sort(told[:])
		same(t, told, [3]int64{1, 2, 3})
		taken(t, s, noon, q) // refused: not counted
		same(t, count(noon+second), int64(3))
		same(t, count(noon+minute), int64(0))
	},
	"the counters of a digest are deleted": func(t *testing.T, s *store.Store) {
		digest, other := store.Digest(strings.Repeat("ab", 32)), strings.Repeat("cd", 32)
		mine := []store.RateLimit{quota("signin:"+string(digest), minute, 1), quota("signin:"+string(digest)+":"+other, minute, 1)}
		theirs := quota("signin:"+other, minute, 1)
		same(t, taken(t, s, noon, append(mine, theirs)...), int64(0))
		same(t, must(DeleteCountersOf(t.Context(), s, digest))(t), int64(2))
		same(t, must(DeleteCountersOf(t.Context(), s, digest))(t), int64(0))
		same(t, taken(t, s, noon, mine...), int64(0))
		same(t, taken(t, s, noon, theirs), int64(minute))
	},
	"parallel callers never pass a limit": func(t *testing.T, s *store.Store) {
		// Opposite orders would deadlock without sorting.
		orders := [][]store.RateLimit{
			{quota("a", hour, 20), quota("b", hour, 30)},
			{quota("b", hour, 30), quota("a", hour, 20)},
		}
		var passed tally
		concurrently(t, s, 50, func(i int) {
			ok, _, err := ConsumeRateLimits(t.Context(), s, orders[i%2], noon)
			if err != nil {
				t.Error(err)
			}
			passed.add(ok)
		})
		same(t, passed.n, 20)
		for range 10 { // the refused ones did not count against the other
			same(t, taken(t, s, noon, quota("b", hour, 30)), int64(0))
		}
		same(t, taken(t, s, noon, quota("b", hour, 30)), int64(hour))
	},
	"parallel callers share a new window": func(t *testing.T, s *store.Store) {
		q := quota("a", minute, 10)
		for range 10 {
			taken(t, s, noon, q)
		}
		var passed tally
		concurrently(t, s, 50, func(int) {
			ok, _, err := ConsumeRateLimits(t.Context(), s, []store.RateLimit{q}, noon+minute)
			if err != nil {
				t.Error(err)
			}
			passed.add(ok)
		})
		same(t, passed.n, 10)
	},
}
