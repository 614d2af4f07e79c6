package account_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/password"
	"quartet/store"
)

// fail tries wrong passwords.
func (w *world) fail(name, address string, times int) {
	w.t.Helper()
	for range times {
		_, err := w.tryPassword(name, wrongPassword, address)
		wantFailure(w.t, err, apierr.WrongCredentials)
	}
}

func (w *world) wantEnter(name, address string, want apierr.Code) {
	w.t.Helper()
	_, err := w.tryPassword(name, goodPassword, address)
	wantFailure(w.t, err, want)
}

func TestLockout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li", email("li@example.com", true))
	w.fail("li", home, 5)
	w.wantEnter("li", home, apierr.WrongCredentials)
	w.wantEnter("li@example.com", home, apierr.WrongCredentials) // by another name
	// A refusal writes a row as a guess does, so that the time does not tell them
	// apart.
	wantEqual(t, "refusals", w.number("SELECT count FROM rate_counters WHERE key LIKE 'refused:%'"), 2)
	w.wantEnter("li", elsewhere, "")
	w.clock.Advance(15*time.Minute - time.Second)
	w.wantEnter("li", home, apierr.WrongCredentials)
	w.clock.Advance(time.Second)
	w.wantEnter("li", home, "")
}

// The database fails after the password was compared: nobody was told a verdict, so
// that is no failure of the user.
func TestABusyDatabaseLocksNobodyOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li")
	w.change("ALTER TABLE audit_events RENAME TO elsewhere")
	for range 20 {
		w.wantEnter("li", home, apierr.Internal)
	}
	w.change("ALTER TABLE elsewhere RENAME TO audit_events")
	w.wantEnter("li", home, "")
	w.fail("li", home, 5)
	w.wantEnter("li", home, apierr.WrongCredentials)
}

func TestRightPasswordClearsTheCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li")
	for range 3 {
		w.fail("li", home, 4)
		w.wantEnter("li", home, "")
	}
}

// Concurrent right sign-ins do not count as failures, whatever name the user enters.
func TestRightSignInsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("wang.00", email("wang@example.com", true), mobile(lisMobile, true))
	names := []string{"wang.00", "Wang@example.com", lisMobile, "ｗａｎｇ.00"}
	got := concurrently(100, func(i int) error {
		_, err := w.tryPassword(names[i%len(names)], goodPassword, home)
		return err
	})
	wantOutcomes(t, got, map[string]int{"ok": 100})
}

// The lock must not reveal that a user exists, nor that an e-mail and a user name
// belong to one user.
func TestLocksDoNotRevealAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("wang.00", email("wang@example.com", true), mobile("13900001111", true))
	queues := func(spellings ...string) (numbers []int) {
		var seen []string
		for _, spelling := range spellings {
			turn, err := account.LockOf(t.Context(), w.Service, account.PasswordSignIn{Account: spelling, ClientIP: home})
			must(t, err)
			if !slices.Contains(seen, turn) {
				seen = append(seen, turn)
			}
			numbers = append(numbers, slices.Index(seen, turn))
		}
		return numbers
	}
	known := queues("wang.00", "WANG.00", "ｗａｎｇ.00", "wang@example.com", "Wang@Example.com", "13900001111")
	unknown := queues("fang.00", "FANG.00", "ｆａｎｇ.00", "fang@example.com", "Fang@Example.com", "13900002222")
	if !slices.Equal(known, unknown) || !slices.Equal(known, []int{0, 0, 0, 1, 1, 2}) {
		t.Errorf("queues of a known user %v, of nobody %v", known, unknown)
	}
}

// Sign-ins by e-mail do not wait for those by user name; other spellings of the user
// name do, as they would for an unknown name.
func TestASpellingWaitsForItsLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("wang.00", email("wang@example.com", true))
	for name, spelling := range map[string]string{"wang.00": "ｗａｎｇ.00", "fang.00": "ｆａｎｇ.00"} {
		release, err := account.HoldLock(t.Context(), w.Service, account.PasswordSignIn{Account: name, ClientIP: home})
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err = w.SignInByPassword(ctx, account.PasswordSignIn{Account: spelling, Password: goodPassword, ClientIP: home})
		wantFailure(t, err, apierr.Overloaded)
		cancel()
		w.wantEnter("wang@example.com", home, "")
		release()
	}
	w.wantEnter("ｗａｎｇ.00", home, "")
}

