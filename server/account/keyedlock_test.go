package account

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
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
	if visited != 50 || len(lock.places) != 0 {
		t.Errorf("%d visits, %d places left", visited, len(lock.places))
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
	if len(lock.places) != 0 {
		t.Errorf("%d places left", len(lock.places))
	}
}

func TestMomentsForgetWhatIsOver(t *testing.T) {
	t.Parallel()
	var m moments
	now := time.Unix(0, 0)
	for i := range maxMoments {
		m.put(string(rune(i)), now, time.Minute)
	}
	m.put("one too many", now, time.Minute)
	if len(m.until) != maxMoments || m.has("one too many", now) {
		t.Errorf("%d remembered", len(m.until))
	}
	later := now.Add(time.Minute)
	m.put("later", later, time.Minute)
	if len(m.until) != 1 || !m.has("later", later) || m.take("a", later) {
		t.Errorf("%d remembered", len(m.until))
	}
	if !m.take("later", later) || m.take("later", later) {
		t.Error("taken not once")
	}
}
