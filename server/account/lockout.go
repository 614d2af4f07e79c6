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

// guess is one try at a password. It is counted in the database before it is
// compared, so that parallel guesses get no more comparisons than serial ones.
//
// Three counters bound guessing: one account from one address, one account from
// anywhere, and one address at any account. An outsider who fails on purpose
// locks out their own address, not the account's owner.
//
// The first two are reserved before hashing and cleared by a right password.
// Tries of one account from one address take turns in this process, so that 200
// right sign-ins at once never look like 200 failures: at most one reservation
// per server is open, three where user name, e-mail and mobile are used at once,
// which take a turn each. The turn is not per account alone: an outsider's tries
// would then make the owner queue. Nor is it per user: the queue would tell which
// user name, e-mail and mobile are one person's.
//
// The address counter grows only after a failure or a try that the server was
// too busy for, so that right sign-ins of many people behind one address never
// fill it, and a right password does not clear it, or one account of their own
// would let a guesser go on for ever. Whichever server sees it full remembers so
// until the window ends; others find out with one failure each.
type guess struct {
	lockKey  string            // what was typed, from this address
	key      string            // this account from this address
	account  string            // keyed index of the account, for the audit
	limits   []store.RateLimit // reserved before comparing, cleared by success
	clientIP string            // counted after a failure; "" for none
	hash     *string           // what to compare with; nil: nothing
	disabled bool              // no password is right: there is no such user, or they are disabled
}

// verdict is what became of a guess.
type verdict struct {
	right  bool
	weak   bool // right, and the stored hash should be replaced
	locked bool // there were too many guesses: nothing was compared
}

// guessMemory is what a server remembers about guesses between requests. The
// values of both caches are when an entry ends; an entry that is displaced early
// is still counted in the database.
type guessMemory struct {
	locks keyedLock
	// unspent holds reservations whose password was not compared because no
	// hashing slot was free. The next try takes it over: a busy server must not
	// lock anybody out.
	unspent *lru.Cache[string, time.Time]
	// full holds the client IPs whose counter is full, and those with too many
	// wrong codes.
	full *lru.Cache[string, time.Time]
}

const guessMemorySize = 10_000 // entries of each cache

func newGuessMemory() guessMemory {
	unspent, err := lru.New[string, time.Time](guessMemorySize)
	full, err2 := lru.New[string, time.Time](guessMemorySize)
	if err := errors.Join(err, err2); err != nil {
		panic(err) // impossible: the size is positive
	}
	return guessMemory{unspent: unspent, full: full}
}

// takeUnspent removes the reservation of key and reports whether it was still good.
func (m *guessMemory) takeUnspent(key string, now time.Time) bool {
	until, _ := m.unspent.Peek(key)
	return m.unspent.Remove(key) && until.After(now)
}

// fullFor gives how long the counter of key stays full; 0 or less if it is not.
func (m *guessMemory) fullFor(key string, now time.Time) time.Duration {
	if until, known := m.full.Peek(key); known {
		return until.Sub(now)
	}
	return 0
}

// forget drops everything.
func (m *guessMemory) forget() {
	m.unspent.Purge()
	m.full.Purge()
}

// compare counts and compares. A locked, unknown, disabled or passwordless
// account costs what a wrong password costs, and is not right either. follow does
// what follows from the verdict, in the transaction that settles the guess; when
// it finds that the user has gone meanwhile, the failure is WrongCredentials.
func (s *Service) compare(ctx context.Context, g guess, text string, follow func(*tx, verdict) error) (verdict, error) {
	done, err := s.guesses.locks.acquire(ctx, g.lockKey)
	if err != nil {
		return verdict{}, s.overloaded(err)
	}
	defer done()
	again := s.guesses.takeUnspent(g.lockKey, s.now())
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
	if err != nil {
		if admitted {
			s.putOff(ctx, g, again)
		}
		return verdict{}, s.hashErr(err)
	}
	v := verdict{right && !g.disabled, weak, !admitted}
	err = s.inTx(ctx, func(tx *tx) error {
		if err := s.settleGuess(ctx, tx, g, v.right); err != nil {
			return err
		}
		return follow(tx, v)
	})
	return v, toAPIErr(err, apierr.WrongCredentials)
}

