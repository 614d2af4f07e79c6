package providers

import (
	"context"
	"errors"
	"sync"

	"quartet/server/apierr"
)

// hook lets a test decide how a simulator's next calls end. The zero hook lets
// all of them pass.
type hook struct {
	mutex sync.Mutex
	call  func(string) error
}

func (h *hook) set(call func(string) error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.call = call
}

func (h *hook) get() func(string) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.call
}

// run asks the hook about argument, no longer than ctx lasts: a hook that hangs
// plays a service that hangs. An error that is not a failure yet becomes one
// with code.
func (h *hook) run(ctx context.Context, argument string, code apierr.Code) error {
	if err := ctx.Err(); err != nil {
		return apierr.Wrap(code, err)
	}
	call := h.get()
	if call == nil {
		return nil
	}
	done := make(chan error, 1) // so that a late hook can end although nobody listens
	go func() { done <- call(argument) }()
	select {
	case err := <-done:
		return asFailure(err, code)
	case <-ctx.Done():
		return apierr.Wrap(code, ctx.Err())
	}
}

func asFailure(err error, code apierr.Code) error {
	if failed := (*apierr.Error)(nil); err == nil || errors.As(err, &failed) {
		return err
	}
	return apierr.Wrap(code, err)
}
