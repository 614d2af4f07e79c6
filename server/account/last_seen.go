package account

import (
	"context"
	"sync"

	"quartet/store"
)

// mostSightings bounds the memory of sightings. What finds no room is noted by
// the session's next request: until it is recorded, each of them asks.
const maxLastSeen = 100_000

// sightings are when sessions were used, until that is recorded. The zero value
// is ready.
type lastSeen struct {
	mu   sync.Mutex
	last map[int64]store.Time // by the session's id
}

func (s *lastSeen) note(session int64, at store.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[int64]store.Time{}
	}
	if known, seen := s.last[session]; at > known && (seen || len(s.last) < maxLastSeen) {
		s.last[session] = at
	}
}

// take empties the memory.
func (s *lastSeen) take() map[int64]store.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.last
	s.last = nil
	return taken
}

// RecordSeen writes down which sessions were used since it was last called. No
// request waits for that, so somebody has to call it every few seconds, and once
// when all requests are over. A failure is logged and the sightings forgotten:
// sessions that go on being used are soon seen again.
func (s *Service) FlushLastSeen(ctx context.Context) {
	taken := s.lastSeen.take()
	if err := s.store.SetLastSeen(ctx, taken); err != nil {
		s.log.WarnContext(ctx, "the use of sessions was not recorded", "sessions", len(taken), "error", err)
	}
}
