package providers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"quartet/server/account"
	"quartet/server/apierr"
)

const (
	breakerFailures = 5 // in a row
	breakerRest     = 30 * time.Second
)

var _ account.SMS = (*SMSBreaker)(nil)

// SMSBreaker is a circuit breaker for an SMS service: five failures in a row open it
// for 30 seconds, then one message tries whether the service is back. It is safe for
// concurrent use.
type SMSBreaker struct {
	sms     account.SMS
	circuit *gobreaker.CircuitBreaker[struct{}]
	resting atomic.Pointer[time.Time] // until when the circuit is open; nil: it never was
}

// NewSMSBreaker adds a breaker to sms, which logs when it opens and closes.
func NewSMSBreaker(sms account.SMS, log *slog.Logger) *SMSBreaker {
	b := &SMSBreaker{sms: sms}
	b.circuit = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:     breakerRest,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= breakerFailures },
		IsExcluded:  isCallersFault,
		OnStateChange: func(_ string, from, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				b.resting.Store(new(time.Now().Add(breakerRest)))
			}
			log.Warn("SMS circuit", "from", from.String(), "to", to.String())
		},
	})
	return b
}

// refusedMessage is the cause of a failure of one message, while the service works.
type refusedMessage struct{ error }

// isCallersFault reports whether the caller caused the failure. Such failures
// are not counted, or a caller could open the circuit for everybody.
func isCallersFault(err error) bool {
	_, refused := errors.AsType[refusedMessage](err)
	return refused || apierr.Is(err, apierr.TooManyRequests) || apierr.Is(err, apierr.InvalidField) || errors.Is(err, context.Canceled)
}

// Send calls the service, or fails at once with SMSUnavailable while the circuit is
// open; RetryAfter is then the time until it closes.
func (b *SMSBreaker) Send(ctx context.Context, m account.CodeMessage) error {
	_, err := b.circuit.Execute(func() (struct{}, error) {
		return struct{}{}, b.sms.Send(ctx, m)
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return &apierr.Error{Code: apierr.SMSUnavailable, RetryAfter: b.rest(), Cause: fmt.Errorf("SMS circuit: %w", err)}
	}
	return err
}

// rest returns how long the circuit stays open, at least the time that the next try may
// take.
func (b *SMSBreaker) rest() time.Duration {
	if until := b.resting.Load(); until != nil {
		return max(time.Until(*until), defaultTimeout)
	}
	return defaultTimeout
}

// Open reports whether messages are refused without calling the service.
func (b *SMSBreaker) Open() bool { return b.circuit.State() == gobreaker.StateOpen }
