package account

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"quartet/store"
)

// fullCounterAge is how long a counter is taken as full without a look at the database:
// within this time every server sees that an operator has lifted a lock.
const fullCounterAge = 5 * time.Second

// fullCounter says until when counters are full. It was true when it was read.
type fullCounter struct {
	until, read time.Time
	limits      []store.RateLimit
}

// fullCounters holds the counters that were found full, by a key.
type fullCounters = lru.Cache[string, fullCounter]

// rememberFull keeps that one of the limits is full for a time.
func (s *Service) rememberFull(key string, wait time.Duration, limits ...store.RateLimit) {
	now := s.now()
	s.guesses.full.Add(key, fullCounter{now.Add(wait), now, limits})
}

// fullFor returns how long the limits of key stay full; 0 or less if they are not, or if
// nobody has found them full. It reads them again now and then, and where the clock was set
// back.
func (s *Service) fullFor(ctx context.Context, key string) time.Duration {
	full, known := s.guesses.full.Peek(key)
	now := s.now()
	if !known || !full.until.After(now) {
		return 0
	}
	if age := now.Sub(full.read); 0 <= age && age < fullCounterAge {
		return full.until.Sub(now)
	}
	wait, err := s.store.RateLimitWait(ctx, full.limits, store.TimeOf(now))
	switch {
	case err != nil: // the request fails where it needs the database
		return full.until.Sub(now)
	case wait == 0:
		s.guesses.full.Remove(key)
		return 0
	}
	left := time.Duration(wait) * time.Millisecond
	s.rememberFull(key, left, full.limits...)
	return left
}
