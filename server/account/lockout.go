package account

import (
	"context"
	"errors"
	"math"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"quartet/server/apierr"
	"quartet/server/password"
	"quartet/store"
)

// guess is an attempt at a password. It is counted in the database before it is
// compared, so that parallel guesses get no more comparisons than serial ones.
//
// Three counters limit guessing: one account from one client IP, one account from
// anywhere, and one client IP at any account. An attacker who fails on purpose locks
// out their own client IP, not the account's owner.
//
// The first two are reserved before hashing and reset by a right password. Attempts at
// one account from one client IP wait for each other in this process, so that 200 right
// sign-ins at once do not look like 200 failures. The lock is not per account alone,
// because an attacker's attempts would delay the owner, and not per user, because the
// delay would reveal which user name, e-mail and mobile belong to one person.
//
// The counter of the client IP grows only after a failure or when the server was too
// busy, so that right sign-ins of many people behind one client IP never fill it. A
// right password does not reset it, because an attacker with an account of their own
// could then guess without limit. A server that finds it full remembers that until the
// window ends.
type guess struct {
	lockKey  string            // what was typed, from this client IP
	key      string            // this account from this client IP
	account  string            // keyed hash of the account, for the audit
	limits   []store.RateLimit // reserved before comparing, reset by success
	clientIP string            // counted after a failure; "" for none
	hash     *string           // what to compare with; nil: nothing
	disabled bool              // no password is right: the user does not exist or is disabled
	// elsewhere decides instead of hash: whether the old back end lets the user in.
	elsewhere func(context.Context) (right bool, err error)
}

// verdict is the result of a guess.
type verdict struct {
	right  bool
	weak   bool // right, and the stored hash should be replaced
	locked bool // too many guesses: nothing was compared
}

// guessMemory caches guesses between requests. An entry that is evicted early is still
// counted in the database.
type guessMemory struct {
	locks keyedLock
	// reservations has the keys whose reserved guess was not compared because no
	// hashing slot was free. The next attempt uses the reservation, because a busy
	// server must not lock anybody out. The value is when it expires.
	reservations *lru.Cache[string, time.Time]
	// full holds the client IPs whose counter is full, and those with too many
	// wrong codes or application secrets.
	full *fullCounters
}

const guessMemorySize = 10_000 // entries of each cache

func newGuessMemory() guessMemory {
	reservations, err := lru.New[string, time.Time](guessMemorySize)
	full, err2 := lru.New[string, fullCounter](guessMemorySize)
	if err := errors.Join(err, err2); err != nil {
		panic(err) // impossible: the size is positive
	}
	return guessMemory{reservations: reservations, full: full}
}

// takeReservation removes the reservation of key and reports whether it was valid.
func (m *guessMemory) takeReservation(key string, now time.Time) bool {
	until, _ := m.reservations.Peek(key)
	return m.reservations.Remove(key) && until.After(now)
}

// ForgetGuesses forgets what is remembered of counters between requests, because another
// database has other counters.
func (s *Service) ForgetGuesses() { s.guesses.forget() }

// forget clears both caches.
func (m *guessMemory) forget() {
	m.reservations.Purge()
	m.full.Purge()
}

// compare counts a guess and compares it. A locked, unknown, disabled or passwordless
// account costs as much as a wrong password. follow acts on the verdict in the
// transaction that counts it; if it finds that the user is gone, the failure is
// WrongCredentials.
func (s *Service) compare(ctx context.Context, g guess, text string, follow func(*tx, verdict) error) (verdict, error) {
	release, err := s.guesses.locks.acquire(ctx, g.lockKey)
	if err != nil {
		return verdict{}, s.overloaded(err)
	}
	defer release()
	again := s.guesses.takeReservation(g.lockKey, s.now())
	admitted := again
	if !again {
		if admitted, err = s.reserveGuess(ctx, g); err != nil {
			return verdict{}, storeErr(err)
		}
	}
	if !admitted {
		g.hash = nil
	}
	right, weak, err := s.verify(ctx, g.hash, text)
	err = s.hashErr(err)
	if err == nil && admitted && g.elsewhere != nil {
		right, err = g.elsewhere(ctx)
	}
	if err != nil {
		if admitted {
			s.keepReservation(ctx, g, again)
		}
		return verdict{}, err
	}
	v := verdict{right && !g.disabled, weak, !admitted}
	err = s.inTx(ctx, func(tx *tx) error {
		if err := s.settleGuess(ctx, tx, g, v.right); err != nil {
			return err
		}
		return follow(tx, v)
	})
	_, limited := errors.AsType[store.RateLimitError](err)
	switch {
	case limited && v.right: // too many sign-ins are no failures
		err = errors.Join(err, s.store.InTx(ctx, func(tx store.Tx) error { return tx.ResetRateLimits(ctx, keysOf(g.limits)) }))
	case err != nil && admitted && !errors.Is(err, store.ErrNotFound):
		// Nobody learns the verdict, and a database that is busy must not lock anybody out.
		s.keepReservation(ctx, g, again)
	}
	return v, toAPIErr(err, apierr.WrongCredentials)
}

