package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"quartet/store"
	"quartet/store/storetest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// two opens two stores on one file, as two processes do.
func two(t *testing.T) (one, other *store.Store) {
	t.Helper()
	url := storetest.SQLiteURL(t)
	return storetest.Open(t, store.Options{URL: url}), storetest.Open(t, store.Options{URL: url})
}

// Every write is in the next answer, however often the row was read before.
func TestWritesOfAnotherAreSeenAtOnce(t *testing.T) {
	t.Parallel()
	s, other := two(t)
	must(t, storetest.InsertUser(t.Context(), s, invented(1)))
	must(t, storetest.PutSession(t.Context(), s, login(1)))
	must(t, storetest.InsertApplication(t.Context(), s, store.Application{ID: "a"}))
	must(t, storetest.InsertOrganisation(t.Context(), s, store.Organisation{ID: 1, Code: "east"}))
	tell := func() string {
		owner, err := s.SessionWithUserByAccessHash(t.Context(), "access-1", "")
		must(t, err)
		same, err := s.SessionByID(t.Context(), 1)
		must(t, err)
		application, err := s.ApplicationByID(t.Context(), "a")
		must(t, err)
		organisations, err := s.OrganisationsOfApplication(t.Context(), "a")
		must(t, err)
		return fmt.Sprintf("%v %v %v %s %q %d", owner.EndedAt != nil, same.EndedAt != nil, same.UserDisabledAt != nil, same.Role, application.Rights, len(organisations))
	}
	ask := func(want string) {
		t.Helper()
		for range 3 {
			if got := tell(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
	ask("false false false member \"\" 0")
	must(t, storetest.SetApplicationRights(t.Context(), other, "a", "nickname"))
	ask("false false false member \"nickname\" 0")
	must(t, storetest.AddApplicationOrganisation(t.Context(), other, "a", 1))
	ask("false false false member \"nickname\" 1")
	must(t, storetest.SetUserRole(t.Context(), other, 1, store.RoleAdministrator, 1))
	ask("false false false administrator \"nickname\" 1")
	_, err := storetest.EndSession(t.Context(), other, 1, store.EndedByOwner, 1)
	must(t, err)
	ask("true true false administrator \"nickname\" 1")
}

// After EndSession has returned, no read returns a live session, whichever process
// ended it.
func TestEndedSessionsAreNeverLive(t *testing.T) {
	t.Parallel()
	const sessions, readers = 40, 4
	s, other := two(t)
	must(t, storetest.InsertUser(t.Context(), s, invented(1)))
	for id := int64(1); id <= sessions; id++ {
		session := login(id)
		session.ExclusiveClass = nil
		must(t, storetest.PutSession(t.Context(), s, session))
	}
	var ended atomic.Int64 // sessions up to this one have ended
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			for ended.Load() < sessions {
				dead := ended.Load()
				for id := max(1, dead-1); id <= min(dead+2, sessions); id++ {
					owner, err := s.SessionWithUserByAccessHash(t.Context(), store.Digest(fmt.Sprint("access-", id)), "")
					if err != nil {
						t.Error(err)
					} else if owner.EndedAt == nil && id <= dead {
						t.Errorf("session %d is live after its end", id)
					}
				}
			}
		})
	}
	for id := int64(1); id <= sessions; id++ {
		by := []*store.Store{s, other}[id%2]
		if _, err := storetest.EndSession(t.Context(), by, id, store.EndedByOwner, 1); err != nil {
			t.Error(err)
		}
		ended.Store(id)
		if err := s.SetLastSeen(t.Context(), map[int64]store.Time{sessions: store.Time(id)}); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
}

// Every part of a profile can change, and the next read returns the change.
func TestProfilesAreRememberedUntilSomethingIsWritten(t *testing.T) {
	t.Parallel()
	s, other := two(t)
	must(t, storetest.InsertUser(t.Context(), s, invented(1)))
	must(t, storetest.InsertOrganisation(t.Context(), s, store.Organisation{ID: 1, Code: "east"}))
	count := func() int {
		profile, err := s.ProfileByID(t.Context(), 1)
		must(t, err)
		return len(profile.Memberships)
	}
	if got := []int{count(), count()}; got[0] != 0 || got[1] != 0 {
		t.Error(got)
	}
	must(t, storetest.AddMembership(t.Context(), other, 1, 1, nil, 1))
	if got := []int{count(), count()}; got[0] != 1 || got[1] != 1 {
		t.Error(got)
	}
	must(t, storetest.SetOrganisationDisabled(t.Context(), other, "east", true, 1))
	if got := count(); got != 0 {
		t.Error(got)
	}
}
