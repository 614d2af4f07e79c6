package storetest

import (
	"context"
	"errors"
	"testing"

	"quartet/store"
)

// MergeUsers is store.Tx.MergeUsers of locked users alone; into's row stays as it is,
// with from's user name where it has none.
func MergeUsers(ctx context.Context, s *store.Store, from, into, keepSession int64, now store.Time) (ended int64, err error) {
	return alone(ctx, s, func(w store.Tx) (int64, error) {
		both, err := w.LockUsers(ctx, from, into)
		if err != nil {
			return 0, err
		}
		row := both[1]
		if row.UsernameKey == nil {
			row.Username, row.UsernameKey = both[0].Username, both[0].UsernameKey
		}
		return w.MergeUsers(ctx, from, row, keepSession, now)
	})
}

var mergeTests = map[string]func(*testing.T, *store.Store){
	"two users become one": func(t *testing.T, s *store.Store) {
		school(t, s)
		from := person(2)
		from.Username, from.UsernameKey = new("Lin"), new("lin")
		check(t, InsertUser(t.Context(), s, from))
		AddAlias(t, s, "jpress", "77", 2)
		same(t, registered(t, s, 3, weChat("o1", nil)), int64(3))
		same(t, must(MergeUsers(t.Context(), s, 3, 2, 0, noon))(t), int64(0))
		same(t, registered(t, s, 9, weChat("o1", new("u"))), int64(2))
		for _, m := range []struct{ user, organisation, role int64 }{{1, 1, 1}, {2, 1, 2}, {2, 1, 1}, {2, 2, 2}} {
			check(t, AddMembership(t.Context(), s, m.user, m.organisation, &m.role, noon))
		}
		opened(t, s, exclusive(session(1, 1), "a"))
		opened(t, s, exclusive(session(2, 1), "b"))
		opened(t, s, exclusive(session(3, 2), "a"))
		opened(t, s, session(4, 2))
		must(EndSession(t.Context(), s, 4, store.EndedByLogout, noon))(t)

		same(t, must(MergeUsers(t.Context(), s, 2, 1, 1, noon+1))(t), int64(2))
		_, err := s.UserByID(t.Context(), 2)
		wantNotFound(t, err)
		same(t, must(s.UserByUsernameKey(t.Context(), "lin"))(t).ID, int64(1))
		for _, alias := range []string{"77", "2", "3"} {
			found := must(s.UsersByAlias(t.Context(), alias))(t)
			same(t, []int64{int64(len(found)), found[0].ID}, []int64{1, 1})
		}
		same(t, registered(t, s, 9, weChat("o1", new("u"))), int64(1))
		same(t, registered(t, s, 9, weChat("o2", new("u"))), int64(1))
		var roles []string
		for _, m := range must(s.ProfileByID(t.Context(), 1))(t).Memberships {
			for _, role := range m.Roles {
				roles = append(roles, m.Code+" "+role.Code)
			}
		}
		same(t, roles, []string{"east teacher", "east warden", "west warden"})
		var reasons []string
		for id := int64(1); id <= 4; id++ {
			row := must(s.SessionByID(t.Context(), id))(t)
			same(t, row.UserID, int64(1))
			reason := ""
			if row.EndReason != nil {
				reason = *row.EndReason
			}
			reasons = append(reasons, reason)
		}
		same(t, reasons, []string{"", store.EndedByMerge, store.EndedByMerge, store.EndedByLogout})
	},
	"nobody is merged with nobody": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		_, err := MergeUsers(t.Context(), s, 1, 2, 0, noon)
		wantNotFound(t, err)
		_, err = MergeUsers(t.Context(), s, 2, 1, 0, noon)
		wantNotFound(t, err)
		same(t, must(s.UserByID(t.Context(), 1))(t), person(1))
	},
	"of parallel merges one happens": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		var merged tally
		concurrently(t, s, 20, func(i int) {
			_, err := MergeUsers(t.Context(), s, int64(1+i%2), int64(2-i%2), 0, noon)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Error(err)
			}
			merged.add(err == nil)
		})
		same(t, merged.n, 1)
		same(t, len(must(s.ListUsers(t.Context(), 0, 10))(t)), 1)
	},
}
