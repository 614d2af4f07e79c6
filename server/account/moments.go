package account

import (
	"container/list"
	"sync"
	"time"
)

// maxMoments bounds what is remembered. Beyond it the oldest is forgotten: the
// database still counts.
const maxMoments = 10_000

// moments remembers keys for a while. The zero value is ready.
type moments struct {
	mutex  sync.Mutex
	places map[string]*list.Element
	order  list.List // of moment, the oldest first
}

type moment struct {
	key   string
	until time.Time
}

// put remembers key for as long as life, and forgets what it knew of it.
func (m *moments) put(key string, now time.Time, life time.Duration) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.places == nil {
		m.places = map[string]*list.Element{}
	}
	m.forget(key)
	for oldest := m.order.Front(); oldest != nil; oldest = m.order.Front() {
		if m.order.Len() < maxMoments && now.Before(oldest.Value.(moment).until) {
			break
		}
		m.forget(oldest.Value.(moment).key)
	}
	m.places[key] = m.order.PushBack(moment{key, now.Add(life)})
}

// left tells how long key is remembered still; 0 if it is not.
func (m *moments) left(key string, now time.Time) time.Duration {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.remaining(key, now)
}

// take tells whether key is remembered, and forgets it.
func (m *moments) take(key string, now time.Time) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	defer m.forget(key)
	return m.remaining(key, now) > 0
}

func (m *moments) remaining(key string, now time.Time) time.Duration {
	if place, known := m.places[key]; known {
		return max(place.Value.(moment).until.Sub(now), 0)
	}
	return 0
}

func (m *moments) forget(key string) {
	if place, known := m.places[key]; known {
		m.order.Remove(place)
		delete(m.places, key)
	}
}
