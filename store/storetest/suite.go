package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quartet/store"
)

// noon is the time at which most of the suite's rows are created.
const noon store.Time = 1_767_225_600_000 // 2026-01-01 00:00 UTC

// Units of store.Time.
const (
	second store.Time = 1000
	minute            = 60 * second
	hour              = 60 * minute
	day               = 24 * hour
)

// Run tests every method of a store on the engine that open opens, each test on a new,
// migrated store.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	for _, group := range []map[string]func(*testing.T, *store.Store){
		lifetimeTests, userTests, changeTests, credentialTests, registrationTests, weChatTests,
		codeTests, rateLimitTests, sessionTests, sessionLifeTests, sessionCapTests, refreshTests, organisationTests, applicationTests, applicationSecretTests, metadataTests, weChatCodeTests,
		auditTests, dumpTests, importTests, inTxTests, mergeTests, weChatAppTests, administrationTests, closingTests, directoryTests, webhookTests,
	} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, open(t))
			})
		}
	}
}

var lifetimeTests = map[string]func(*testing.T, *store.Store){
	"migrating again changes nothing": func(t *testing.T, s *store.Store) {
		check(t, s.Migrate(t.Context()))
		current, newest, err := s.MigrationStatus(t.Context())
		check(t, err)
		if current != newest || newest < 1 {
			t.Errorf("version %d of %d", current, newest)
		}
	},
	"a migrated store answers": func(t *testing.T, s *store.Store) {
		check(t, s.Ping(t.Context()))
	},
	"a store is ready when it can be written to": func(t *testing.T, s *store.Store) {
		for at := range store.Time(3) {
			check(t, s.Ready(t.Context(), noon+at))
		}
		check(t, s.Ready(t.Context(), noon+day))
		deleted, err := s.Purge(t.Context(), noon+2*day, noon)
		check(t, err)
		same(t, deleted, int64(1)) // so something was written, once
	},
	"a closed store is unavailable": func(t *testing.T, s *store.Store) {
		check(t, s.Close())
		check(t, s.Close())
		_, err := s.UserByID(t.Context(), 1)
		wantUnavailable(t, err)
		wantUnavailable(t, InsertUser(t.Context(), s, person(1)))
		wantUnavailable(t, errorOf(OpenSession(t.Context(), s, session(1, 1), nil)))
		wantUnavailable(t, s.Ping(t.Context()))
		wantUnavailable(t, s.Ready(t.Context(), noon))
	},
	"a caller who has gone gets no answer and does no harm": func(t *testing.T, s *store.Store) {
		gone, leave := context.WithCancel(t.Context())
		leave()
		_, err := s.UserByID(gone, 1)
		wantUnavailable(t, err)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v does not tell why", err)
		}
		wantUnavailable(t, InsertUser(gone, s, person(1)))
		wantUnavailable(t, errorOf(OpenSession(gone, s, session(1, 1), nil)))
		check(t, InsertUser(t.Context(), s, person(1)))
	},
}

// person returns an invented user without optional values.
func person(id int64) store.User {
	return store.User{
		ID: id, GUID: store.GUID(fmt.Sprintf("00000000-0000-4000-8000-%012d", id)), Role: store.RoleMember,
		Nickname: "小雨", SecurityStamp: "stamp", Version: 1, CreatedAt: noon, UpdatedAt: noon,
	}
}

// session returns an invented session that is valid for a month, with an access token
// for an hour.
func session(id, userID int64) store.Session {
	return store.Session{
		ID: id, UserID: userID, Dialect: "yudao", OpenedBy: "code", Source: "app",
		ClientIP: "192.0.2.1", UserAgent: "test", Generation: 1,
		AccessHash: new(store.Digest(fmt.Sprintf("access-%d", id))), RefreshHash: new(store.Digest(fmt.Sprintf("refresh-%d", id))),
		AccessExpiresAt: noon + hour, ExpiresAt: noon + 30*day, CreatedAt: noon, LastSeenAt: noon,
	}
}

func exclusive(s store.Session, class string) store.Session {
	s.ExclusiveClass = &class
	return s
}

func addPerson(t *testing.T, s *store.Store, id int64) store.User {
	t.Helper()
	u := person(id)
	check(t, InsertUser(t.Context(), s, u))
	return u
}

func opened(t *testing.T, s *store.Store, opening store.Session) store.Session {
	t.Helper()
	check(t, errorOf(OpenSession(t.Context(), s, opening, nil)))
	return opening
}

// concurrently runs fn n times at the same time. It opens the store's connections
// first: otherwise the first call ends before the others have one.
func concurrently(t *testing.T, s *store.Store, n int, fn func(i int)) {
	t.Helper()
	var ready sync.WaitGroup
	for range n {
		ready.Go(func() {
			if err := s.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	ready.Wait()
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			fn(i)
		})
	}
	start.Done()
	done.Wait()
}

// tally counts true results of parallel calls.
type tally struct {
	mu sync.Mutex
	n  int
}

func (c *tally) add(yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if yes {
		c.n++
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must returns the value of a call that has to succeed: must(call())(t).
func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		check(t, err)
		return value
	}
}

// errorOf returns the error of a call whose value does not matter.
func errorOf[T any](_ T, err error) error { return err }

func same(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not as expected (- expected, + found):\n%s", diff)
	}
}

func wantNotFound(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func wantConflict(t *testing.T, err error, what string) {
	t.Helper()
	var taken store.ConflictError
	if !errors.As(err, &taken) || taken.What != what {
		t.Errorf("got %v, want a conflict of %s", err, what)
	}
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	var unavailable store.UnavailableError
	if !errors.As(err, &unavailable) {
		t.Errorf("got %v, want an UnavailableError", err)
	}
}
