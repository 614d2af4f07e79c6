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

// fullCounter says until when a counter is full. It was true when it was read.
type fullCounter struct{ until, read time.Time }

// fullCounters holds the counters that were found full, by their keys.
type fullCounters = lru.Cache[string, fullCounter]

// rememberFull looks which of the limits are full now, remembers these, and reports
// whether one of them is new.
func (s *Service) rememberFull(ctx context.Context, limits []store.RateLimit) (isNew bool) {
	for _, limit := range limits {
		known := s.guesses.full.Contains(limit.Key)
		isNew = s.readFull(ctx, limit) > 0 && !known || isNew
	}
	return isNew
}

// fullFor returns how long a limit stays full; 0 or less if it is not, or if nobody has
// found it full. It reads it again now and then, and where the clock was set back.
func (s *Service) fullFor(ctx context.Context, limit store.RateLimit) time.Duration {
	full, known := s.guesses.full.Peek(limit.Key)
	if !known {
		return 0
	}
	now := s.now()
	if !full.until.After(now) {
		return 0
	}
	if age := now.Sub(full.read); 0 <= age && age < fullCounterAge {
		return full.until.Sub(now)
	}
	return s.readFull(ctx, limit)
}

// readFull reads whether a limit is full, and remembers it.
func (s *Service) readFull(ctx context.Context, limit store.RateLimit) time.Duration {
	now := s.now()
	wait, err := s.store.RateLimitWait(ctx, []store.RateLimit{limit}, store.TimeOf(now))
	switch {
	case err != nil: // the request fails where it needs the database
		full, _ := s.guesses.full.Peek(limit.Key)
		return full.until.Sub(now)
	case wait == 0:
		s.guesses.full.Remove(limit.Key)
		return 0
	}
	left := time.Duration(wait) * time.Millisecond
	s.guesses.full.Add(limit.Key, fullCounter{now.Add(left), now})
	return left
}
