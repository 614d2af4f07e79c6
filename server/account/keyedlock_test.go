package account

import (
	"context"
	"errors"
	"sync"
	"testing"
)

func TestKeyedLockLetsOneIn(t *testing.T) {
	t.Parallel()
	var (
		lock    keyedLock
		all     sync.WaitGroup
		inside  int // guarded by the lock alone: the race detector watches
		visited int
	)
	for range 50 {
		all.Go(func() {
			release, err := lock.acquire(t.Context(), "key")
			if err != nil {
				t.Error(err)
				return
			}
			defer release()
			if inside++; inside != 1 {
				t.Error("two hold the key")
			}
			visited++
			inside--
		})
	}
	all.Wait()
	if visited != 50 || len(lock.locks) != 0 {
		t.Errorf("%d visits, %d locks left", visited, len(lock.locks))
	}
}

func TestKeyedLockHonoursTheContext(t *testing.T) {
	t.Parallel()
	var lock keyedLock
	release, err := lock.acquire(t.Context(), "key")
	if err != nil {
		t.Fatal(err)
	}
	other, err := lock.acquire(t.Context(), "other key")
	if err != nil {
		t.Fatal(err)
	}
	other()
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := lock.acquire(gone, "key"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	release()
	if len(lock.locks) != 0 {
		t.Errorf("%d locks left", len(lock.locks))
	}
}
