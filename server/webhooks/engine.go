package webhooks

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"quartet/server/account"
)

const (
	interval = time.Second
	// parallel is how many requests one server makes to a webhook at a time, so that a slow
	// receiver gets no more of them and others do not wait for it.
	parallel = 8
	// claimTime is how long deliveries belong to the server that tries them: longer than an
	// attempt. Those of a server that was killed are sent after it.
	claimTime    = 30 * time.Second
	storeTimeout = 5 * time.Second // of storing what became of an attempt
	countEvery   = 15 * time.Second
)

// Options describe an engine. Accounts is required, and Addresses unless there is a
// Transport.
type Options struct {
	Accounts  *account.Service
	Addresses *Addresses
	Transport http.RoundTripper // takes the requests instead of the network; nil: none
	Metrics   prometheus.Registerer
	Traces    trace.TracerProvider // each attempt is a trace; nil: none
	Log       *slog.Logger
	Now       func() time.Time // nil: time.Now
	Rest      time.Duration    // of a receiver that has failed too often; 0: 30 s
}

// Engine sends what is queued. Several servers can have one each over one database.
type Engine struct {
	accounts *account.Service
	sender   sender
	log      *slog.Logger
	now      func() time.Time
	rest     time.Duration
	metrics  metrics
	running  sync.WaitGroup
	lanes    map[int64]*lane // by webhook
	counted  time.Time       // when the pending deliveries were counted
}

// New creates an engine.
func New(o Options) *Engine {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rest == 0 {
		o.Rest = defaultRest
	}
	return &Engine{
		accounts: o.Accounts, sender: newSender(o), log: o.Log, now: o.Now, rest: o.Rest,
		metrics: newMetrics(o.Metrics), lanes: map[int64]*lane{},
	}
}

// Serve calls Run each second until ctx ends, and then waits for what it has begun.
func (e *Engine) Serve(ctx context.Context) {
	defer e.Wait()
	failing := false
	for ticker := time.NewTicker(interval); ; {
		err := e.Run(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			e.log.Error("webhooks are not sent for now", "error", err)
		}
		failing = err != nil
		select {
		case <-ticker.C:
		case <-ctx.Done():
			ticker.Stop()
			return
		}
	}
}

// Run begins to send what is due, beside what is still being sent, and is not to be called by
// two goroutines at a time. What it has begun ends soon after ctx.
func (e *Engine) Run(ctx context.Context) error {
	targets, err := e.accounts.WebhookTargets(ctx)
	if err != nil {
		return err
	}
	enabled := map[int64]bool{}
	open := 0
	for _, target := range targets {
		enabled[target.ID] = true
		l := e.lanes[target.ID]
		if l == nil {
			l = e.newLane(target.ID)
			e.lanes[target.ID] = l
		}
		l.target.Store(&target)
		if l.isOpen() {
			open++
		}
		if l.busy.CompareAndSwap(false, true) {
			e.running.Go(func() {
				defer l.busy.Store(false)
				l.drain(ctx)
			})
		}
	}
	for id, l := range e.lanes {
		if !enabled[id] {
			l.target.Store(nil)
			delete(e.lanes, id)
		}
	}
	e.metrics.open.Set(float64(open))
	return e.count(ctx, len(targets))
}

// count sets the number of pending deliveries, now and then.
func (e *Engine) count(ctx context.Context, webhooks int) error {
	if webhooks == 0 || e.now().Sub(e.counted) < countEvery {
		return nil
	}
	e.counted = e.now()
	pending, err := e.accounts.CountDeliveries(ctx, account.DeliveryFilter{State: account.DeliveryPending})
	if err == nil {
		e.metrics.pending.Set(float64(pending))
	}
	return err
}

// Wait waits for what Run has begun, after its context has ended.
func (e *Engine) Wait() { e.running.Wait() }
