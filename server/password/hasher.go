package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"runtime"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// ErrBusy means that too many hashes are waiting, or that one has waited too long.
var ErrBusy = errors.New("password: too many at once")

// Options are the limits of a Hasher. Zero fields take their value from DefaultOptions.
type Options struct {
	Parallel int           // concurrent hashes; the default is all cores but one, at least one
	Queue    int           // callers that may wait
	Wait     time.Duration // how long a caller may wait
	Params   Params        // cost of new hashes
}

// Hasher hashes and verifies passwords, a few at a time, because each takes tens of
// megabytes and milliseconds, and many sign-ins must not block other requests. The
// clients of WithClient have a share of the waiting each. It is safe for concurrent use.
type Hasher struct {
	params Params
	wait   time.Duration
	queue  *queue
	gate   *queue // of Admit
	dummy  string
}

// NewHasher returns a hasher. It panics if Params are out of range.
func NewHasher(options Options) *Hasher {
	options = withDefaults(options)
	if err := options.Params.Check(); err != nil {
		panic("password: " + err.Error())
	}
	asked := newAsked()
	return &Hasher{
		params: options.Params,
		wait:   options.Wait,
		queue:  newQueue(options.Parallel, options.Queue, asked, false),
		gate:   newQueue(2*options.Parallel+2, options.Queue, asked, true),
		dummy:  newArgon2id(options.Params).String(),
	}
}

// DefaultOptions returns the default options for this machine.
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

// Parallel returns the number of concurrent hashes.
func (h *Hasher) Parallel() int { return h.queue.slots }

// Hash returns a new hash of password, in the form of RFC 8265's OpaqueString if that
// allows it, as a PHC string, `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>`, with a random
// salt of 16 bytes and a key of 32. It does not check the password; Check does. The error
// is ErrBusy or ctx's.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave(false)
	hash := newArgon2id(h.params)
	normal, _ := normalised(password)
	hash.key = hash.keyOf(normal)
	return hash.String(), nil
}

// Verify reports whether password matches phc, and if so, whether phc is weaker than
// what Hash returns today and should be replaced. phc can also be a result of
// FromJPress, FromJeecg, FromBcrypt, FromIdentity or WrapLegacy. Where the password is not
// normalised, it is compared normalised, and if that does not match, as it is: other
// systems and older programs have hashed it so. The error is ErrUnknownHash or
// ErrMalformedHash, at once, or ErrBusy or ctx's.
func (h *Hasher) Verify(ctx context.Context, phc, password string) (ok, needsRehash bool, err error) {
	if kindOf(phc) == "argon2id" {
		return h.verifyArgon2id(ctx, phc, password)
	}
	return h.verifyLegacy(ctx, phc, password)
}

// VerifyDummy does the work of a failing Verify, for an account that does not exist or
// has no password, so that it takes the same time. The error is ErrBusy or ctx's.
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
	defer func() { leave(ok) }()
	for i, form := range forms(password) {
		if subtle.ConstantTimeCompare(hash.key, hash.keyOf(form)) == 1 {
			return true, i > 0 || h.outgrown(hash), nil
		}
	}
	return false, false, nil
}

func (h *Hasher) outgrown(hash argon2id) bool {
	return hash.weakerThan(h.params) || len(hash.salt) < saltBytes || len(hash.key) < keyBytes
}

// Admit waits until there may soon be a slot, before work that a hash needs, such as
// counting it: so that of a flood only as much is done as can be hashed. The hash is done
// with admitted; then the caller calls leave and says whether the password was right. The
// error is ErrBusy or ctx's.
func (h *Hasher) Admit(ctx context.Context) (admitted context.Context, leave func(right bool), err error) {
	leave, err = h.gate.enter(ctx, h.wait)
	return context.WithValue(ctx, admittedKey{}, true), leave, err
}

// enter waits for a hashing slot, and returns the function that releases it, which is
// told whether the password was right. Where ctx has a sampled span, one below it lasts from
// the wait to the release.
func (h *Hasher) enter(ctx context.Context) (leave func(right bool), err error) {
	parent := trace.SpanFromContext(ctx)
	if !parent.SpanContext().IsSampled() {
		return h.queue.enter(ctx, h.wait)
	}
	_, span := parent.TracerProvider().Tracer("quartet").Start(ctx, "hash password")
	release, err := h.queue.enter(ctx, h.wait)
	if err != nil {
		span.SetStatus(codes.Error, "")
		span.End()
		return nil, err
	}
	span.AddEvent("slot")
	return func(right bool) {
		span.End()
		release(right)
	}, nil
}

// Stats returns the number of running hashes and of waiting callers.
func (h *Hasher) Stats() (running, waiting int) {
	running, waiting = h.queue.load()
	_, outside := h.gate.load()
	return running, waiting + outside
}

// Idle reports whether no hash is running and nobody waits.
func (h *Hasher) Idle() bool {
	running, waiting := h.Stats()
	return running == 0 && waiting == 0
}

// newArgon2id returns parameters with a random salt and key.
func newArgon2id(params Params) argon2id {
	hash := argon2id{Params: params, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	rand.Read(hash.salt)
	rand.Read(hash.key)
	return hash
}
