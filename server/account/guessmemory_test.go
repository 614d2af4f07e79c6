package account

import (
	"strconv"
	"testing"
	"time"
)

func TestReservationIsTakenOverOnceAndInTime(t *testing.T) {
	t.Parallel()
	m, now := newGuessMemory(), time.Unix(0, 0)
	m.reservations.Add("a", now.Add(time.Minute))
	m.reservations.Add("b", now.Add(time.Minute))
	if !m.takeReservation("a", now) || m.takeReservation("a", now) || m.takeReservation("b", now.Add(time.Minute)) {
		t.Error("a reservation is taken over twice, or after its end")
	}
}

// Many names evict older entries, never newer ones.
func TestGuessMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := newGuessMemory()
	for i := range guessMemorySize + 10 {
		m.full.Add(strconv.Itoa(i), fullCounter{})
		if i == guessMemorySize-1 {
			m.full.Add("0", fullCounter{}) // again: the youngest now
		}
	}
	if m.full.Len() != guessMemorySize {
		t.Errorf("%d entries", m.full.Len())
	}
	for key, want := range map[string]bool{"0": true, "1": false, "10": false, "11": true, strconv.Itoa(guessMemorySize + 9): true} {
		if got := m.full.Contains(key); got != want {
			t.Errorf("%s is full: %v", key, got)
		}
	}
}