// reserveGuess reserves the guess, or reports that there were too many. A refusal
// writes a row too, so that its duration does not distinguish a locked account from a
// wrong password.
func (s *Service) reserveGuess(ctx context.Context, g guess) (bool, error) {
	// A full client IP writes one row, however many accounts it tries.
	refused := "refused:" + g.clientIP
	if s.fullFor(ctx, g.clientIP) <= 0 {
		ok, err := s.countIfRoom(ctx, g.limits)
		if ok || err != nil {
			return ok, err
		}
		refused = "refused:" + g.key
	}
	counted := Rate{math.MaxInt32, s.limits.PasswordPerAccountIP.Per}.limit(refused)
	_, err := s.countIfRoom(ctx, []store.RateLimit{counted})
	return false, err
}

// countIfRoom counts one event against all limits, or against none if one is reached.
func (s *Service) countIfRoom(ctx context.Context, limits []store.RateLimit) (counted bool, err error) {
	now := store.TimeOf(s.now())
	err = s.store.InTx(ctx, func(tx store.Tx) error { return tx.ConsumeRateLimits(ctx, limits, now) })
	if _, reached := errors.AsType[store.RateLimitError](err); reached {
		return false, nil
	}
	return err == nil, err
}

// keepReservation leaves a reservation whose verdict was not stored to the next
// attempt. It is counted against the client IP once, so that many accounts from
// one client IP do not create rows without limit while the server is busy.
func (s *Service) keepReservation(ctx context.Context, g guess, again bool) {
	s.guesses.reservations.Add(g.lockKey, s.now().Add(s.limits.PasswordPerAccountIP.Per))
	if again {
		return
	}
	err := s.inBackground(ctx, func(ctx context.Context) error {
		return s.inTx(ctx, func(tx *tx) error { return s.countClientIP(ctx, tx, g.clientIP) })
	})
	if err != nil {
		s.log.WarnContext(ctx, "sign-in was not counted: no hashing slot was free", "error", err)
	}
}

func (s *Service) verify(ctx context.Context, hash *string, text string) (right, weak bool, err error) {
	if hash == nil {
		return false, false, s.hasher.VerifyDummy(ctx, text)
	}
	right, weak, err = s.hasher.Verify(ctx, *hash, text)
	if errors.Is(err, password.ErrUnknownHash) || errors.Is(err, password.ErrMalformedHash) {
		s.log.ErrorContext(ctx, "stored password hash cannot be read", "error", err)
		return false, false, s.hasher.VerifyDummy(ctx, text)
	}
	return right, weak, err
}

// settleGuess resets the counters of a right password, and counts a wrong one
// against the client IP.
func (s *Service) settleGuess(ctx context.Context, tx *tx, g guess, right bool) error {
	if right {
		return tx.ResetRateLimits(ctx, keysOf(g.limits))
	}
	return s.countClientIP(ctx, tx, g.clientIP)
}

// countClientIP counts a failure, unless the counter is full.
func (s *Service) countClientIP(ctx context.Context, tx *tx, clientIP string) error {
	if clientIP == "" {
		return nil
	}
	limit := s.passwordPerIP(clientIP)
	err := tx.ConsumeRateLimits(ctx, []store.RateLimit{limit}, store.TimeOf(s.now()))
	if reached, full := errors.AsType[store.RateLimitError](err); full {
		s.rememberFull(clientIP, time.Duration(reached.RetryAfterMillis)*time.Millisecond, limit)
		return nil // a single full limit has counted nothing, so the transaction goes on
	}
	return err
}

func (s *Service) passwordPerIP(clientIP string) store.RateLimit {
	return s.limits.PasswordPerIP.limit("guess-address:" + clientIP)
}
