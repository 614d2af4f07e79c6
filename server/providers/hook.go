package providers

import (
	"context"
	"errors"
	"sync"

	"quartet/server/apierr"
)

// hook lets a test decide the result of a simulator's next calls. The zero hook lets
// all of them succeed.
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

// run calls the hook with argument until ctx ends. An error that is not an
// *apierr.Error is wrapped in one with code.
func (h *hook) run(ctx context.Context, argument string, code apierr.Code) error {
	if err := ctx.Err(); err != nil {
		return apierr.Wrap(code, err)
	}
	call := h.get()
	if call == nil {
		return nil
	}
	done := make(chan error, 1) // buffered, so that a late hook can end
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
