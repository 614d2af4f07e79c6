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

// SMSBreaker stands before an SMS service and spares callers, and the service,
// the waiting while it is down: five failures in a row open the circuit for 30
// seconds, then one message tries whether the service is back. It is safe for
// concurrent use.
type SMSBreaker struct {
	sms     account.SMS
	circuit *gobreaker.CircuitBreaker[struct{}]
	resting atomic.Pointer[time.Time] // until when the circuit is open; nil: it never was
}

// NewSMSBreaker puts a breaker before sms, which tells log when it opens and
// closes.
func NewSMSBreaker(sms account.SMS, log *slog.Logger) *SMSBreaker {
	b := &SMSBreaker{sms: sms}
	b.circuit = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:     breakerRest,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= breakerFailures },
		IsExcluded:  saysNothingOfTheService,
		OnStateChange: func(_ string, from, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				b.resting.Store(new(time.Now().Add(breakerRest)))
			}
			log.Warn("SMS circuit", "from", from.String(), "to", to.String())
		},
	})
	return b
}

// refusedMessage is the cause of a failure that is about one message: the
// service is there, and will take others.
type refusedMessage struct{ error }

// saysNothingOfTheService tells the failures that are the caller's doing. They
// must not count: anybody could cut everybody off with them.
func saysNothingOfTheService(err error) bool {
	_, refused := errors.AsType[refusedMessage](err)
	return refused || apierr.Is(err, apierr.TooManyRequests) || apierr.Is(err, apierr.InvalidField) || errors.Is(err, context.Canceled)
}

// Send sends as the service behind it does, or fails at once with SMSUnavailable
// while the circuit is open; RetryAfter is then the rest of its time.
func (b *SMSBreaker) Send(ctx context.Context, m account.CodeMessage) error {
	_, err := b.circuit.Execute(func() (struct{}, error) {
		return struct{}{}, b.sms.Send(ctx, m)
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return &apierr.Error{Code: apierr.SMSUnavailable, RetryAfter: b.rest(), Cause: fmt.Errorf("SMS circuit: %w", err)}
	}
	return err
}

// rest is how long the circuit is still open, at least as long as the one try
// after that may take to tell.
func (b *SMSBreaker) rest() time.Duration {
	if until := b.resting.Load(); until != nil {
		return max(time.Until(*until), usualPatience)
	}
	return usualPatience
}

// Open tells whether messages are refused without asking the service.
func (b *SMSBreaker) Open() bool { return b.circuit.State() == gobreaker.StateOpen }
