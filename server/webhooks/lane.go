package webhooks

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"quartet/server/account"
)

const (
	// circuitFailures is how many failures in a row let a receiver rest.
	circuitFailures = 5
	defaultRest     = 30 * time.Second
)

// errFailed counts for the circuit breaker.
var errFailed = errors.New("the attempt failed")

// lane sends to one webhook.
type lane struct {
	*Engine
	id      int64
	busy    atomic.Bool
	target  atomic.Pointer[account.WebhookTarget] // as it is now; nil: disabled or deleted
	circuit *gobreaker.CircuitBreaker[account.Attempt]
	pause   atomic.Pointer[time.Time] // until when the receiver wants nothing; nil: it has not said so
}

func (e *Engine) newLane(id int64) *lane {
	l := &lane{Engine: e, id: id}
	l.circuit = gobreaker.NewCircuitBreaker[account.Attempt](gobreaker.Settings{
		Timeout:     e.rest,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= circuitFailures },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			switch { // what is tried after a rest is half-open, and tells nothing new
			case from == gobreaker.StateClosed:
				e.log.Warn("a webhook fails; it is tried again after each rest", "webhook", id, "rest", e.rest.String())
			case to == gobreaker.StateClosed:
				e.log.Info("a webhook takes deliveries again", "webhook", id)
			}
		},
	})
	return l
}

func (l *lane) isOpen() bool { return l.circuit.State() == gobreaker.StateOpen }

// room is how many deliveries may be tried now: one after a rest, to see whether the receiver
// is back.
func (l *lane) room() int {
	if until := l.pause.Load(); until != nil && l.now().Before(*until) {
		return 0
	}
	switch l.circuit.State() {
	case gobreaker.StateOpen:
		return 0
	case gobreaker.StateHalfOpen:
		return 1
	default:
		return parallel
	}
}

// drain sends what is due, until nothing is, or the receiver has to rest.
func (l *lane) drain(ctx context.Context) {
	for ctx.Err() == nil {
		target, room := l.target.Load(), l.room()
		if target == nil || room == 0 {
			return
		}
		claimed, err := l.accounts.ClaimDeliveries(ctx, l.id, room, claimTime)
		if err != nil && ctx.Err() == nil {
			l.log.Error("deliveries of a webhook were not claimed", "webhook", l.id, "error", err)
		}
		if len(claimed) == 0 {
			return
		}
		var all sync.WaitGroup
		for _, d := range claimed {
			all.Go(func() { l.deliver(ctx, *target, d) })
		}
		all.Wait()
	}
}

func (l *lane) deliver(ctx context.Context, target account.WebhookTarget, d account.ClaimedDelivery) {
	level := slog.LevelWarn
	if l.circuit.State() != gobreaker.StateClosed { // that it fails has been said
		level = slog.LevelDebug
	}
	attempt, err := l.circuit.Execute(func() (account.Attempt, error) {
		attempt := l.sender.send(ctx, target, d)
		if attempt.Interrupted || !isReceiversFault(attempt) {
			return attempt, nil
		}
		return attempt, errFailed
	})
	if err != nil && !errors.Is(err, errFailed) { // the circuit is open
		attempt = account.Attempt{Interrupted: true}
	}
	if attempt.RetryAfter > 0 {
		l.pause.Store(new(l.now().Add(min(attempt.RetryAfter, longestPause))))
	}
	// What became of it is stored even if the server stops.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	state, err := l.accounts.FinishDelivery(ctx, d, attempt)
	if err != nil {
		l.log.Error("what became of a delivery was not stored; it is sent again", "delivery", d.ID(), "error", err)
		return
	}
	switch {
	case attempt.Interrupted:
	case attempt.Error == "":
		l.metrics.attempts.WithLabelValues("delivered").Inc()
	default:
		l.metrics.attempts.WithLabelValues("failed").Inc()
		l.log.Log(ctx, level, "webhook delivery failed", "delivery", d.ID(), "attempts", d.Attempts+1, "state", state, "error", attempt.Error)
	}
	if state == account.DeliveryDead {
		l.metrics.dead.Inc()
	}
}

// longestPause is how long a receiver can stop what is sent to it by Retry-After.
const longestPause = time.Hour

// isReceiversFault reports whether a failure is likely to be that of the next delivery too:
// all but an answer that refuses this one.
func isReceiversFault(a account.Attempt) bool {
	return a.Error != "" && (a.Status < 400 || a.Status >= 500 || a.Status == 408 || a.Status == 429)
}
