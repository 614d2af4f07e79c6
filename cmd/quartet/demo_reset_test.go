package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/keys"
	"quartet/store"
)

var noon = time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)

type clock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

func TestKeptSession(t *testing.T) {
	t.Parallel()
	fresh := standingSessions(noon)[1]
	ago := func(d time.Duration) *store.Time { return new(store.TimeOf(noon.Add(-d))) }
	for name, test := range map[string]struct {
		change  func(*store.Session)
		want    func(*store.Session) // what is changed about the present one; nil: it stays
		renewed bool                 // instead it is as if new
	}{
		"untouched": {change: func(*store.Session) {}},
		"just ended": {change: func(s *store.Session) {
			s.EndedAt, s.EndReason = ago(29*time.Second), new(store.EndedByLogout)
		}},
		"ended a while ago": {renewed: true, change: func(s *store.Session) {
			s.EndedAt, s.EndReason = ago(30*time.Second), new(store.EndedByLogout)
		}},
		"just rotated": {change: func(s *store.Session) {
			s.Generation, s.RotatedAt, s.AccessHash = 2, ago(29*time.Second), new(store.Digest("next"))
		}},
		"rotated a while ago": {renewed: true, change: func(s *store.Session) {
			s.Generation, s.RotatedAt, s.AccessHash = 2, ago(30*time.Second), new(store.Digest("next"))
		}},
		"rotated and ended": {change: func(s *store.Session) {
			s.Generation, s.RotatedAt, s.EndedAt = 3, ago(time.Hour), ago(time.Second)
		}},
		"bound to a device": {change: func(s *store.Session) { s.DeviceNumber = new("phone") }},
		"access half over": {
			change: func(s *store.Session) {
				s.DeviceNumber, s.AccessExpiresAt = new("phone"), store.TimeOf(noon.Add(29*time.Minute))
			},
			want: func(s *store.Session) { s.AccessExpiresAt = fresh.AccessExpiresAt },
		},
		"session half over": {
			change: func(s *store.Session) { s.ExpiresAt = store.TimeOf(noon.Add(14 * 24 * time.Hour)) },
			want:   func(s *store.Session) { s.ExpiresAt = fresh.ExpiresAt },
		},
		"lapsed": {
			change: func(s *store.Session) { s.AccessExpiresAt, s.ExpiresAt = *ago(time.Hour), *ago(time.Minute) },
			want: func(s *store.Session) {
				s.AccessExpiresAt, s.ExpiresAt = fresh.AccessExpiresAt, fresh.ExpiresAt
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			present := fresh
			test.change(&present)
			want := present
			if test.want != nil {
				test.want(&want)
			}
			if test.renewed {
				want = fresh
			}
			kept, changed := keptSession(present, fresh, noon)
			equal(t, "changed", changed, test.renewed || test.want != nil)
			if diff := cmp.Diff(want, kept); changed && diff != "" {
				t.Errorf("not as expected (- expected, + found):\n%s", diff)
			}
		})
	}
}

// stage is a furnished demonstration whose clock stands still.
type stage struct {
	*keeper
	t     *testing.T
	clock *clock
}

func newStage(t *testing.T) stage {
	t.Helper()
	database, err := createStore(t.Context(), store.Options{URL: newDatabase(t)})
	must(t, err)
	t.Cleanup(func() { must(t, database.Close()) })
	must(t, database.Migrate(t.Context()))
	ring, err := openKeys(t.Context(), database, t.TempDir(), keys.Options{})
	must(t, err)
	config := accountConfig(database, ring, nil)
	clock := &clock{now: noon}
	config.Now, config.NewCode = clock.Now, newDemoCode
	accounts := account.New(config)
	must(t, furnish(t.Context(), database, accounts))
	s := stage{newKeeper(database, accounts, clock.Now), t, clock}
	must(t, s.start(t.Context()))
	return s
}

// pass lets time go by, and the keeper do its rounds meanwhile.
func (s stage) pass(d time.Duration) {
	s.t.Helper()
	for ; d > 0; d -= keeperInterval {
		s.clock.advance(min(d, keeperInterval))
		must(s.t, s.tick(s.t.Context()))
	}
}

func (s stage) wantToken(want apierr.Code) account.Caller {
	s.t.Helper()
	caller, err := s.accounts.Authenticate(s.t.Context(), standingToken, "")
	if want == "" {
		must(s.t, err)
	} else if !apierr.Is(err, want) {
		s.t.Fatalf("got %v, want %s", err, want)
	}
	return caller
}

