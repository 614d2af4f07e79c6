package account

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"quartet/server/apierr"
)

// lastWait is for how long a caller waits for what has to be done anyway, beyond
// their time. The answer is then on its way within five seconds, for a request
// has four and a half (server.Bounds).
const lastWait = 300 * time.Millisecond

// finish does what must be done whether or not the caller stays, for KeptWait at
// most: a gateway's answer comes but once. The caller waits for it no longer than
// outOfTime says; it goes on without them, and then the failure is Unavailable.
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

// Finish waits for what goes on behind callers who have their answers, KeptWait
// at most. It is for the end of the program, before the store is closed and when
// nobody calls the service any more.
func (s *Service) Wait() { s.background.Wait() }

// outOfTime tells when a caller should have their answer: lastWait after their
// deadline; who has none waits for the end.
func afterDeadline(ctx context.Context) <-chan time.Time {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	return time.After(max(time.Until(deadline), 0) + lastWait)
}

// detached is ctx that ends at its deadline, but not because its caller leaves.
func withoutCancel(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(context.WithoutCancel(ctx))
	}
	return context.WithDeadline(context.WithoutCancel(ctx), deadline)
}

// survived makes a failure of a panic: beside a request nobody else recovers it.
func (s *Service) recoverToError(do func() (any, error)) (result any, err error) {
	defer func() {
		if raised := recover(); raised != nil {
			s.log.Error("panic", "stack", string(debug.Stack()))
			err = apierr.Wrap(apierr.Internal, fmt.Errorf("panic: %v", raised))
		}
	}()
	return do()
}
