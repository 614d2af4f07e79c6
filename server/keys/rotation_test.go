package keys

import (
	"crypto"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const life = time.Hour // of a JWT

// clock is a clock that a test moves.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{at: time.Date(2026, time.March, 5, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) forward(d time.Duration) { c.at = c.at.Add(d) }

func openAt(t *testing.T, dir string, c *clock) *Keyring {
	t.Helper()
	ring, err := Open(dir, Options{Now: c.now, Algorithm: EdDSA})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func rotate(t *testing.T, ring *Keyring, overlap time.Duration) JWTKey {
	t.Helper()
	key, err := ring.Rotate("", overlap)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func requireSigns(t *testing.T, ring *Keyring, at time.Time, want string) {
	t.Helper()
	kid, private := ring.Signing(at)
	if kid != want {
		t.Fatalf("%s signs at %s, want %s", kid, at.Format(time.TimeOnly), want)
	}
	public, known := ring.Public(kid)
	if !known || !private.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(public) {
		t.Errorf("what %s signs does not verify", kid)
	}
}

func TestANewKeySignsOnceOverlapHasPassed(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	ring := openAt(t, dir, c)
	start := c.at
	requireSigns(t, ring, start, "1") // the first has nobody to wait for
	c.forward(time.Hour)
	made := c.at
	key := rotate(t, ring, DefaultOverlap)
	if key.KID != "2" || !key.CreatedAt.Equal(made) || !key.SignsFrom.Equal(made.Add(DefaultOverlap)) {
		t.Errorf("made %s, created %s, signing from %s", key.KID, key.CreatedAt, key.SignsFrom)
	}
	info, err := os.Stat(filepath.Join(dir, "jwt-2.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	for _, server := range []*Keyring{ring, openAt(t, dir, c)} {
		requireSigns(t, server, made.Add(DefaultOverlap-time.Nanosecond), "1")
		requireSigns(t, server, made.Add(DefaultOverlap), "2")
		if _, known := server.Public("2"); !known {
			t.Error("the new key does not verify at once")
		}
	}
}

// The moments are the file's content: a copy of the folder keeps them.
func TestTheFilesTimeDoesNotMatterToOurOwn(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	rotate(t, openAt(t, dir, c), DefaultOverlap)
	for _, name := range []string{"jwt-1.pem", "jwt-2.pem"} {
		other := c.at.AddDate(5, 0, 0)
		if err := os.Chtimes(filepath.Join(dir, name), other, other); err != nil {
			t.Fatal(err)
		}
	}
	copied := openAt(t, dir, c)
	requireSigns(t, copied, c.at, "1")
	requireSigns(t, copied, c.at.Add(DefaultOverlap), "2")
	if got := copied.JWT()[1].CreatedAt; !got.Equal(c.at) {
		t.Errorf("created %s", got)
	}
}

func TestAKeyMadeByHandWaitsByItsFilesTime(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	openAt(t, dir, c)
	path := filepath.Join(dir, "jwt-7.pem")
	write(t, path, newPEM(t), 0o600)
	if err := os.Chtimes(path, c.at, c.at); err != nil {
		t.Fatal(err)
	}
	ring := openAt(t, dir, c)
	requireSigns(t, ring, c.at.Add(DefaultOverlap-time.Nanosecond), "1")
	requireSigns(t, ring, c.at.Add(DefaultOverlap), "7")
	if key := rotate(t, ring, 0); key.KID != "8" {
		t.Errorf("the next is %s", key.KID)
	}
	requireSigns(t, ring, c.at, "8") // no overlap
}

func TestWithoutAKeyWhoseMomentHasComeTheOldestSigns(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	ring := openAt(t, dir, c)
	rotate(t, ring, DefaultOverlap)
	requireSigns(t, ring, c.at.Add(-time.Hour), "1")
}

func TestMomentsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"Created: yesterday", "Signs-From: 2026-11-21", "Created:  "} {
		dir := t.TempDir()
		mustOpen(t, dir)
		path := filepath.Join(dir, "jwt-2.pem")
		write(t, path, append([]byte("a note\n"+line+"\n"), newPEM(t)...), 0o600)
		_, err := Open(dir, Options{})
		requireRefusal(t, err, ErrMalformed, path, "remove the line")
	}
}

func TestAnUnknownKeyIsLookedForAtOnce(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	running, elsewhere := openAt(t, dir, c), openAt(t, dir, c)
	requireKnown := func(kid string, want bool) {
		t.Helper()
		if _, known := running.Public(kid); known != want {
			t.Fatalf("key %s known: %v", kid, known)
		}
	}
	rotate(t, elsewhere, 0)
	requireKnown("2", true) // without Reload
	rotate(t, elsewhere, 0)
	requireKnown("3", false) // lastLook a moment ago
	c.forward(lookEvery)
	requireKnown("99", false)
	requireKnown("3", true) // found while looking for another
	c.forward(-time.Hour)   // a clock that was set back
	rotate(t, elsewhere, 0)
	requireKnown("4", true)
}

func TestManyAskForAnUnknownKeyAtOnce(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	running := openAt(t, dir, c)
	rotate(t, openAt(t, dir, c), 0)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, known := running.Public("2"); !known {
				t.Error("somebody did not wait for who was looking")
			}
			running.Signing(c.at)
		})
	}
	all.Go(func() {
		if err := running.Reload(); err != nil {
			t.Error(err)
		}
	})
	all.Wait()
}

