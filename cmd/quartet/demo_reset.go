package main

import (
	"context"
	"errors"
	"time"

	"quartet/server/account"
	"quartet/store"
)

const (
	keeperInterval = 5 * time.Second
	// usedUpFor is how long what somebody used up stays used up, so that they
	// see that it is.
	usedUpFor = 30 * time.Second
)

// keeper puts back what visitors of a demonstration used up: the sessions that
// the examples name, the standing one-time code, and the names of the users whom
// the examples create.
type keeper struct {
	store    *store.Store
	accounts *account.Service
	now      func() time.Time
	// gone says since when there is no code of a purpose that could be used.
	gone map[string]time.Time
}

func newKeeper(database *store.Store, accounts *account.Service, now func() time.Time) *keeper {
	return &keeper{store: database, accounts: accounts, now: now, gone: map[string]time.Time{}}
}

// start puts everything in place, whatever became of it before.
func (k *keeper) start(ctx context.Context) error {
	for _, session := range standingSessions(k.now()) {
		if err := k.putSession(ctx, session); err != nil {
			return err
		}
	}
	for _, purpose := range standingPurposes {
		if err := k.keepCode(ctx, purpose, 0); err != nil {
			return err
		}
	}
	return nil
}

// tick puts back what is due.
func (k *keeper) tick(ctx context.Context) error {
	var failed []error
	for _, session := range standingSessions(k.now()) {
		failed = append(failed, k.keepSession(ctx, session))
	}
	for _, purpose := range standingPurposes {
		failed = append(failed, k.keepCode(ctx, purpose, usedUpFor))
	}
	for _, example := range exampleUsers() {
		failed = append(failed, k.accounts.ReleaseExample(ctx, example, k.now().Add(-usedUpFor)))
	}
	return errors.Join(failed...)
}

func (k *keeper) keepSession(ctx context.Context, fresh store.Session) error {
	present, err := k.store.SessionByID(ctx, fresh.ID)
	if errors.Is(err, store.ErrNotFound) {
		return k.putSession(ctx, fresh)
	}
	if err != nil {
		return err
	}
	if kept, changed := keptSession(present.Session, fresh, k.now()); changed {
		return k.putSession(ctx, kept)
	}
	return nil
}

func (k *keeper) putSession(ctx context.Context, session store.Session) error {
	return k.store.InTx(ctx, func(tx store.Tx) error { return tx.PutSession(ctx, session) })
}

// keptSession is what should be there in place of present, if not present
// itself. One that was ended or rotated a while ago is fresh again; one that is
// as it should be goes on, before half its time is over.
func keptSession(present, fresh store.Session, now time.Time) (kept store.Session, changed bool) {
	switch {
	case present.EndedAt != nil:
		return fresh, longAgo(*present.EndedAt, now)
	case present.Generation != fresh.Generation:
		return fresh, present.RotatedAt == nil || longAgo(*present.RotatedAt, now)
	case present.AccessExpiresAt < store.TimeOf(now.Add(standingAccessLife/2)),
		present.ExpiresAt < store.TimeOf(now.Add(standingSessionLife/2)):
		kept = present
		kept.AccessExpiresAt, kept.ExpiresAt = fresh.AccessExpiresAt, fresh.ExpiresAt
		return kept, true
	default:
		return present, false
	}
}

func longAgo(moment store.Time, now time.Time) bool { return now.Sub(moment.Time()) >= usedUpFor }

// keepCode plants the standing code when none could be used for as long as
// patience. Never while there is one: it would make a code that was just used
// good for a second time.
func (k *keeper) keepCode(ctx context.Context, purpose string, patience time.Duration) error {
	live, err := k.accounts.HasActiveCode(ctx, purpose, demoMobile)
	if err != nil {
		return err
	}
	if live {
		delete(k.gone, purpose)
		return nil
	}
	since, seen := k.gone[purpose]
	if !seen {
		since = k.now()
		k.gone[purpose] = since
	}
	if k.now().Sub(since) < patience {
		return nil
	}
	delete(k.gone, purpose)
	return k.accounts.SetCode(ctx, purpose, demoMobile, demoCode, standingCodeLife)
}
