package account

import (
	"context"
	"maps"
	"slices"
	"sync"

	"quartet/store"
)

// maxLastSeen limits the sessions in memory. Further ones are recorded by a later
// request.
const maxLastSeen = 100_000

// lastSeen collects when sessions or application secrets were last used, until that is
// stored. The zero value is ready.
type lastSeen struct {
	mu   sync.Mutex
	last map[int64]store.Time // by id
}

func (s *lastSeen) note(id int64, at store.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[int64]store.Time{}
	}
	if known, seen := s.last[id]; at > known && (seen || len(s.last) < maxLastSeen) {
		s.last[id] = at
	}
}

// take returns the collected times and starts again.
func (s *lastSeen) take() map[int64]store.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.last
	s.last = nil
	return taken
}

// FlushLastSeen stores when sessions and application secrets were last used. Call it
// every few seconds, and once after the last request. A failure is logged, and the next
// use is stored instead.
func (s *Service) FlushLastSeen(ctx context.Context) {
	taken := s.lastSeen.take()
	if err := s.store.SetLastSeen(ctx, taken); err != nil {
		s.log.WarnContext(ctx, "last use of sessions was not stored", "sessions", len(taken), "error", err)
	}
	used := s.secretUse.take()
	if len(used) == 0 {
		return
	}
	err := s.store.InTx(ctx, func(tx store.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(used)) { // in one order, so that servers cannot deadlock
			if err := tx.SetApplicationSecretUsed(ctx, id, used[id]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.log.WarnContext(ctx, "last use of application secrets was not stored", "secrets", len(used), "error", err)
	}
}
