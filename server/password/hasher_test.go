package password

import (
	"context"
	"errors"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// cheap keeps tests quick; what it costs is not what they are about.
var cheap = Params{Memory: 64, Iterations: 1, Parallelism: 1}

func cheapHasher() *Hasher { return NewHasher(Options{Params: cheap}) }

func TestHashIsPHCWithTheDocumentedCost(t *testing.T) {
	t.Parallel()
	phc, err := NewHasher(Options{}).Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	// 16 and 32 bytes are 22 and 43 characters.
	shape := regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)
	if !shape.MatchString(phc) {
		t.Errorf("got %s", phc)
	}
}

func TestHashIsSalted(t *testing.T) {
	t.Parallel()
	hasher := cheapHasher()
	one, err1 := hasher.Hash(t.Context(), "correct horse")
	two, err2 := hasher.Hash(t.Context(), "correct horse")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if one == two {
		t.Error("two hashes of one password are the same")
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	// Made by the reference implementation (its test.c).
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	hasher := cheapHasher()
	own, err := hasher.Hash(t.Context(), "密码 correct")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, phc, password string
		ok                  bool
	}{
		{"own, right", own, "密码 correct", true},
		{"own, wrong", own, "密码 Correct", false},
		{"own, empty", own, "", false},
		{"own, longer", own, "密码 correct ", false},
		{"reference, right", reference, "password", true},
		{"reference, wrong", reference, "Password", false},
	} {
		ok, _, err := hasher.Verify(t.Context(), c.phc, c.password)
		if ok != c.ok || err != nil {
			t.Errorf("%s: got %v, %v", c.name, ok, err)
		}
	}
}

func TestNeedsRehash(t *testing.T) {
	t.Parallel()
	made, err := cheapHasher().Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		today    Params
		password string
		want     bool
	}{
		{"same", cheap, "correct horse", false},
		{"more memory", Params{128, 1, 1}, "correct horse", true},
		{"more passes", Params{64, 2, 1}, "correct horse", true},
		{"more lanes", Params{64, 1, 2}, "correct horse", true},
		{"less memory", Params{32, 1, 1}, "correct horse", false},
		{"more memory, wrong password", Params{128, 1, 1}, "wrong horse", false},
	} {
		_, needs, err := NewHasher(Options{Params: c.today}).Verify(t.Context(), made, c.password)
		if needs != c.want || err != nil {
			t.Errorf("%s: got %v, %v", c.name, needs, err)
		}
	}
	short := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if _, needs, err := cheapHasher().Verify(t.Context(), short, "password"); !needs || err != nil {
		t.Errorf("salt of 8 bytes: got %v, %v", needs, err)
	}
}

func TestVerifyRefusesOtherHashes(t *testing.T) {
	t.Parallel()
	for _, phc := range []string{
		"",
		"$",
		"correct horse",
		"5f4dcc3b5aa765d61d8327deb882cf99",
		"$2x$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"$1$salt$5f4dcc3b5aa765d61d8327deb882cf99",
		"$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
	} {
		if ok, _, err := cheapHasher().Verify(t.Context(), phc, "password"); ok || !errors.Is(err, ErrUnknownHash) {
			t.Errorf("%q: got %v, %v", phc, ok, err)
		}
	}
}

// A hasher whose only slot is taken, so that all others wait.
func occupied(options Options) *Hasher {
	options.Parallel, options.Params = 1, cheap
	hasher := NewHasher(options)
	hasher.queue.ask(Client{})
	return hasher
}

func TestBusyAfterTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // its clock runs only while all wait
		hasher := occupied(Options{})
		began := time.Now()
		if _, err := hasher.Hash(t.Context(), "correct horse"); !errors.Is(err, ErrBusy) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(began); waited != 2*time.Second {
			t.Errorf("waited %v", waited)
		}
		if _, waiting := hasher.Stats(); waiting != 0 {
			t.Error("still queued")
		}
	})
}

func TestBusyAtOnceWhenTheQueueIsFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hasher := occupied(Options{})
		var done sync.WaitGroup
		var hashed atomic.Int64
		for range 64 {
			done.Go(func() {
				if _, err := hasher.Hash(t.Context(), "correct horse"); err == nil {
					hashed.Add(1)
				}
			})
		}
		synctest.Wait() // all 64 are queued
		if running, waiting := hasher.Stats(); running != 1 || waiting != 64 {
			t.Errorf("load: %d run and %d wait", running, waiting)
		}
		began := time.Now()
		if err := hasher.VerifyDummy(t.Context(), "correct horse"); !errors.Is(err, ErrBusy) {
			t.Errorf("the 65th: got %v", err)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("the 65th waited %v", waited)
		}
		hasher.queue.leave() // what held the turn ends, and everybody queued is served
		done.Wait()
		if hashed.Load() != 64 {
			t.Errorf("%d of 64 were served", hashed.Load())
		}
	})
}

func TestWaitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hasher := occupied(Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		phc := hasher.dummy
		if _, _, err := hasher.Verify(ctx, phc, "correct horse"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting: got %v", err)
		}
		hasher.queue.leave()
		if _, _, err := hasher.Verify(ctx, phc, "correct horse"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a free turn: got %v", err)
		}
	})
}

func TestEveryReturnReleasesTheSlot(t *testing.T) {
	t.Parallel()
	hasher := NewHasher(Options{Parallel: 1, Params: cheap})
	phc, err := hasher.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"correct horse", "wrong horse"} {
		if _, _, err := hasher.Verify(t.Context(), phc, password); err != nil {
			t.Fatal(err)
		}
	}
	if err := hasher.VerifyDummy(t.Context(), "correct horse"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := hasher.Verify(t.Context(), "$argon2id$", "correct horse"); !errors.Is(err, ErrMalformedHash) {
		t.Errorf("got %v", err)
	}
	if running, waiting := hasher.Stats(); running != 0 || waiting != 0 {
		t.Errorf("%d slots and %d places in the queue are lost", running, waiting)
	}
}

func TestDummyCostsWhatARealHashCosts(t *testing.T) {
	t.Parallel()
	hasher := NewHasher(Options{})
	dummy, err := parseArgon2id(hasher.dummy)
	if err != nil {
		t.Fatal(err)
	}
	if dummy.Params != DefaultParams() || len(dummy.salt) != saltBytes || len(dummy.key) != keyBytes {
		t.Errorf("got %+v", dummy.Params)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	hasher := NewHasher(Options{Parallel: 2, Queue: 100, Wait: time.Minute, Params: cheap})
	var done sync.WaitGroup
	for range 50 {
		done.Go(func() {
			phc, err := hasher.Hash(t.Context(), "correct horse")
			if err != nil {
				t.Error(err)
				return
			}
			if ok, _, err := hasher.Verify(t.Context(), phc, "correct horse"); !ok || err != nil {
				t.Errorf("got %v, %v", ok, err)
			}
		})
	}
	done.Wait()
}

func TestNewHasherRefusesCostsOutOfBounds(t *testing.T) {
	t.Parallel()
	for _, params := range []Params{{1, 1, 1}, {64, 0, 1}, {64, 1, 0}, {1 << 20, 1, 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v is taken", params)
				}
			}()
			NewHasher(Options{Params: params})
		}()
	}
}
