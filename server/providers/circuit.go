package providers

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"quartet/server/apierr"
)

const (
	breakerFailures = 5 // in a row
	breakerRest     = 30 * time.Second
)

// circuit is a circuit breaker for a service that gives answers of type T: five failures
// in a row open it for 30 seconds, then one call tries whether the service is back. It is
// safe for concurrent use.
type circuit[T any] struct {
	breaker *gobreaker.CircuitBreaker[T]
	resting atomic.Pointer[time.Time] // until when the circuit is open; nil: it never was
}

// newCircuit makes a circuit, which logs under name when it opens and closes.
func newCircuit[T any](name string, log *slog.Logger) *circuit[T] {
	c := &circuit[T]{}
	c.breaker = gobreaker.NewCircuitBreaker[T](gobreaker.Settings{
		Timeout:     breakerRest,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= breakerFailures },
		IsExcluded:  isCallersFault,
		OnStateChange: func(_ string, from, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				c.resting.Store(new(time.Now().Add(breakerRest)))
			}
			log.Warn(name+" circuit", "from", from.String(), "to", to.String())
		},
	})
	return c
}

// refusedMessage is the cause of a failure of one message, while the service works.
type refusedMessage struct{ error }

// isCallersFault reports whether the caller caused the failure. Such failures
// are not counted, or a caller could open the circuit for everybody.
func isCallersFault(err error) bool {
	_, refused := errors.AsType[refusedMessage](err)
	return refused || apierr.Is(err, apierr.TooManyRequests) || apierr.Is(err, apierr.InvalidField) || errors.Is(err, context.Canceled)
}

// run calls the service, or fails at once while the circuit is open.
func (c *circuit[T]) run(call func() (T, error)) (T, error) { return c.breaker.Execute(call) }

// isOpenCircuit reports whether the service was not called.
func isOpenCircuit(err error) bool {
	return errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests)
}

// rest returns how long the circuit stays open, at least the time that the next try may
// take.
func (c *circuit[T]) rest() time.Duration {
	if until := c.resting.Load(); until != nil {
		return max(time.Until(*until), defaultTimeout)
	}
	return defaultTimeout
}

func (c *circuit[T]) isOpen() bool { return c.breaker.State() == gobreaker.StateOpen }
