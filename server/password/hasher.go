package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"runtime"
	"time"
)

// ErrBusy is returned when a hash would have to wait behind too many others,
// or has waited too long.
var ErrBusy = errors.New("password: too many at once")

// Options bounds a Hasher. A zero field takes its value from DefaultOptions.
type Options struct {
	Parallel int           // hashes at a time; the default is all cores but one, at least one
	Queue    int           // callers that may wait for their turn
	Wait     time.Duration // how long one waits
	Params   Params        // cost of new hashes
}

// Hasher hashes and verifies passwords, a few at a time: each takes tens of
// megabytes and milliseconds, and a flood of sign-ins must leave the machine
// able to answer everything else. It is safe for concurrent use.
type Hasher struct {
	params Params
	wait   time.Duration
	turns  chan struct{} // one element for each hash under way
	queue  chan struct{} // one element for each caller waiting
	dummy  string
}

// NewHasher makes a hasher. Params out of bounds are a mistake in the program
// and panic.
func NewHasher(options Options) *Hasher {
	options = withDefaults(options)
	if err := options.Params.Check(); err != nil {
		panic("password: " + err.Error())
	}
	return &Hasher{
		params: options.Params,
		wait:   options.Wait,
		turns:  make(chan struct{}, options.Parallel),
		queue:  make(chan struct{}, options.Queue),
		dummy:  newArgon2id(options.Params).String(),
	}
}

// DefaultOptions are the documented options on this machine.
func DefaultOptions() Options {
	return Options{
		Parallel: max(1, runtime.GOMAXPROCS(0)-1),
		Queue:    64,
		Wait:     2 * time.Second,
		Params:   DefaultParams(),
	}
}

func withDefaults(options Options) Options {
	usual := DefaultOptions()
	if options.Parallel <= 0 {
		options.Parallel = usual.Parallel
	}
	if options.Queue <= 0 {
		options.Queue = usual.Queue
	}
	if options.Wait <= 0 {
		options.Wait = usual.Wait
	}
	if options.Params == (Params{}) {
		options.Params = usual.Params
	}
	return options
}

// Parallel is how many hashes are made at a time.
func (h *Hasher) Parallel() int { return cap(h.turns) }

// Hash makes a new hash of password as a PHC string,
// `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>`, with a random salt of 16 bytes
// and a key of 32. It does not check the password; Check does. The error is
// ErrBusy or ctx's.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	hash := newArgon2id(h.params)
	hash.key = hash.keyOf(password)
	return hash.String(), nil
}

// Verify tells whether password is the one that phc was made of, and, if it is,
// whether phc is weaker than what Hash makes today and should be replaced. phc
// can also be a result of FromJPress, FromJeecg, FromBcrypt, FromIdentity or
// WrapLegacy. The error is
// ErrUnknownHash or ErrMalformedHash, at once, or ErrBusy or ctx's.
func (h *Hasher) Verify(ctx context.Context, phc, password string) (ok, needsRehash bool, err error) {
	if kindOf(phc) == "argon2id" {
		return h.verifyArgon2id(ctx, phc, password)
	}
	return h.verifyLegacy(ctx, phc, password)
}

// VerifyDummy does the work of a Verify that fails, for an account that does not
// exist or has no password, so that time does not tell it from one that has. The error is ErrBusy or ctx's.
func (h *Hasher) VerifyDummy(ctx context.Context, password string) error {
	_, _, err := h.Verify(ctx, h.dummy, password)
	return err
}

func (h *Hasher) verifyArgon2id(ctx context.Context, phc, password string) (ok, needsRehash bool, err error) {
	hash, err := parseArgon2id(phc)
	if err != nil {
		return false, false, err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	ok = subtle.ConstantTimeCompare(hash.key, hash.keyOf(password)) == 1
	return ok, ok && h.outgrown(hash), nil
}

func (h *Hasher) outgrown(hash argon2id) bool {
	return hash.weakerThan(h.params) || len(hash.salt) < saltBytes || len(hash.key) < keyBytes
}

// enter waits for a hashing slot in order of arrival, and gives its release.
func (h *Hasher) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	leave = func() { <-h.turns }
	select {
	case h.turns <- struct{}{}:
		return leave, nil
	default:
	}
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return nil, ErrBusy
	}
	timer := time.NewTimer(h.wait)
	defer timer.Stop()
	select {
	case h.turns <- struct{}{}:
		return leave, nil
	case <-timer.C:
		return nil, ErrBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Stats gives how many hashes are being made, and how many callers are waiting.
func (h *Hasher) Stats() (running, waiting int) { return len(h.turns), len(h.queue) }

// newArgon2id is a hash of no password yet: its salt and key are random.
func newArgon2id(params Params) argon2id {
	hash := argon2id{Params: params, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	rand.Read(hash.salt)
	rand.Read(hash.key)
	return hash
}