// Of many concurrent wrong passwords at most five are compared.
func TestGuessesAreCountedBeforeComparing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li")
	for _, name := range []string{"li", "nobody"} {
		got := concurrently(40, func(int) error {
			_, err := w.tryPassword(name, wrongPassword, home)
			return err
		})
		wantOutcomes(t, got, map[string]int{"wrong_credentials": 40})
	}
	const counted = `SELECT COUNT(*) FROM rate_counters WHERE key LIKE 'signin:%:%' AND count = 5`
	wantEqual(t, "accounts locked, the unknown one too", w.number(counted), 2)
	w.wantEnter("li", home, apierr.WrongCredentials)
}

func TestAccountIsGuessedAtFromManyClientIPs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.PasswordPerAccount.Times = 6 })
	w.add("li")
	for i := range 6 {
		w.fail("li", fmt.Sprintf("198.51.%d.1", i), 1)
	}
	w.wantEnter("li", home, apierr.WrongCredentials)
	w.clock.Advance(15 * time.Minute)
	w.wantEnter("li", home, "")
}

func TestClientIPThatGuessesAtManyAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.PasswordPerIP.Times = 6 })
	w.add("li")
	for i := range 6 {
		w.fail(fmt.Sprintf("guess%d", i), home, 1)
		w.wantEnter("li", home, "") // does not clear what the address has done
	}
	w.fail("guess", home, 1)
	for _, name := range []string{"li", "nobody"} {
		_, err := w.tryPassword(name, goodPassword, home)
		wantEqual(t, "retry after", wantFailure(t, err, apierr.TooManyRequests).RetryAfter, 15*time.Minute)
	}
	wantEqual(t, "lockouts in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'lockout'"), 1)
	w.wantEnter("li", elsewhere, "")
	w.clock.Advance(15 * time.Minute)
	w.wantEnter("li", home, "")
}

func TestRightSignInsDoNotLockTheirClientIP(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) {
		c.Limits.PasswordPerIP.Times, c.Limits.PasswordPerAccount.Times = 3, 3
	})
	for i := range 10 {
		name := fmt.Sprintf("user%d", i)
		w.add(name)
		w.wantEnter(name, home, "")
	}
}

// An attempt without a free hashing slot is not a wrong password.
func TestOverloadDoesNotLock(t *testing.T) {
	t.Parallel()
	hasher := password.NewHasher(password.Options{Parallel: 1, Queue: 1, Wait: time.Nanosecond, Params: cheap})
	w := newWorld(t, func(c *account.Config) { c.Hasher = hasher })
	w.add("li")
	idle := keepBusy(t, hasher)
	inARow := 0
	for range 10_000 {
		_, err := w.tryPassword("li", goodPassword, home)
		if err == nil {
			inARow = 0
			continue
		}
		failed := wantFailure(t, err, apierr.Overloaded)
		wantEqual(t, "retry after", failed.RetryAfter, 2*time.Second)
		if inARow++; inARow > 10 {
			break
		}
	}
	idle()
	if inARow <= 10 {
		t.Fatal("the hasher was never busy for long enough")
	}
	w.wantEnter("li", home, "")
}

// A busy server counts each name that a client IP tries once.
func TestOverloadIsCountedForTheClientIP(t *testing.T) {
	t.Parallel()
	hasher := password.NewHasher(password.Options{Parallel: 1, Queue: 1, Wait: time.Nanosecond, Params: cheap})
	many := account.Rate{Times: 1 << 30, Per: time.Hour}
	w := newWorld(t, func(c *account.Config) {
		c.Hasher, c.Limits.PasswordPerAccountIP, c.Limits.PasswordPerAccount, c.Limits.PasswordPerIP = hasher, many, many, many
	})
	idle := keepBusy(t, hasher)
	defer idle()
	counted, putOff := int64(0), 0
	for i := 0; i < 10_000 && putOff < 10; i++ {
		fresh := true
		for range 3 {
			_, err := w.tryPassword(fmt.Sprint("nobody", i), wrongPassword, home)
			if apierr.Is(err, apierr.Overloaded) {
				if fresh {
					counted++
				} else {
					putOff++
				}
				fresh = false
				continue
			}
			wantFailure(t, err, apierr.WrongCredentials)
			counted, fresh = counted+1, true
		}
	}
	if putOff < 10 {
		t.Fatal("the hasher was never busy for long enough")
	}
	wantEqual(t, "counted", w.number("SELECT count FROM rate_counters WHERE key LIKE 'guess-address:%'"), counted)
}

