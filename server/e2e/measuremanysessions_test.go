//go:build measure

package e2e

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"quartet/store"
)

// TestMeasureManySessions measures that others are read at 90 % of their rate at least
// while a user with 100,000 sessions lists them 10 times a second. Nine rounds with the
// lists and nine without take turns.
func TestMeasureManySessions(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		other, many := s.person(t, "lu.jiahe", store.RoleMember), s.person(t, "tao.ran", store.RoleMember)
		s.application(t, other)
		s.addManySessions(t, many, 100_000)
		read := eachDialect(other, s.session(t, other))["cas"]
		list, err := http.NewRequestWithContext(t.Context(), http.MethodGet, string(s.server(0).origin)+"/auth/sessions", http.NoBody)
		must(t, err)
		list.Header.Set("Authorization", s.session(t, many))
		rates := map[bool][]float64{}
		lists := 0
		for range 9 {
			for _, listed := range []bool{false, true} {
				listing, stop := context.WithCancel(t.Context())
				var lister sync.WaitGroup
				lister.Go(func() {
					for listed && listing.Err() == nil {
						if answer, err := client.Do(list); err == nil && answer.StatusCode == http.StatusOK {
							_, _ = io.Copy(io.Discard, answer.Body)
							_ = answer.Body.Close()
							lists++
						}
						time.Sleep(100 * time.Millisecond)
					}
				})
				reads, started := 0, time.Now()
				for time.Since(started) < time.Second {
					s.server(0).ok(t, read)
					reads++
				}
				rates[listed] = append(rates[listed], float64(reads)/time.Since(started).Seconds())
				stop()
				lister.Wait()
			}
		}
		median := func(list []float64) float64 { slices.Sort(list); return list[len(list)/2] }
		ratio := median(rates[true]) / median(rates[false])
		t.Logf("others are read at %.2f of their rate beside %d lists", ratio, lists)
		if ratio < 0.9 || lists < 9*5 {
			t.Errorf("others are read at %.2f of their rate beside %d lists", ratio, lists)
		}
	})
}
