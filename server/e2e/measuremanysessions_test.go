//go:build measure

package e2e

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"quartet/store"
)

// TestMeasureManySessions measures that others are read at 90 % of their rate at least
// while a user with 100,000 sessions lists them without a pause: against the rate while he
// lists with one session. Nine rounds of each take turns.
func TestMeasureManySessions(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		other := s.person(t, "lu.jiahe", store.RoleMember)
		few := s.person(t, "song.yi", store.RoleMember)
		many := s.person(t, "tao.ran", store.RoleMember)
		s.application(t, other)
		s.addManySessions(t, many, 100_000)
		read := eachDialect(other, s.session(t, other))["cas"]
		rates := map[int64][]float64{}
		lists := map[int64]string{few: s.session(t, few), many: s.session(t, many)}
		for range 9 {
			for _, lister := range []int64{few, many} {
				listing, stop := context.WithCancel(t.Context())
				var listers sync.WaitGroup
				for range 4 {
					listers.Go(func() {
						for listing.Err() == nil {
							_, _ = s.server(0).try(listing, get("/auth/sessions", "Authorization", lists[lister]))
							time.Sleep(2 * time.Millisecond) // so that both list at much the same rate
						}
					})
				}
				reads, started := 0, time.Now()
				for time.Since(started) < 1500*time.Millisecond {
					s.server(0).ok(t, read)
					reads++
				}
				rates[lister] = append(rates[lister], float64(reads)/time.Since(started).Seconds())
				stop()
				listers.Wait()
			}
		}
		median := func(list []float64) float64 { slices.Sort(list); return list[len(list)/2] }
		ratio := median(rates[many]) / median(rates[few])
		t.Logf("reads beside the lists of 100,000 sessions against those beside the lists of one: %.2f", ratio)
		if ratio < 0.9 {
			t.Errorf("others are read at %.2f of their rate", ratio)
		}
	})
}
