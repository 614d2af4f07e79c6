package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"quartet/store"
)

// openCapped opens a session as a sign-in does.
func openCapped(t *testing.T, s *store.Store, opening store.Session, caps store.SessionCaps) (ended []int64, err error) {
	t.Helper()
	opened, err := alone(t.Context(), s, func(w store.Tx) (store.OpenedSession, error) {
		return w.OpenSession(t.Context(), opening, nil, caps)
	})
	return opened.Ended, err
}

func at(one store.Session, when store.Time) store.Session {
	one.CreatedAt = when
	return one
}

var sessionCapTests = map[string]func(*testing.T, *store.Store){
	"the oldest session ends when there are too many": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		caps := store.SessionCaps{Live: 3, Past: 100, Opened: 100, WindowMillis: int64(hour)}
		same(t, len(must(openCapped(t, s, at(session(100, 2), noon), caps))(t)), 0)
		for id := int64(1); id <= 3; id++ {
			same(t, len(must(openCapped(t, s, at(session(id, 1), noon+store.Time(id)), caps))(t)), 0)
		}
		must(EndSession(t.Context(), s, 2, store.EndedByLogout, noon+4))(t) // which makes room
		same(t, len(must(openCapped(t, s, at(session(4, 1), noon+5), caps))(t)), 0)
		same(t, must(openCapped(t, s, at(session(5, 1), noon+6), caps))(t), []int64{1})
		same(t, reasons(t, s, 1, 2, 3, 4, 5, 100), []string{store.EndedByLimit, store.EndedByLogout, "", "", "", ""})
		same(t, must(s.SessionByID(t.Context(), 1))(t).EndedAt, new(noon+6))
	},
	"of parallel sign-ins as many sessions stay as there may be": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		caps := store.SessionCaps{Live: 5, Past: 100, Opened: 100, WindowMillis: int64(hour)}
		var ended atomic.Int64
		concurrently(t, s, 40, func(i int) {
			gone, err := openCapped(t, s, at(session(int64(i)+1, 1), noon+store.Time(i)), caps)
			if err != nil {
				t.Error(err)
			}
			ended.Add(int64(len(gone)))
		})
		same(t, len(must(s.LiveSessions(t.Context(), 1, noon, 100))(t)), 5)
		same(t, ended.Load(), int64(35))
	},
	"the rows of past sessions are bounded": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		caps := store.SessionCaps{Live: 3, Past: 4, Opened: 100, WindowMillis: int64(hour)}
		for id := int64(1); id <= 20; id++ {
			one := at(session(id, 1), noon+store.Time(id))
			if id%2 == 0 { // has expired at the next one, as after a sign-in by password
				one.RefreshHash, one.AccessExpiresAt = nil, one.CreatedAt+1
			}
			must(openCapped(t, s, one, caps))(t)
		}
		same(t, must(s.CountSessions(t.Context(), store.SessionFilter{UserID: 1}))(t), int64(3+4))
		wantNotFound(t, errorOf(s.SessionByID(t.Context(), 1)))
	},
	"sign-ins of a user are limited": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		caps := store.SessionCaps{Live: 2, Past: 5, Opened: 5, WindowMillis: int64(hour)}
		for id := int64(1); id <= 5; id++ {
			must(openCapped(t, s, at(session(id, 1), noon+store.Time(id)), caps))(t)
		}
		_, err := openCapped(t, s, at(session(6, 1), noon+10), caps)
		reached, limited := errors.AsType[store.RateLimitError](err)
		same(t, limited, true)
		same(t, reached.RetryAfterMillis, int64(hour-9))
		must(openCapped(t, s, at(session(7, 1), noon+hour+1), caps))(t)
	},
	"a list of very many sessions reads no more than is asked for": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		for id := int64(1); id <= 300; id++ {
			check(t, PutSession(t.Context(), s, at(session(id, 1), noon+store.Time(id))))
		}
		found := must(s.LiveSessions(t.Context(), 1, noon, 100))(t)
		same(t, fmt.Sprint(len(found), found[0].ID, found[99].ID), "100 300 201")
	},
}
