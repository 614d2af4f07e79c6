package providers

import (
	"context"
	"fmt"
	"log/slog"

	"quartet/server/account"
	"quartet/server/apierr"
)

var _ account.SMS = (*SMSBreaker)(nil)

// SMSBreaker is a circuit breaker for an SMS service: five failures in a row open it
// for 30 seconds, then one message tries whether the service is back. It is safe for
// concurrent use.
type SMSBreaker struct {
	sms     account.SMS
	circuit *circuit[struct{}]
}

// NewSMSBreaker adds a breaker to sms, which logs when it opens and closes.
func NewSMSBreaker(sms account.SMS, log *slog.Logger) *SMSBreaker {
	return &SMSBreaker{sms: sms, circuit: newCircuit[struct{}]("SMS", log)}
}

// Send calls the service, or fails at once with SMSUnavailable while the circuit is
// open; RetryAfter is then the time until it closes.
func (b *SMSBreaker) Send(ctx context.Context, m account.CodeMessage) error {
	_, err := b.circuit.run(func() (struct{}, error) {
		return struct{}{}, b.sms.Send(ctx, m)
	})
	if isOpenCircuit(err) {
		return &apierr.Error{Code: apierr.SMSUnavailable, RetryAfter: b.circuit.rest(), Cause: fmt.Errorf("SMS circuit: %w", err)}
	}
	return err
}

// Open reports whether messages are refused without calling the service.
func (b *SMSBreaker) Open() bool { return b.circuit.isOpen() }
