package server_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/keys"
	"quartet/store"
	"quartet/store/storetest"
)

// movedClock is a clock that all servers of a test share.
type movedClock struct{ passed atomic.Int64 }

var rotationStart = time.Date(2026, time.March, 5, 10, 0, 0, 0, time.UTC)

func (c *movedClock) now() time.Time          { return rotationStart.Add(time.Duration(c.passed.Load())) }
func (c *movedClock) forward(d time.Duration) { c.passed.Add(int64(d)) }

// pairOfServers is two servers on one folder of keys and one database.
type pairOfServers struct {
	t       *testing.T
	clock   *movedClock
	dir     string
	rings   [2]*keys.Keyring
	servers [2]*world
	mutex   sync.Mutex
	jwts    []string // by whoever signed them
}

func newPair(t *testing.T) *pairOfServers {
	t.Helper()
	p := &pairOfServers{t: t, clock: &movedClock{}, dir: t.TempDir()}
	facts := storetest.SQLite(t)
	for i := range p.servers {
		p.rings[i] = openRing(t, p.dir, p.clock.now)
		p.servers[i] = newWorld(t, onRing(p.rings[i]), func(c *account.Config, o *server.Options) {
			c.Store, c.Now, o.Now = facts, p.clock.now, p.clock.now
		})
	}
	p.servers[0].add("lu.jiahe", store.RoleMember)
	return p
}

// signIn signs in at each server. Both must sign with the key.
func (p *pairOfServers) signIn(kid string) {
	p.t.Helper()
	for i, s := range p.servers {
		jwt := s.jwt("lu.jiahe")
		if got := partsOf(p.t, jwt).header["kid"]; got != kid {
			p.t.Fatalf("%s after the start server %d signs with %v, want %s", time.Duration(p.clock.passed.Load()), i, got, kid)
		}
		p.mutex.Lock()
		p.jwts = append(p.jwts, jwt)
		p.mutex.Unlock()
	}
}

// use calls both servers with the oldest and the newest JWTs, and replaces those
// that were renewed.
func (p *pairOfServers) use() {
	p.t.Helper()
	for i, jwt := range p.jwts {
		if i >= 2 && i < len(p.jwts)-2 {
			continue
		}
		for n, s := range p.servers {
			got := s.sessionsBy(jwt)
			if got.status != http.StatusOK {
				p.t.Fatalf("%s after the start server %d refuses a JWT of key %v: %s",
					time.Duration(p.clock.passed.Load()), n, partsOf(p.t, jwt).header["kid"], got.text)
			}
			if renewed := got.header.Get("Jwt"); renewed != "" {
				p.jwts[i] = renewed
			}
		}
	}
}

func (p *pairOfServers) reload(server int) {
	p.t.Helper()
	must(p.t, p.rings[server].Reload())
}

// busyClients call both servers with the newest JWTs until stop, and give how
// many calls there were and which failed.
func (p *pairOfServers) busyClients(stop context.Context) func() (calls int64, failed []string) {
	var (
		all    sync.WaitGroup
		calls  atomic.Int64
		mutex  sync.Mutex
		failed []string
	)
	call := func(n int) {
		p.mutex.Lock()
		jwt := p.jwts[len(p.jwts)-1-n%2]
		p.mutex.Unlock()
		status, err := statusOf(p.servers[n/2%2].url, jwt)
		calls.Add(1)
		if err != nil || status != http.StatusOK {
			mutex.Lock()
			defer mutex.Unlock()
			failed = append(failed, fmt.Sprint(status, err))
		}
	}
	for range 3 {
		all.Go(func() {
			for n := 0; stop.Err() == nil; n++ {
				call(n)
			}
		})
	}
	return func() (int64, []string) {
		all.Wait()
		return calls.Load(), failed
	}
}

func statusOf(url, jwt string) (int, error) {
	request, err := http.NewRequest(http.MethodGet, url+"/auth/sessions", http.NoBody)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", jwt)
	got, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return got.StatusCode, got.Body.Close()
}

func TestKeyRotationLosesNoRequest(t *testing.T) {
	for _, algorithm := range append([]keys.Algorithm{""}, algorithms...) {
		t.Run("EdDSA to "+string(algorithm), func(t *testing.T) { rotationLosesNoRequest(t, algorithm) })
	}
}

func rotationLosesNoRequest(t *testing.T, algorithm keys.Algorithm) {
	p := newPair(t)
	p.signIn("1")
	ctx, stop := context.WithCancel(t.Context())
	ended := p.busyClients(ctx)
	p.useUpLooks()
	commandLine := openRing(t, p.dir, p.clock.now)
	_, err := commandLine.Rotate(algorithm, keys.DefaultOverlap)
	must(t, err)
	p.reload(0) // the first server sees the new key at once, the second as late as it may
	for elapsed := time.Duration(0); elapsed < 2*keys.DefaultOverlap; elapsed += keys.ReloadEvery / 2 {
		if elapsed >= keys.ReloadEvery {
			p.reload(1)
		}
		kid := "1"
		if elapsed >= keys.DefaultOverlap {
			kid = "2"
		}
		p.signIn(kid)
		p.use()
		p.clock.forward(keys.ReloadEvery / 2)
	}
	stop()
	calls, failed := ended()
	if calls == 0 || len(failed) > 0 {
		t.Errorf("of %d calls these failed: %v", calls, failed)
	}
	p.retireTheOldKey(commandLine)
}

// useUpLooks lets both servers look for an unknown key, so that they cannot find a new
// one that way: overlap alone must suffice.
func (p *pairOfServers) useUpLooks() {
	p.t.Helper()
	for i, s := range p.servers {
		parts := partsOf(p.t, p.jwts[0])
		parts.header["kid"] = "999"
		_, private := p.rings[i].Signing(p.clock.now())
		requireFailure(p.t, "yudao", s.sessionsBy(parts.signed(p.t, byKey(p.t, private))), http.StatusUnauthorized)
	}
}

// retireTheOldKey goes on until the old key may be retired, with clients that
// take up the JWTs that replace theirs.
func (p *pairOfServers) retireTheOldKey(commandLine *keys.Keyring) {
	p.t.Helper()
	life := account.DefaultLimits().AccessLife
	for commandLine.Retire("1", life, false) != nil {
		if time.Duration(p.clock.passed.Load()) > 2*life {
			p.t.Fatal("the old key can never be retired")
		}
		p.clock.forward(10 * time.Minute)
		p.use()
	}
	for i := range p.servers {
		p.reload(i)
		p.signIn("2")
		p.use()
	}
}
