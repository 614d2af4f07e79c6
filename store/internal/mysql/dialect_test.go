package mysql

import (
	"testing"

	"quartet/store/internal/engine"
)

// INSERT IGNORE would also ignore a reference to nothing and a text that is too long.
func TestInsertIgnoreKeepsOtherErrors(t *testing.T) {
	t.Parallel()
	db := migrated(t, engine.Options{}).DB
	exec(t, db, addUser, 1, "one", "mobile", 1)
	insert := dialect{}.InsertIgnore(addAlias, "")
	for _, want := range []int64{1, 0} {
		result, err := db.Exec(insert, "old", "1", 1)
		if err != nil {
			t.Fatal(err)
		}
		if added, err := result.RowsAffected(); err != nil || added != want {
			t.Errorf("%d rows, want %d: %v", added, want, err)
		}
	}
	if _, err := db.Exec(insert, "old", "2", 9); !classify(err).Dangling {
		t.Errorf("an alias of nobody: %v", err)
	}
	long := make([]byte, 600)
	if _, err := db.Exec(insert, "old", long, 1); !classify(err).Refused {
		t.Errorf("an alias that is too long: %v", err)
	}
}

// A counter that another statement has changed meanwhile is counted once, and one at its
// limit is not changed.
func TestCountRateLimitOnTheServer(t *testing.T) {
	t.Parallel()
	db := migrated(t, engine.Options{}).DB
	for i, want := range []int64{1, 2, 2, 0, 0, 2} { // rows as MySQL counts them: 2 for one that is updated
		now, end := 1000, 2000
		if i == 5 {
			now, end = 2000, 3000 // the next window
		}
		result, err := db.Exec(dialect{}.CountRateLimit(), "one", now, end, 3)
		if err != nil {
			t.Fatal(err)
		}
		got, err := result.RowsAffected()
		if err != nil || got != want {
			t.Errorf("event %d changes %d rows, want %d: %v", i+1, got, want, err)
		}
	}
	var count, start, end int64
	if err := db.QueryRow("SELECT count, window_start, expires_at FROM rate_counters").Scan(&count, &start, &end); err != nil ||
		count != 1 || start != 2000 || end != 3000 {
		t.Errorf("%d of the window %d to %d, %v", count, start, end, err)
	}
}
