package account

import (
	"context"
	"sync"
)

// keyedLock lets one at a time hold a key; holders of different keys do not
// meet. The zero value is ready.
type keyedLock struct {
	mutex  sync.Mutex
	places map[string]*place
}

type place struct {
	turn  chan struct{} // one element while held
	users int           // holding or waiting; at 0 the place is forgotten
}

// acquire waits for key in order of arrival and gives what sets it free. The
// error is ctx's.
func (l *keyedLock) acquire(ctx context.Context, key string) (release func(), err error) {
	p := l.enter(key)
	select {
	case p.turn <- struct{}{}:
		return func() { <-p.turn; l.leave(key, p) }, nil
	case <-ctx.Done():
		l.leave(key, p)
		return nil, ctx.Err()
	}
}

func (l *keyedLock) enter(key string) *place {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	p, known := l.places[key]
	if !known {
		if l.places == nil {
			l.places = map[string]*place{}
		}
		p = &place{turn: make(chan struct{}, 1)}
		l.places[key] = p
	}
	p.users++
	return p
}

func (l *keyedLock) leave(key string, p *place) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if p.users--; p.users == 0 {
		delete(l.places, key)
	}
}
