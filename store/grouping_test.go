package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// watched is a store that reports the number of writes of each commit.
func watched(t *testing.T) (s *Store, commits func() []int) {
	t.Helper()
	s = newSQLite(t)
	var sizes []int // written by whoever leads; read when nobody does
	s.sqlite().BeforeCommit(func(writes int) { sizes = append(sizes, writes) })
	return s, func() []int { return sizes }
}

// grouped runs writes in one group: all of them queue in their order behind a write
// that is held until then. It returns their errors.
func grouped(t *testing.T, s *Store, writes ...func() error) []error {
	t.Helper()
	release := hold(t, s)
	errs := make([]error, len(writes))
	var all sync.WaitGroup
	for i, write := range writes {
		all.Go(func() { errs[i] = write() })
		awaitQueue(t, s, i+1)
	}
	release()
	all.Wait()
	return errs
}

// hold begins a write that goes on until release is called.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	begun, end, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		err := s.InTx(context.Background(), func(Tx) error { close(begun); <-end; return nil })
		if err != nil {
			t.Error(err)
		}
	}()
	<-begun
	release = sync.OnceFunc(func() { close(end); <-over })
	t.Cleanup(release)
	return release
}

// awaitQueue waits until so many writes wait.
func awaitQueue(t *testing.T, s *Store, length int) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(50 * time.Microsecond) {
		if s.sqlite().Waiting() == length {
			return
		}
	}
	t.Fatalf("there are never %d writes waiting", length)
}

// add inserts a user, by a statement that needs no transaction of its own.
func add(ctx context.Context, s *Store, u User) error {
	return s.InTx(ctx, func(tx Tx) error { return tx.InsertUser(ctx, u) })
}

// adding gives the insertions of users with these ids, and as many user names.
func adding(ctx context.Context, s *Store, ids ...int64) (writes []func() error) {
	for _, id := range ids {
		writes = append(writes, func() error { return add(ctx, s, named(id)) })
	}
	return writes
}

func named(id int64) User {
	return User{ID: id, GUID: GUID(fmt.Sprint("guid-", id)), UsernameKey: new(fmt.Sprint("user-", id)), Role: RoleMember}
}

func wantUsers(t *testing.T, s *Store, ids ...int64) {
	t.Helper()
	var found []int64
	if err := s.reader().Select(&found, "SELECT id FROM users ORDER BY id"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(found, ids) {
		t.Errorf("there are the users %v, want %v", found, ids)
	}
}

func wantAllUnavailable(t *testing.T, errs []error) {
	t.Helper()
	for i, err := range errs {
		if _, ok := errors.AsType[UnavailableError](err); !ok {
			t.Errorf("write %d: got %v, want an UnavailableError", i, err)
		}
	}
}
