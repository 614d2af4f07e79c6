package account

import (
	"context"
	"sync"
)

// keyedLock is a lock for each key. The zero value is ready.
type keyedLock struct {
	mutex sync.Mutex
	locks map[string]*keyLock
}

type keyLock struct {
	held  chan struct{} // contains one element while the lock is held
	users int           // holding or waiting; the last one deletes the lock
}

// acquire waits for the lock of key in order of arrival. The error is ctx's.
func (l *keyedLock) acquire(ctx context.Context, key string) (release func(), err error) {
	p := l.enter(key)
	select {
	case p.held <- struct{}{}:
		return func() { <-p.held; l.leave(key, p) }, nil
	case <-ctx.Done():
		l.leave(key, p)
		return nil, ctx.Err()
	}
}

func (l *keyedLock) enter(key string) *keyLock {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	p, known := l.locks[key]
	if !known {
		if l.locks == nil {
			l.locks = map[string]*keyLock{}
		}
		p = &keyLock{held: make(chan struct{}, 1)}
		l.locks[key] = p
	}
	p.users++
	return p
}

func (l *keyedLock) leave(key string, p *keyLock) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if p.users--; p.users == 0 {
		delete(l.locks, key)
	}
}
