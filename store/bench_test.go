package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"quartet/store"
	"quartet/store/storetest"
)

// benchmarkUsers is enough for the indexes to have some depth.
const benchmarkUsers = 1000

// onEachEngine runs a benchmark on a store that holds users 1 to benchmarkUsers,
// each with a session of the same id and two memberships.
func onEachEngine(b *testing.B, run func(b *testing.B, s *store.Store)) {
	for engine, newURL := range engines {
		b.Run(engine, func(b *testing.B) {
			s := storetest.Open(b, store.Options{URL: newURL(b)})
			for id := int64(1); id <= 2; id++ {
				code := fmt.Sprint(id)
				mustBench(b, storetest.InsertOrganisation(b.Context(), s, store.Organisation{ID: id, Code: code, Name: "云海"}))
				mustBench(b, storetest.InsertRole(b.Context(), s, store.Role{ID: id, Code: code, Name: "老师"}))
			}
			for id := int64(1); id <= benchmarkUsers; id++ {
				mustBench(b, storetest.InsertUser(b.Context(), s, invented(id)))
				mustBench(b, storetest.PutSession(b.Context(), s, benchmarkLogin(id, id)))
				mustBench(b, storetest.AddMembership(b.Context(), s, id, 1, new(int64(1)), 1))
				mustBench(b, storetest.AddMembership(b.Context(), s, id, 2, new(int64(2)), 1))
			}
			b.ReportAllocs()
			b.ResetTimer()
			run(b, s)
		})
	}
}

func benchmarkLogin(id, userID int64) store.Session {
	s := login(id)
	s.UserID = userID
	return s
}

func mustBench(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkSessionWithUserByAccessHash(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		for i := 0; b.Loop(); i++ {
			_, err := s.SessionWithUserByAccessHash(b.Context(), store.Digest(fmt.Sprint("access-", i%benchmarkUsers+1)), "")
			mustBench(b, err)
		}
	})
}

func BenchmarkUserByID(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		for i := 0; b.Loop(); i++ {
			_, err := s.UserByID(b.Context(), int64(i%benchmarkUsers)+1)
			mustBench(b, err)
		}
	})
}

func BenchmarkMembershipsOf(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		for i := 0; b.Loop(); i++ {
			_, err := s.MembershipsOf(b.Context(), int64(i%benchmarkUsers)+1)
			mustBench(b, err)
		}
	})
}

func BenchmarkOpenSession(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		for i := 0; b.Loop(); i++ {
			mustBench(b, errorOf(storetest.OpenSession(b.Context(), s, benchmarkLogin(int64(benchmarkUsers+i)+1, int64(i%benchmarkUsers)+1), nil)))
		}
	})
}

// BenchmarkCreate adds users durably, each by a single statement: by one caller,
// and by 64 at once who share the syncs of the disk (grouped) or have one each
// (ungrouped).
func BenchmarkCreate(b *testing.B) {
	for _, callers := range []int{1, 64} {
		for _, grouping := range []string{"grouped", "ungrouped"} {
			b.Run(fmt.Sprintf("%d-callers/%s", callers, grouping), func(b *testing.B) {
				s := storetest.SQLite(b)
				write := s.InTx
				if grouping == "ungrouped" {
					write = s.InTxAlone
				}
				var last atomic.Int64
				var all sync.WaitGroup
				b.ResetTimer()
				for range callers {
					all.Go(func() {
						for id := last.Add(1); id <= int64(b.N); id = last.Add(1) {
							err := write(b.Context(), func(tx store.Tx) error { return tx.InsertUser(b.Context(), invented(id)) })
							if err != nil {
								b.Error(err)
							}
						}
					})
				}
				all.Wait()
			})
		}
	}
}