// A full client IP writes nothing, and is refused while the server has no time to hash.
func TestAFullClientIPCostsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.PasswordPerIP.Times = 1 })
	w.fail("guess0", home, 1)
	w.fail("guess1", home, 1)
	for _, table := range []string{"audit_events", "rate_counters"} {
		w.change("ALTER TABLE " + table + " RENAME TO no_" + table)
	}
	for i := range 4 {
		w.wantEnter(fmt.Sprintf("guess%d", i), home, apierr.TooManyRequests)
	}
	for _, table := range []string{"audit_events", "rate_counters"} {
		w.change("ALTER TABLE no_" + table + " RENAME TO " + table)
	}
	wantEqual(t, "rows", w.number("SELECT COUNT(*) FROM rate_counters WHERE key LIKE 'refused:%'"), 0)
	wantEqual(t, "names", w.number("SELECT COUNT(*) FROM rate_counters WHERE key LIKE 'signin:%:%'"), 2)
}

// An IPv6 /48 may fail five times as often as one of its /64, of which each has a bound of
// its own.
func TestASiteIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.PasswordPerIP.Times = 3 })
	w.add("li")
	for subnet := range 5 {
		for i := range 3 {
			w.fail(fmt.Sprintf("guess%d.%d", subnet, i), fmt.Sprintf("2001:db8:1:%x::%x", subnet, i), 1)
		}
	}
	w.wantEnter("li", "2001:db8:1:9::1", "")
	w.fail("guess", "2001:db8:1:9::1", 1) // finds the site full
	w.wantEnter("li", "2001:db8:1:a::1", apierr.TooManyRequests)
	w.wantEnter("li", "2001:db8:2::1", "")
}

// An account that many networks have locked stays open to a client IP for 30 days after a
// sign-in from there, with the guesses of one client IP, and locked for others.
func TestAKnownClientIPIsNotLockedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.PasswordPerAccount.Times = 6 })
	w.add("li")
	const known, neighbour = "2001:db8:1:2::1", "2001:db8:1:2::ffff"
	w.wantEnter("li", known, "")
	lock := func() {
		t.Helper()
		for i := range 6 {
			w.fail("li", fmt.Sprintf("198.51.%d.1", i), 1)
		}
		w.wantEnter("li", elsewhere, apierr.WrongCredentials)
	}
	lock()
	w.wantEnter("li", neighbour, "") // of one /64
	w.wantEnter("li", elsewhere, apierr.WrongCredentials)
	w.fail("li", known, 5)
	w.wantEnter("li", neighbour, apierr.WrongCredentials)
	w.clock.Advance(30*24*time.Hour + time.Millisecond)
	lock()
	w.wantEnter("li", known, apierr.WrongCredentials)
}

// One network does not lock an account for others, however many addresses it has.
func TestANetworkLocksNoAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("li", role(store.RoleAdministrator))
	for _, address := range []string{"2001:db8:1:%x::1", "198.51.100.%d"} {
		for i := range 110 {
			w.fail("li", fmt.Sprintf(address, i), 1)
		}
		w.wantEnter("li", fmt.Sprintf(address, 200), apierr.WrongCredentials)
		w.wantEnter("li", home, "")
	}
}

// keepBusy occupies the hasher's only slot with expensive hashes until the
// function it gives is called.
func keepBusy(t *testing.T, hasher *password.Hasher) (idle func()) {
	dear, err := password.NewHasher(password.Options{
		Params: password.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 1},
	}).Hash(t.Context(), goodPassword)
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	busy.Go(func() {
		for ctx.Err() == nil {
			_, _, err := hasher.Verify(ctx, dear, wrongPassword)
			if err != nil && !errors.Is(err, password.ErrBusy) && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
	})
	return func() { stop(); busy.Wait() }
}