func TestReloadKeepsTheKeysWhenTheFolderIsWrong(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	ring := openAt(t, dir, c)
	first, second := filepath.Join(dir, "jwt-1.pem"), filepath.Join(dir, "jwt-2.pem")
	good, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[error]func(){
		ErrMalformed:   func() { write(t, second, []byte("half a k"), 0o600) },
		ErrExposed:     func() { write(t, second, newPEM(t), 0o644) },
		ErrMissing:     func() { _ = os.Remove(first) },
		os.ErrNotExist: func() { _ = os.Rename(dir, dir+".away") },
	} {
		spoil()
		if err := ring.Reload(); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if !ring.Stale() {
			t.Errorf("%v: not stale", want)
		}
		requireSigns(t, ring, c.at, "1")
		_ = os.Rename(dir+".away", dir)
		_ = os.Remove(second)
		write(t, first, good, 0o600)
	}
	if err := ring.Reload(); err != nil || ring.Stale() {
		t.Errorf("%v, stale: %v", err, ring.Stale())
	}
}

func TestRotationsAtOnceMakeOneKeyEach(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	openAt(t, dir, c)
	var (
		all   sync.WaitGroup
		mutex sync.Mutex
		made  = map[string]bool{}
	)
	for range 8 {
		all.Go(func() {
			ring, err := Open(dir, Options{Now: c.now})
			if err != nil {
				t.Error(err)
				return
			}
			key, err := ring.Rotate("", 0)
			if errors.Is(err, ErrBusy) {
				return
			}
			mutex.Lock()
			defer mutex.Unlock()
			if err != nil || made[key.KID] {
				t.Errorf("key %s: %v", key.KID, err)
			}
			made[key.KID] = true
		})
	}
	all.Wait()
	if got := len(openAt(t, dir, c).JWT()); got != len(made)+1 || len(made) == 0 {
		t.Errorf("%d keys, of which %d were made now", got, len(made))
	}
}

func TestThereIsAHighestNumber(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	write(t, filepath.Join(dir, "hmac.key"), inBase64(ascending(32)), 0o600)
	path := filepath.Join(dir, fmt.Sprintf("jwt-%d.pem", maxNumber))
	write(t, path, newPEM(t), 0o600)
	_, err := openAt(t, dir, c).Rotate("", 0)
	requireRefusal(t, err, ErrMalformed, path, "rename")
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	ring := openAt(t, dir, c)
	start := c.at
	rotate(t, ring, DefaultOverlap)
	require := func(want ...string) {
		t.Helper()
		var got []string
		for _, status := range ring.Statuses(life) {
			got = append(got, status.KID+" "+string(status.State))
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	require("1 signing", "2 waiting")
	c.forward(DefaultOverlap)
	require("1 verifying", "2 signing")
	rotate(t, ring, 0)
	require("1 verifying", "2 verifying", "3 signing")
	statuses := ring.Statuses(life)
	for at, want := range []time.Time{start.Add(DefaultOverlap + life + slack), c.at.Add(life + slack), {}} {
		if !statuses[at].RetirableAt.Equal(want) {
			t.Errorf("%s can be retired at %s, want %s", statuses[at].KID, statuses[at].RetirableAt, want)
		}
	}
}

func TestRetire(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	ring := openAt(t, dir, c)
	require := func(kid string, force bool, want error, words ...string) {
		t.Helper()
		err := ring.Retire(kid, life, force)
		if !errors.Is(err, want) {
			t.Fatalf("retire %s: got %v, want %v", kid, err, want)
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q does not say %q", err, word)
			}
		}
	}
	require("1", true, ErrInUse, "newest", "rotate first")
	require("2", true, ErrUnknown)
	require("../hmac", true, ErrUnknown)
	rotate(t, ring, DefaultOverlap)
	require("1", false, ErrInUse, "signs")
	c.forward(DefaultOverlap)
	require("2", false, ErrInUse, "signs")
	require("1", false, ErrInUse, "may live until 2026-03-05T11:02:00Z")
	c.forward(life + slack - time.Nanosecond)
	require("1", false, ErrInUse)
	c.forward(time.Nanosecond)
	require("1", false, nil)
	if _, err := os.Stat(filepath.Join(dir, "jwt-1.pem")); !errors.Is(err, os.ErrNotExist) {
		t.Error("the file is still there")
	}
	if _, known := ring.Public("1"); known {
		t.Error("a retired key verifies")
	}
	rotate(t, ring, DefaultOverlap)
	require("3", false, ErrInUse, "newest") // or the next would be 3 again
	require("3", true, ErrInUse, "newest")
	if key := rotate(t, ring, DefaultOverlap); key.KID != "4" {
		t.Errorf("the next key is %s", key.KID)
	}
	require("3", false, nil) // never signed: a rotation taken back
	require("2", true, nil)
	requireSigns(t, ring, c.at, "4") // nobody else is left
}
