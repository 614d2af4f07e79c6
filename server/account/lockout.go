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
// These counters limit guessing: one account from one client IP, from one network and
// from anywhere, and one client IP, with its site, at any account. An attacker who fails
// on purpose locks out their own client IP, not the account's owner: no network locks an
// account for others, and many networks do not lock it for a client IP that the account
// knows.
//
// The counters of the account are reserved before hashing and reset by a right password.
// Attempts at one account from one client IP wait for each other in this process, so that
// 200 right sign-ins at once do not look like 200 failures. The lock is not per account
// alone, because an attacker's attempts would delay the owner, and not per user, because
// the delay would reveal which user name, e-mail and mobile belong to one person.
//
// The counters of the client IP grow only after a failure or when the server was too
// busy, so that right sign-ins of many people behind one client IP never fill them. A
// right password does not reset them, because an attacker with an account of their own
// could then guess without limit. A server that finds one full remembers that until the
// window ends, and refuses the client IP at once, whatever the account: it is told to
// wait, because a right password of somebody else behind it is not wrong.
type guess struct {
	lockKey   string            // what was typed, from this client IP
	account   string            // keyed hash of the account, for the audit
	limits    []store.RateLimit // reserved before comparing, reset by success
	perClient []store.RateLimit // counted after a failure; empty for none
	lockout   event             // recorded when these are full
	// known reports whether the account knows the client IP, for which only the first of
	// limits counts then; nil: it does not.
	known    func(context.Context) (bool, error)
	hash     *string // what to compare with; nil: nothing
	disabled bool    // no password is right: the user does not exist or is disabled
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
	// full holds the counters of client IPs that are full: of wrong passwords, codes and
	// application secrets.
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
// WrongCredentials. It is TooManyRequests, without any work, for a client IP that is full.
func (s *Service) compare(ctx context.Context, g guess, text string, follow func(*tx, verdict) error) (verdict, error) {
	release, err := s.guesses.locks.acquire(ctx, g.lockKey)
	if err != nil {
		return verdict{}, s.overloaded(err)
	}
	defer release()
	if err := s.wait(ctx, g.perClient); err != nil {
		return verdict{}, err
	}
	hashing, leave, err := s.hasher.Admit(ctx)
	if err != nil {
		return verdict{}, s.hashErr(err)
	}
	again := s.guesses.takeReservation(g.lockKey, s.now())
	right, weak, admitted, err := s.reserveAndVerify(hashing, &g, text, again, leave)
	if err == nil && admitted && g.elsewhere != nil {
		right, err = g.elsewhere(ctx)
	}
	if err != nil {
		if admitted {
			s.keepReservation(ctx, g, again)
		}
		return verdict{}, err
	}
	v, full := verdict{right && !g.disabled, weak, !admitted}, false
	err = s.inTx(ctx, func(tx *tx) (err error) {
		if full, err = s.settleGuess(ctx, tx, g, v.right); err != nil {
			return err
		}
		return follow(tx, v)
	})
	if full {
		s.foundFull(ctx, g)
	}
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

// reserveAndVerify reserves the guess, unless it is reserved already, and compares it.
// It calls leave at its end.
func (s *Service) reserveAndVerify(ctx context.Context, g *guess, text string, reserved bool, leave func(right bool)) (right, weak, admitted bool, err error) {
	defer func() { leave(right) }()
	admitted = reserved
	if !reserved {
		if admitted, err = s.reserveGuess(ctx, g); err != nil {
			return false, false, false, storeErr(err)
		}
	}
	if !admitted {
		g.hash = nil
	}
	right, weak, err = s.verify(ctx, g.hash, text)
	return right, weak, admitted, s.hashErr(err)
}

// reserveGuess reserves the guess, or reports that there were too many. A refusal
// writes a row too, so that its duration does not distinguish a locked account from a
// wrong password.
func (s *Service) reserveGuess(ctx context.Context, g *guess) (bool, error) {
	ok, err := s.countIfRoom(ctx, g.limits)
	if ok || err != nil {
		return ok, err
	}
	if g.known != nil {
		known, err := g.known(ctx)
		if err != nil {
			return false, err
		}
		if own := g.limits[:1]; known {
			if ok, err := s.countIfRoom(ctx, own); ok || err != nil {
				g.limits = own // a right password lifts no lock of others
				return ok, err
			}
		}
	}
	counted := Rate{math.MaxInt32, s.limits.PasswordPerAccountIP.Per}.limit("refused:" + g.limits[0].Key)
	_, err = s.countIfRoom(ctx, []store.RateLimit{counted})
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
	full := false
	err := s.inBackground(ctx, func(ctx context.Context) error {
		return s.inTx(ctx, func(tx *tx) (err error) {
			full, err = s.countForClient(ctx, tx, g.perClient)
			return err
		})
	})
	if err != nil {
		s.log.WarnContext(ctx, "sign-in was not counted: no hashing slot was free", "error", err)
	} else if full {
		s.foundFull(ctx, g)
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
// against the client IP. It reports whether that was full.
func (s *Service) settleGuess(ctx context.Context, tx *tx, g guess, right bool) (full bool, err error) {
	if right {
		return false, tx.ResetRateLimits(ctx, keysOf(g.limits))
	}
	return s.countForClient(ctx, tx, g.perClient)
}

// foundFull remembers that a client IP is full, and records it: the requests that it
// sends from now on are not.
func (s *Service) foundFull(ctx context.Context, g guess) {
	if s.rememberFull(ctx, g.perClient) {
		s.audit(ctx, g.lockout)
	}
}

// passwordsPerIP limits failed sign-ins from a client IP, by codes too.
func (s *Service) passwordsPerIP(clientIP string) []store.RateLimit {
	return s.perClient("guess", s.limits.PasswordPerIP, clientIP)
}

// signInGuess returns the lock and the counters of a sign-in. A known user has one set
// of counters for all their names; an unknown account is counted by its text. The lock
// is per text for both, because waiting for another spelling would reveal that a user
// has both.
func (s *Service) signInGuess(in PasswordSignIn, user store.User, found bool) guess {
	text := s.sealer.Index("account:" + accountText(in.Account))
	subject := text
	if found {
		subject = s.sealer.Index(userSubject(user.ID))
	}
	return guess{
		lockKey:   "signin:" + text + ":" + s.clientIPKey(in.ClientIP),
		account:   subject,
		limits:    s.perAccount(subject, in.ClientIP),
		perClient: s.passwordsPerIP(in.ClientIP),
		lockout: event{
			kind: AuditLockout, dialect: in.Dialect, clientIP: in.ClientIP,
			detail: details{"way": OpenedByPassword, "reason": reasonLocked},
		},
		known: func(ctx context.Context) (bool, error) {
			known, err := s.knows(ctx, s.store, user.ID, in.ClientIP)
			return known, storeErr(err)
		},
		hash:     s.openHash(user),
		disabled: !found || user.DisabledAt != nil,
	}
}