func (s stage) spendCode() error {
	_, err := s.accounts.SignInByCode(s.t.Context(), account.CodeSignIn{Mobile: demoMobile, Code: demoCode})
	return err
}

func (s stage) wantSpent() {
	s.t.Helper()
	if err := s.spendCode(); !apierr.Is(err, apierr.WrongCode) {
		s.t.Fatalf("got %v, want a code that is used up", err)
	}
}

func TestStandingTokenNeverLapses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range 40 {
		s.clock.advance(24 * time.Hour)
		must(t, s.tick(t.Context()))
		s.wantToken("")
	}
	s.pass(2 * time.Hour)
	s.wantToken("")
}

func TestEndedStandingSessionComesBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	must(t, s.accounts.SignOut(t.Context(), s.wantToken("")))
	s.pass(29 * time.Second)
	s.wantToken(apierr.SessionEnded)
	s.pass(5 * time.Second)
	equal(t, "session", s.wantToken("").SessionID, 1001)
}

func TestRotatedStandingPairComesBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	refresh := func(access string) (account.Refreshed, error) {
		return s.accounts.Refresh(t.Context(), access, refreshToken)
	}
	next, err := refresh(refreshAccess)
	must(t, err)
	s.pass(20 * time.Second)
	if _, err := s.accounts.Authenticate(t.Context(), next.AccessToken, ""); err != nil {
		t.Errorf("the refreshed token is gone too early: %v", err)
	}
	s.pass(15 * time.Second)
	_, err = refresh(refreshAccess)
	must(t, err)
}

func TestStolenStandingPairComesBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, err := s.accounts.Refresh(t.Context(), refreshAccess, refreshToken)
	must(t, err)
	s.clock.advance(11 * time.Second)
	if _, err := s.accounts.Refresh(t.Context(), refreshAccess, refreshToken); !apierr.Is(err, apierr.RefreshReused) {
		t.Fatalf("got %v, want a session ended for reuse", err)
	}
	s.pass(35 * time.Second)
	_, err = s.accounts.Refresh(t.Context(), refreshAccess, refreshToken)
	must(t, err)
}

func TestSpentStandingCodeComesBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	must(t, s.spendCode())
	must(t, s.tick(t.Context()))
	s.pass(29 * time.Second)
	s.wantSpent()
	s.pass(5 * time.Second)
	must(t, s.spendCode())
}

// However long a code was live before, used up it stays so for its while.
func TestPatienceBeginsWhenTheCodeIsSpent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for wait := range 8 {
		s.pass(time.Duration(wait) * keeperInterval)
		must(t, s.spendCode())
		s.pass(25 * time.Second)
		s.wantSpent()
		s.pass(10 * time.Second)
	}
}

func TestStandingCodeOutlivesItsTime(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.clock.advance(standingCodeLife)
	s.wantSpent()
	s.pass(40 * time.Second)
	must(t, s.spendCode())
	caller := s.wantToken("")
	must(t, s.accounts.VerifyMobile(t.Context(), caller, demoMobile, demoCode))
}

// While a code is live the keeper leaves it alone: however often it makes its
// round, a code is good for one of any number of sign-ins.
func TestKeeperLeavesALiveCodeAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, stop := context.WithCancel(t.Context())
	var rounds sync.WaitGroup
	rounds.Go(func() {
		for ctx.Err() == nil {
			if err := s.tick(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	signedIn := make(chan error, 100)
	var visitors sync.WaitGroup
	for range cap(signedIn) {
		visitors.Go(func() { signedIn <- s.spendCode() })
	}
	visitors.Wait()
	stop()
	rounds.Wait()
	close(signedIn)
	sessions := 0
	for err := range signedIn {
		if err == nil {
			sessions++
		} else if !apierr.Is(err, apierr.WrongCode) {
			t.Error(err)
		}
	}
	equal(t, "sessions", sessions, 1)
}

func TestOnlyTheDemoMobileHasAKnownCode(t *testing.T) {
	t.Parallel()
	equal(t, "code", newDemoCode(demoMobile), demoCode)
	seen := map[string]bool{}
	for range 20 {
		code := newDemoCode("13900001111")
		equal(t, "digits", len(code), 6)
		seen[code] = true
	}
	if len(seen) < 2 {
		t.Errorf("the codes of other mobiles are known as well: %v", seen)
	}
}
