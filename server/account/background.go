package account

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/singleflight"

	"quartet/server/apierr"
)

// lastWait is how long a request waits beyond its deadline of 4.5 s for work that
// continues anyway, so that the response comes within 5 s.
const lastWait = 300 * time.Millisecond

// inBackground runs do to its end even if the client leaves, for at most SaveTimeout,
// because a provider answers only once. It waits until afterDeadline; then the failure
// is Unavailable and do continues.
func (s *Service) inBackground(ctx context.Context, do func(context.Context) error) error {
	done := make(chan error, 1)
	s.background.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.SaveTimeout)
		defer cancel()
		_, err := s.recoverToError(func() (any, error) { return nil, do(ctx) })
		done <- err
	})
	select {
	case err := <-done:
		return err
	case <-afterDeadline(ctx):
		return apierr.Wrap(apierr.Unavailable, context.DeadlineExceeded)
	}
}

// shared runs do once for concurrent callers of a key, to its end even if they leave. Each
// waits until afterDeadline; then the failure is Unavailable and do continues.
func shared[T any](ctx context.Context, s *Service, group *singleflight.Group, key string, do func() (T, error)) (result T, err error) {
	running := group.DoChan(key, func() (any, error) {
		s.background.Add(1)
		defer s.background.Done()
		return s.recoverToError(func() (any, error) { return do() })
	})
	select {
	case outcome := <-running:
		if outcome.Err != nil {
			failed := *apierr.As(outcome.Err) // a copy: other requests have the same one
			return result, &failed
		}
		return outcome.Val.(T), nil
	case <-afterDeadline(ctx):
		return result, apierr.Wrap(apierr.Unavailable, context.DeadlineExceeded)
	}
}

// Wait waits for work that continues after its response, for at most SaveTimeout. Call
// it at the end of the program, before the store is closed.
func (s *Service) Wait() { s.background.Wait() }

// afterDeadline fires lastWait after the deadline, and never without one.
func afterDeadline(ctx context.Context) <-chan time.Time {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	return time.After(max(time.Until(deadline), 0) + lastWait)
}

// withoutCancel is ctx with its deadline, but not cancelled when the client leaves.
func withoutCancel(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(context.WithoutCancel(ctx))
	}
	return context.WithDeadline(context.WithoutCancel(ctx), deadline)
}

// recoverToError converts a panic to a failure, in goroutines without middleware.
func (s *Service) recoverToError(do func() (any, error)) (result any, err error) {
	defer func() {
		if raised := recover(); raised != nil {
			s.log.Error("panic", "stack", string(debug.Stack()))
			err = apierr.Wrap(apierr.Internal, fmt.Errorf("panic: %v", raised))
		}
	}()
	return do()
}