// admit reserves the guess, or tells that there were too many. Being refused
// writes a row as being admitted does, for otherwise the time of that write
// would tell a locked account from a wrong password.
func (s *Service) reserveGuess(ctx context.Context, g guess) (bool, error) {
	now := s.now()
	// An address whose counter is full makes one row, however many names it tries.
	refused := "refused:" + g.clientIP
	if s.guesses.fullFor(g.clientIP, now) <= 0 {
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

// countIfRoom counts one event against all limits, or against none of them when
// one is reached.
func (s *Service) countIfRoom(ctx context.Context, limits []store.RateLimit) (counted bool, err error) {
	err = s.store.InTx(ctx, func(tx store.Tx) error { return tx.ConsumeRateLimits(ctx, limits, store.TimeOf(s.now())) })
	if _, reached := errors.AsType[store.RateLimitError](err); reached {
		return false, nil
	}
	return err == nil, err
}

// putOff leaves the reservation of a password that was not compared to the next
// try. Its address pays for it, once: many names from one address would otherwise
// make rows without end while the server is busy, but whoever comes again for one
// of them makes none.
func (s *Service) putOff(ctx context.Context, g guess, again bool) {
	s.guesses.unspent.Add(g.lockKey, s.now().Add(s.limits.PasswordPerAccountIP.Per))
	if again {
		return
	}
	// Leaving is no way around the count.
	err := s.inBackground(ctx, func(ctx context.Context) error {
		return s.inTx(ctx, func(tx *tx) error { return s.countClientIP(ctx, tx, g.clientIP) })
	})
	if err != nil {
		s.log.WarnContext(ctx, "a sign-in that was put off was not counted", "error", err)
	}
}

func (s *Service) verify(ctx context.Context, hash *string, text string) (right, weak bool, err error) {
	if hash == nil {
		return false, false, s.hasher.VerifyDummy(ctx, text)
	}
	right, weak, err = s.hasher.Verify(ctx, *hash, text)
	if errors.Is(err, password.ErrUnknownHash) || errors.Is(err, password.ErrMalformedHash) {
		s.log.ErrorContext(ctx, "a stored password hash cannot be read", "error", err)
		return false, false, s.hasher.VerifyDummy(ctx, text)
	}
	return right, weak, err
}

// settle clears the reservation of a right password, and counts a wrong one
// against its address.
func (s *Service) settleGuess(ctx context.Context, tx *tx, g guess, right bool) error {
	if right {
		keys := make([]string, 0, len(g.limits))
		for _, quota := range g.limits {
			keys = append(keys, quota.Key)
		}
		return tx.ResetRateLimits(ctx, keys)
	}
	return s.countClientIP(ctx, tx, g.clientIP)
}

// countClientIP counts a failure, as long as there is room.
func (s *Service) countClientIP(ctx context.Context, tx *tx, clientIP string) error {
	if clientIP == "" {
		return nil
	}
	now := s.now()
	err := tx.ConsumeRateLimits(ctx, []store.RateLimit{s.passwordPerIP(clientIP)}, store.TimeOf(now))
	if reached, full := errors.AsType[store.RateLimitError](err); full {
		s.guesses.full.Add(clientIP, now.Add(time.Duration(reached.RetryAfterMillis)*time.Millisecond))
		return nil // the deed goes on: being one, the quota has counted nothing
	}
	return err
}

func (s *Service) passwordPerIP(clientIP string) store.RateLimit {
	return s.limits.PasswordPerIP.limit("guess-address:" + clientIP)
}
