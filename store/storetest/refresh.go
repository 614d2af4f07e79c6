package storetest

import (
	"fmt"
	"testing"

	"quartet/store"
)

var refreshTests = map[string]func(*testing.T, *store.Store){
	"an access token is rotated from the generation seen": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		same(t, must(RotateAccess(t.Context(), s, 1, 1, "second", noon+2*hour, noon+5))(t), true)
		want := session(1, 1)
		want.Generation, want.AccessHash, want.PreviousAccessHash = 2, new(store.Digest("second")), want.AccessHash
		want.RotatedAt, want.AccessExpiresAt, want.LastSeenAt = new(noon+5), noon+2*hour, noon+5
		same(t, must(s.SessionByID(t.Context(), 1))(t).Session, want)
		same(t, must(RotateAccess(t.Context(), s, 1, 1, "third", noon+2*hour, noon))(t), false)
		same(t, must(RotateAccess(t.Context(), s, 9, 1, "third", noon+2*hour, noon))(t), false)
		must(EndSession(t.Context(), s, 1, store.EndedByLogout, noon))(t)
		same(t, must(RotateAccess(t.Context(), s, 1, 2, "third", noon+2*hour, noon))(t), false)
	},
	"of parallel rotations of one generation one succeeds": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		var rotated tally
		concurrently(t, s, 50, func(i int) {
			done, err := RotateAccess(t.Context(), s, 1, 1, store.Digest(fmt.Sprintf("%064x", i)), noon+hour, noon)
			if err != nil {
				t.Error(err)
			}
			rotated.add(done)
		})
		same(t, rotated.n, 1)
		same(t, must(s.SessionByID(t.Context(), 1))(t).Generation, int64(2))
	},
	"an access token that replaced another is used from its first use on": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		used := func() *store.Time { return must(s.SessionByID(t.Context(), 1))(t).AccessUsedAt }
		must(RotateAccess(t.Context(), s, 1, 1, "second", noon+hour, noon))(t)
		check(t, UseAccess(t.Context(), s, 1, *session(1, 1).AccessHash, noon+1)) // the one before
		check(t, UseAccess(t.Context(), s, 9, "second", noon+1))
		same(t, used(), (*store.Time)(nil))
		check(t, UseAccess(t.Context(), s, 1, "second", noon+2))
		check(t, UseAccess(t.Context(), s, 1, "second", noon+3))
		same(t, used(), new(noon+2))
		same(t, must(s.SessionWithUserByAccessHash(t.Context(), "second", ""))(t).AccessUsedAt, new(noon+2))
		must(RotateAccess(t.Context(), s, 1, 2, "third", noon+hour, noon+4))(t)
		same(t, used(), (*store.Time)(nil))
	},
	"the newest access token slides when it has expired unused": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		must(RotateAccess(t.Context(), s, 1, 1, "second", noon+hour, noon))(t)
		state := func(id, generation int64, now store.Time) (bool, store.Time) {
			t.Helper()
			unused := must(SlideUnusedAccess(t.Context(), s, id, generation, now+hour, now))(t)
			return unused, must(s.SessionByID(t.Context(), 1))(t).AccessExpiresAt
		}
		for _, c := range []struct {
			id, generation int64
			now            store.Time
			unused         bool
			expires        store.Time
		}{
			{1, 2, noon + hour - 1, true, noon + hour},
			{1, 2, noon + hour, true, noon + 2*hour},
			{1, 2, noon + hour, true, noon + 2*hour}, // that changes nothing
			{1, 1, noon + 5*hour, false, noon + 2*hour},
			{9, 2, noon + 5*hour, false, noon + 2*hour},
		} {
			unused, expires := state(c.id, c.generation, c.now)
			same(t, unused, c.unused)
			same(t, expires, c.expires)
		}
		check(t, UseAccess(t.Context(), s, 1, "second", noon))
		unused, expires := state(1, 2, noon+5*hour)
		same(t, unused, false)
		same(t, expires, noon+2*hour)
		must(RotateAccess(t.Context(), s, 1, 2, "third", noon+hour, noon))(t)
		must(EndSession(t.Context(), s, 1, store.EndedByLogout, noon))(t)
		unused, _ = state(1, 3, noon)
		same(t, unused, false)
	},
	"a use and a repetition at the same time agree": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		must(RotateAccess(t.Context(), s, 1, 1, "second", noon, noon))(t)
		var afterUse tally
		concurrently(t, s, 20, func(i int) {
			if i%2 == 0 {
				if err := UseAccess(t.Context(), s, 1, "second", noon+1); err != nil {
					t.Error(err)
				}
				unused, err := SlideUnusedAccess(t.Context(), s, 1, 2, noon+hour, noon)
				if err != nil {
					t.Error(err)
				}
				afterUse.add(unused)
			} else if _, err := SlideUnusedAccess(t.Context(), s, 1, 2, noon+hour, noon); err != nil {
				t.Error(err)
			}
		})
		same(t, afterUse.n, 0)
		same(t, must(s.SessionByID(t.Context(), 1))(t).AccessUsedAt, new(noon+1))
	},
}
