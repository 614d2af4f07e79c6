package account

import (
	"strconv"
	"testing"
	"time"
)

func TestMomentsForgetWhatIsOver(t *testing.T) {
	t.Parallel()
	var m moments
	now := time.Unix(0, 0)
	for i := range 100 {
		m.put(strconv.Itoa(i), now, time.Minute)
	}
	later := now.Add(time.Minute)
	m.put("later", later, time.Hour)
	if len(m.places) != 1 || m.order.Len() != 1 || m.left("later", later) != time.Hour || m.take("1", later) {
		t.Errorf("%d remembered", len(m.places))
	}
	if !m.take("later", later) || m.take("later", later) {
		t.Error("taken not once")
	}
}

// A flood of names costs those who came before it, never who comes after.
func TestMomentsForgetTheOldest(t *testing.T) {
	t.Parallel()
	var m moments
	now := time.Unix(0, 0)
	for i := range maxMoments + 10 {
		m.put(strconv.Itoa(i), now, time.Minute)
		if i == maxMoments-1 {
			m.put("0", now, time.Minute) // again: the youngest now
		}
	}
	if len(m.places) != maxMoments || m.order.Len() != maxMoments {
		t.Errorf("%d remembered", len(m.places))
	}
	for key, want := range map[string]bool{"0": true, "1": false, "10": false, "11": true, strconv.Itoa(maxMoments + 9): true} {
		if got := m.left(key, now) > 0; got != want {
			t.Errorf("%s remembered: %v", key, got)
		}
	}
}
