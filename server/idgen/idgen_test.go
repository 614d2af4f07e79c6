package idgen

import (
	"math"
	"sync"
	"testing"
	"time"
)

func standing(at time.Time) func() time.Time { return func() time.Time { return at } }

func TestIDsRiseWithTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 5, 10, 0, 0, 0, time.UTC)
	// Two generators, as in two processes: a millisecond is what orders them.
	for range 1000 {
		earlier := New(standing(now)).Next()
		now = now.Add(time.Millisecond)
		if later := New(standing(now)).Next(); later <= earlier {
			t.Fatalf("%d came a millisecond after %d", later, earlier)
		}
	}
}

func TestIDHoldsItsMillisecond(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.March, 5, 10, 0, 0, 123456789, time.UTC)
	id := New(standing(at)).Next()
	if got := epoch.Add(time.Duration(id>>12) * time.Millisecond); !got.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("got %v", got)
	}
}

func TestIDsOfOneMillisecondDifferBetweenProcesses(t *testing.T) {
	t.Parallel()
	now := standing(time.Date(2026, time.March, 5, 10, 0, 0, 0, time.UTC))
	seen := map[int64]bool{}
	for range 100 {
		seen[New(now).Next()] = true
	}
	// 100 draws from 4096 give about 98 different ones.
	if len(seen) < 50 {
		t.Errorf("only %d of 100 differ", len(seen))
	}
}

func TestIDsRiseInACrowdedMillisecond(t *testing.T) {
	t.Parallel()
	generator := New(standing(time.Date(2026, time.March, 5, 10, 0, 0, 0, time.UTC)))
	last := int64(0)
	for range 3 * 4096 {
		id := generator.Next()
		if id <= last {
			t.Fatalf("%d after %d", id, last)
		}
		last = id
	}
}

func TestIDsRiseWhenTheClockGoesBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 5, 10, 0, 0, 0, time.UTC)
	generator := New(func() time.Time { return now })
	first := generator.Next()
	now = now.Add(-time.Hour)
	second := generator.Next()
	if second != first+1 {
		t.Errorf("%d after %d", second, first)
	}
	now = now.Add(2 * time.Hour)
	if third := generator.Next(); third < second+(time.Hour.Milliseconds()<<12)-4096 {
		t.Errorf("%d after %d: the clock is not followed again", third, second)
	}
}

func TestIDsFitAJSONNumber(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Time{
		{},
		time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC),
		epoch,
		time.Date(2026, time.March, 5, 10, 0, 0, 0, time.UTC),
		time.Date(2090, time.December, 31, 23, 59, 59, 0, time.UTC),
	} {
		generator := New(standing(at))
		for range 100 {
			id := generator.Next()
			if id <= 0 || id >= 1<<53 {
				t.Errorf("%v: %d", at, id)
			}
			if int64(math.Round(float64(id))) != id {
				t.Errorf("%v: %d loses digits", at, id)
			}
		}
	}
}

func TestConcurrentIDsAreUnique(t *testing.T) {
	t.Parallel()
	const routines, each = 8, 10_000
	generator := New(time.Now)
	made := make([][]int64, routines)
	var done sync.WaitGroup
	for i := range made {
		done.Go(func() {
			for range each {
				made[i] = append(made[i], generator.Next())
			}
		})
	}
	done.Wait()
	seen := make(map[int64]bool, routines*each)
	for _, ids := range made {
		for i, id := range ids {
			if seen[id] {
				t.Fatalf("%d was made twice", id)
			}
			if i > 0 && id <= ids[i-1] {
				t.Fatalf("%d after %d", id, ids[i-1])
			}
			seen[id] = true
		}
	}
}
