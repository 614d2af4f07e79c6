package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"quartet/server/account"
	"quartet/store"
)

const (
	housekeepingInterval = time.Hour
	seenInterval         = 2 * time.Second
	seenPatience         = 2 * time.Second     // that a recording has at most, also one at the end
	keepEnded            = 30 * 24 * time.Hour // how long an ended session can still be asked about
)

// background is the work that goes on beside the requests.
type background struct {
	log  *slog.Logger
	jobs sync.WaitGroup
}

// every does job now and again each interval, until ctx ends. A job that fails
// is tried again at its next turn.
func (b *background) every(ctx context.Context, interval time.Duration, name string, job func(context.Context) error) {
	b.jobs.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for ctx.Err() == nil { // a turn and the end can come together
			if err := job(ctx); err != nil && ctx.Err() == nil {
				b.log.Error("a background job failed", "job", name, "error", err)
			}
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

// wait waits until all jobs have seen the end of their context.
func (b *background) wait() { b.jobs.Wait() }

// housekeeping deletes what nobody asks for any more, and the audit events that
// are older than keepAudit; 0 keeps them for good. A long write-ahead log is
// folded first: else the deletion's commit would do it, and every write, and
// whoever asks whether the server is ready, would wait for it.
func housekeeping(database *store.Store, keepAudit time.Duration, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		folding := database.Checkpoint(ctx)
		now := time.Now()
		deleted, err := database.Purge(ctx, store.TimeOf(now), store.TimeOf(now.Add(-keepEnded)))
		if keepAudit > 0 {
			events, auditErr := database.PurgeAudit(ctx, store.TimeOf(now.Add(-keepAudit)))
			deleted, err = deleted+events, errors.Join(err, auditErr)
		}
		if deleted > 0 {
			log.Info("housekeeping", "deleted", deleted)
		}
		return errors.Join(folding, err)
	}
}

// recordSeen writes down which sessions have been used. The end of ctx does not
// cut it off: what it has begun to write would be lost.
func recordSeen(accounts *account.Service) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), seenPatience)
		defer cancel()
		accounts.FlushLastSeen(ctx)
		return nil
	}
}
