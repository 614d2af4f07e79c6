package store_test

import (
	"fmt"
	"testing"

	"quartet/store"
	"quartet/store/storetest"
)

// The verbs of a request's way beside those of bench_test.go. Each call of a
// writing one commits.

func BenchmarkApplicationByID(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		mustBench(b, storetest.InsertApplication(b.Context(), s, store.Application{ID: "1", Name: "合作方"}))
		for b.Loop() {
			mustBench(b, errorOf(s.ApplicationByID(b.Context(), "1")))
		}
	})
}

func BenchmarkExtendAccessToken(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		for i := 0; b.Loop(); i++ {
			mustBench(b, errorOf(storetest.ExtendAccessToken(b.Context(), s, int64(i%benchmarkUsers)+1, store.Time(i+1), store.Time(i+1), nil)))
		}
	})
}

func BenchmarkRotateAccess(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		for i := 0; b.Loop(); i++ {
			rotated, err := storetest.RotateAccess(b.Context(), s, 1, int64(i)+1, store.Digest(fmt.Sprint("rotated-", i)), 1, store.Time(i+1))
			if mustBench(b, err); !rotated {
				b.Fatal("not rotated")
			}
		}
	})
}

func BenchmarkInsertUser(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		for i := 0; b.Loop(); i++ {
			mustBench(b, storetest.InsertUser(b.Context(), s, invented(int64(benchmarkUsers+i)+1)))
		}
	})
}

func BenchmarkConsumeCode(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		key := store.CodeKey{Purpose: "sign_in", MobileIndex: "index", Asker: "asker"}
		mustBench(b, storetest.CreateCode(b.Context(), s, key, "right", 1, 1000))
		mustBench(b, storetest.ActivateCode(b.Context(), s, key, "right"))
		for b.Loop() { // a wrong guess is counted as well as a right one
			mustBench(b, errorOf(storetest.ConsumeCode(b.Context(), s, key, "wrong", 2, 1<<62)))
		}
	})
}

func BenchmarkConsumeRateLimits(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		quotas := []store.RateLimit{{Key: "one", WindowMillis: 1000, Limit: 1 << 30}, {Key: "other", WindowMillis: 1000, Limit: 1 << 30}}
		for b.Loop() {
			if _, _, err := storetest.ConsumeRateLimits(b.Context(), s, quotas, 1); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkInsertAudit(b *testing.B) {
	onEachEngine(b, func(b *testing.B, s *store.Store) {
		for i := 0; b.Loop(); i++ {
			mustBench(b, storetest.InsertAudit(b.Context(), s, store.AuditEvent{ID: int64(i) + 1, At: 1, Kind: "sign_in", Detail: "{}"}))
		}
	})
}
