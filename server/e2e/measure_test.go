//go:build measure

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/store"
	"quartet/store/storetest"
)

// TestMeasureA4 measures that unknown, wrong, locked and disabled take the same time:
// 100 attempts each, interleaved, whose medians differ by less than 5 %. It requires an
// idle machine, so it is no ordinary test.
func TestMeasureA4_SameTime(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		kinds := s.measured(t)
		took := map[string][]time.Duration{}
		for n := range 110 {
			for kind, sign := range kinds {
				r := sign(n)
				started := time.Now()
				got := s.server(0).send(t, r)
				spent := time.Since(started)
				refused(t, "jfinal", got, http.StatusUnauthorized)
				if n >= 10 { // the first warm up
					took[kind] = append(took[kind], spent)
				}
			}
		}
		var medians []time.Duration
		for kind, list := range took {
			slices.Sort(list)
			medians = append(medians, list[len(list)/2])
			t.Logf("%-8s median %s of %d", kind, list[len(list)/2], len(list))
		}
		least, most := slices.Min(medians), slices.Max(medians)
		if differ := float64(most-least) / float64(least); differ >= 0.05 {
			t.Errorf("the medians differ by %.1f %%", 100*differ)
		} else {
			t.Logf("the medians differ by %.1f %%", 100*differ)
		}
	})
}

// TestMeasureLoad_RightSignInsBesideAFlood measures how long right sign-ins take while 200
// connections flood the hashing of passwords: each less than 1 s, on every engine. The
// flood is counted by nobody's client IP alone, so it goes on.
func TestMeasureLoad_RightSignInsBesideAFlood(t *testing.T) {
	measure := func(t *testing.T, s *cluster, kind string) {
		s.person(t, "tao.ran", store.RoleMember)
		stop := s.flood(t, kind, 0)
		defer stop()
		var took []time.Duration
		for i := range 60 {
			started := time.Now()
			s.server(i).ok(t, byPassword("tao.ran", goodPassword, from(fmt.Sprintf("198.51.%d.7", i))...))
			took = append(took, time.Since(started))
			time.Sleep(50 * time.Millisecond)
		}
		slices.Sort(took)
		t.Logf("median %s, longest %s of %d", took[len(took)/2], took[len(took)-1], len(took))
		if longest := took[len(took)-1]; longest >= time.Second {
			t.Errorf("the longest takes %s", longest)
		}
	}
	flags := append(behindProxy, "--failures-per-ip", "1000000/15m")
	for kind := range floods {
		t.Run(kind, func(t *testing.T) {
			onEachEngine(t, flags, func(t *testing.T, s *cluster) { measure(t, s, kind) })
			t.Run(store.MySQL, func(t *testing.T) {
				measure(t, newCluster(t, store.MySQL, storetest.MySQLURL(t), 2, flags), kind)
			})
		})
	}
}

// measured are the sign-ins to measure, the n-th of each kind: from an address
// of its own where it must not be locked out yet.
func (s *cluster) measured(t *testing.T) map[string]func(n int) contract.Request {
	t.Helper()
	const people = 40 // an account takes no more than 100 failures from anywhere
	for n := range people {
		s.person(t, fmt.Sprintf("right.%02d", n), store.RoleMember)
		s.person(t, fmt.Sprintf("disabled.%02d", n), store.RoleMember)
	}
	s.exec(t, "UPDATE users SET disabled_at = 1 WHERE username LIKE 'disabled.%'")
	locked := from("203.0.113.66")
	s.person(t, "locked.00", store.RoleMember)
	for range 6 {
		s.server(0).send(t, byPassword("locked.00", otherPassword, locked...))
	}
	fresh := func(kind, n int) []string { return from(fmt.Sprintf("10.%d.%d.%d", kind, n/250, n%250)) }
	return map[string]func(int) contract.Request{
		"unknown": func(n int) contract.Request {
			return byPassword(fmt.Sprintf("nobody.%03d", n), goodPassword, fresh(1, n)...)
		},
		"wrong": func(n int) contract.Request {
			return byPassword(fmt.Sprintf("right.%02d", n%people), otherPassword, fresh(2, n)...)
		},
		"disabled": func(n int) contract.Request {
			return byPassword(fmt.Sprintf("disabled.%02d", n%people), goodPassword, fresh(3, n)...)
		},
		"locked": func(int) contract.Request { return byPassword("locked.00", goodPassword, locked...) },
	}
}
