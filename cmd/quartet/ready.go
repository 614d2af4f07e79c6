package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"quartet/server/apierr"
	"quartet/store"
)

const (
	// readyFor is how long the result of a check is repeated, so that many checks cost
	// one write.
	readyFor = time.Second
	// readyTimeout bounds a check. It is shorter than a request's deadline.
	readyTimeout = 4 * time.Second
)

// readiness checks whether the database takes a write, once for all who ask meanwhile.
type readiness struct {
	database *store.Store
	checks   singleflight.Group

	mu   sync.Mutex
	at   time.Time // of the last result
	last error
}

// check returns an apierr.Error with the reason if it is known.
func (r *readiness) check(ctx context.Context) error {
	if err, known := r.recent(); known {
		return err
	}
	result := r.checks.DoChan("", func() (any, error) { return nil, r.probe() })
	select {
	case checked := <-result:
		return checked.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *readiness) recent() (err error, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last, !r.at.IsZero() && time.Since(r.at) < readyFor
}

// probe serves several requests, so it has none's context.
func (r *readiness) probe() error {
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
	defer cancel()
	err := r.database.Ready(ctx, store.TimeOf(time.Now()))
	if err != nil {
		failed := apierr.Wrap(apierr.Unavailable, err)
		switch {
		case errors.Is(err, store.ErrFileMoved):
			failed.Reason = apierr.FileMoved
		case errors.Is(err, store.ErrDiskFull):
			failed.Reason = apierr.DiskFull
		}
		err = failed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at, r.last = time.Now(), err
	return err
}
