package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"quartet/server/account"
	"quartet/server/keys"
	"quartet/store"
)

const (
	housekeepingInterval = time.Hour
	eraseInterval        = time.Minute
	wrapInterval         = time.Minute
	lastSeenInterval     = 2 * time.Second
	lastSeenTimeout      = 2 * time.Second     // of one recording, also of the one at shutdown
	endedSessionsKept    = 30 * 24 * time.Hour // so that their tokens are answered with the reason
)

// background runs jobs beside the requests.
type background struct {
	log  *slog.Logger
	jobs sync.WaitGroup
}

// every runs job after first and then each interval, until ctx ends. A job that
// fails is run again at the next interval.
func (b *background) every(ctx context.Context, first, interval time.Duration, name string, job func(context.Context) error) {
	b.jobs.Go(func() {
		timer := time.NewTimer(first)
		defer timer.Stop()
		for {
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
			if err := job(ctx); err != nil && ctx.Err() == nil {
				b.log.Error("background job failed", "job", name, "error", err)
			}
			timer.Reset(interval)
		}
	})
}

// wait waits for all jobs, after their context has ended.
func (b *background) wait() { b.jobs.Wait() }

// housekeeping deletes rows that are no longer needed, and audit events older than
// keepAudit; 0 keeps them. It checkpoints SQLite's write-ahead log first: else the
// commit of a large deletion does so, and every write and /readyz wait for it.
func housekeeping(database *store.Store, keepAudit time.Duration, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		checkpointErr := database.Checkpoint(ctx)
		now := time.Now()
		deleted, err := database.Purge(ctx, store.TimeOf(now), store.TimeOf(now.Add(-endedSessionsKept)))
		if keepAudit > 0 {
			events, auditErr := database.PurgeAudit(ctx, store.TimeOf(now.Add(-keepAudit)))
			deleted, err = deleted+events, errors.Join(err, auditErr)
		}
		if deleted > 0 {
			log.Info("housekeeping", "deleted", deleted)
		}
		return errors.Join(checkpointErr, err)
	}
}

// wrapQuickHashes wraps the imported password hashes that can be guessed at quickly.
func wrapQuickHashes(accounts *account.Service, log *slog.Logger) func(context.Context) error {
	wrap := accounts.QuickHashes()
	return func(ctx context.Context) error {
		wrapped, err := wrap(ctx)
		if wrapped > 0 {
			log.Info("wrapped imported password hashes in argon2id", "users", wrapped)
		}
		return err
	}
}

// eraseDue erases the users who closed their account and whose grace time has passed.
func eraseDue(accounts *account.Service, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		erased, err := accounts.EraseDueUsers(ctx)
		if erased > 0 {
			log.Info("erased users who closed their account", "users", erased)
		}
		return err
	}
}

// recordLastSeen writes which sessions have been used. It goes on after the end of
// ctx, so that nothing is lost at shutdown.
func recordLastSeen(accounts *account.Service) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSeenTimeout)
		defer cancel()
		accounts.FlushLastSeen(ctx)
		return nil
	}
}

// reloadKeys reads the directory of the keys again and logs what has changed.
func reloadKeys(ring *keys.Keyring, log *slog.Logger) func(context.Context) error {
	var logged []string
	return func(context.Context) error {
		err := ring.Reload()
		signing, _ := ring.Signing(time.Now())
		kids := []string{}
		for _, key := range ring.JWT() {
			kids = append(kids, key.KID)
		}
		if now := append([]string{signing}, kids...); !slices.Equal(now, logged) {
			log.Info("JWT keys", "signing", signing, "verifying", kids)
			logged = now
		}
		return err
	}
}
