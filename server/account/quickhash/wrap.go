package quickhash

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"quartet/server/fieldcrypt"
	"quartet/server/password"
	"quartet/store"
)

const (
	// Entry is the metadata entry that says whether there may be hashes to wrap: done, or
	// a text that is new with each import. Databases of before have none.
	Entry = "quick_hashes"
	done  = "none"

	pageSize = 500
	// Lease is how long one server wraps before another may go on.
	Lease = 5 * time.Minute
	// turn is how long a server wraps with one lease.
	turn = Lease - time.Minute
)

// NewEntry is a value of Entry that says that there are hashes to wrap.
func NewEntry() string { return rand.Text() }

var leaseCounter = store.RateLimit{Key: "wrap-quick-hashes", WindowMillis: Lease.Milliseconds(), Limit: 1}

// Wrapper wraps quick hashes. It is not safe for concurrent use.
type Wrapper struct {
	Store  *store.Store
	Hasher *password.Hasher
	Sealer *fieldcrypt.Sealer
	Now    func() time.Time
	Log    *slog.Logger
	// Wait is the pause before each hash, between two looks whether a request is hashing,
	// and between two pages of users. Its error ends Wrap.
	Wait func(context.Context) error

	entry string // that it began with
	after int64  // the last user whom it has seen since
}

// Wrap wraps hashes until there are none, or for some minutes; the next call goes on. It
// does nothing while another server wraps, and hashes one at a time with pauses, when no
// request does. It returns how many it has wrapped or sealed.
func (w *Wrapper) Wrap(ctx context.Context) (wrapped int, err error) {
	entry, err := w.Store.Metadata(ctx, Entry)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	if entry == done {
		return 0, nil
	}
	if entry != w.entry {
		w.entry, w.after = entry, 0
	}
	until := w.Now().Add(turn)
	err = w.Store.InTx(ctx, func(tx store.Tx) error {
		return tx.ConsumeRateLimits(ctx, []store.RateLimit{leaseCounter}, store.TimeOf(w.Now()))
	})
	if _, taken := errors.AsType[store.RateLimitError](err); taken {
		return 0, nil
	}
	for err == nil && w.Now().Before(until) {
		var users []store.UserPassword
		if users, err = w.Store.PasswordsAfter(ctx, w.after, pageSize); err != nil {
			break
		}
		if len(users) == 0 {
			w.after = 0
			return wrapped, w.finish(ctx)
		}
		for _, user := range users {
			var did bool
			if did, err = w.one(ctx, user); err != nil {
				return wrapped, err
			}
			if did {
				wrapped++
			}
			if w.after = user.ID; !w.Now().Before(until) {
				break
			}
		}
		err = w.Wait(ctx)
	}
	return wrapped, err
}

// finish notes that nothing is left, unless there was an import meanwhile, and lets the
// next server look at once.
func (w *Wrapper) finish(ctx context.Context) error {
	return w.Store.InTx(ctx, func(tx store.Tx) error {
		if err := tx.ReplaceMetadata(ctx, Entry, w.entry, done); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return tx.ResetRateLimits(ctx, []string{leaseCounter.Key})
	})
}

// one wraps the hash of a user, and reports whether it changed anything.
func (w *Wrapper) one(ctx context.Context, user store.UserPassword) (bool, error) {
	if user.Hash == nil {
		return false, nil
	}
	hash, err := Open(w.Sealer, user.ID, *user.Hash)
	if err != nil {
		w.Log.ErrorContext(ctx, "stored password hash cannot be opened", "user", user.ID, "error", err)
		return false, nil
	}
	if !password.IsQuick(hash) {
		return false, nil
	}
	next, err := w.hash(ctx, hash)
	if err != nil {
		return false, err
	}
	if next == hash { // of a kind that cannot be wrapped
		if next = Seal(w.Sealer, user.ID, hash); next == hash || !IsExposed(*user.Hash) {
			return false, nil
		}
	}
	return true, w.Store.InTx(ctx, func(tx store.Tx) error { return Replace(ctx, tx, user.ID, *user.Hash, next) })
}

// patience is how often it looks before it hashes beside requests: a server that is never
// idle gets on too.
const patience = 40

// hash wraps a hash, after a pause, when no request is hashing.
func (w *Wrapper) hash(ctx context.Context, hash string) (string, error) {
	for looks := 0; ; looks++ {
		if err := w.Wait(ctx); err != nil {
			return "", err
		}
		if looks < patience && !w.Hasher.Idle() {
			continue
		}
		next, err := w.Hasher.WrapLegacy(ctx, hash)
		if !errors.Is(err, password.ErrBusy) {
			return next, err
		}
	}
}

// Pauses returns a Wait that takes d.
func Pauses(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Moved makes sure that what is stored of a password, nil for none, is wrapped although it
// moves to another user, and that the file does not keep it where it was.
func Moved(ctx context.Context, tx store.Tx, stored *string) error {
	if stored == nil || !IsToWrap(*stored) {
		return nil
	}
	err := tx.PutMetadata(ctx, Entry, NewEntry())
	if err == nil && IsExposed(*stored) {
		err = tx.ScrubLater(ctx)
	}
	return err
}

// Replace stores a stronger hash of the same password unless what is stored has changed.
// If it was an exposed one, the file is scrubbed of it later.
func Replace(ctx context.Context, tx store.Tx, userID int64, was, next string) error {
	err := tx.UpgradePasswordHash(ctx, userID, was, next)
	if err == nil && IsExposed(was) {
		err = tx.ScrubLater(ctx)
	}
	return err
}
