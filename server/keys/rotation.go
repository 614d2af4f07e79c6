package keys

import (
	"crypto"
	"fmt"
	"slices"
	"time"
)

// How the signing key is changed while several servers run.
//
// A JWT must verify on every server, so a server must not sign with a key that another
// one does not have yet. Servers share only the folder, and do not know each other.
// Therefore the key file states from when its key signs. That time is far enough ahead
// (overlap) that every server has read the folder by then (ReloadEvery), and every
// client has fetched the published keys again. Until then the key only verifies. The
// time is in the file because all servers then read the same one, and because copying
// the folder changes the files' modification times.
//
// Of the keys whose time has come the one with the highest number signs. If there is
// none, the lowest signs, because the other servers have had it the longest.
//
// A server that missed a reload (because a network folder was unavailable) reads the
// folder again when a JWT names an unknown key, at most every lookEvery.
//
// Old keys verify until they are retired. That is safe once the last JWT that they may
// have signed has expired: the life of a JWT after the next key began to sign, plus
// slack for clock differences. No server retires keys by itself, because it does not
// know whether all others have read the next key.

const (
	// DefaultOverlap is how long a new key only verifies.
	DefaultOverlap = time.Minute
	// ReloadEvery is the interval in which servers read the folder again.
	ReloadEvery = 10 * time.Second

	lookEvery = time.Second
	slack     = time.Minute // maximum difference of the servers' clocks
)

// Reload reads the signing keys from the folder again, but not hmac.key. If it returns
// an error, which is one of Open's, the keys stay unchanged.
func (r *Keyring) Reload() error {
	r.reloadMutex.Lock()
	defer r.reloadMutex.Unlock()
	err := r.read()
	r.stale.Store(err != nil)
	return err
}

// Stale reports whether the last Reload failed: the keys are then older ones, and
// retired keys may still verify.
func (r *Keyring) Stale() bool { return r.stale.Load() }

func (r *Keyring) read() error {
	if err := r.folder.check(); err != nil {
		return err
	}
	numbers, err := r.folder.jwtNumbers()
	if err != nil {
		return err
	}
	if len(numbers) == 0 {
		return fmt.Errorf("%w: there is no signing key in %s: bring one back from a backup", ErrMissing, r.folder.dir)
	}
	keys := make([]JWTKey, 0, len(numbers))
	for _, number := range numbers {
		key, err := loadJWT(r.folder, number)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	r.jwt.Store(&keys)
	return nil
}

// Signing returns the key that signs at now, and its id.
func (r *Keyring) Signing(now time.Time) (kid string, private crypto.Signer) {
	keys := *r.jwt.Load()
	key := keys[signing(keys, now)]
	return key.KID, key.Private
}

// Public returns the public key of kid. For an unknown kid it reads the folder again,
// at most once a second.
func (r *Keyring) Public(kid string) (public crypto.PublicKey, known bool) {
	if public, known = r.public(kid); known {
		return public, true
	}
	r.look(kid)
	return r.public(kid)
}

func (r *Keyring) public(kid string) (crypto.PublicKey, bool) {
	keys := *r.jwt.Load()
	at := indexOf(keys, kid)
	if at < 0 {
		return nil, false
	}
	return keys[at].Private.Public(), true
}

// look reads the folder for an unknown kid. Concurrent calls share one read. A failure
// is reported by the next Reload, which fails as well.
func (r *Keyring) look(kid string) {
	r.lookMutex.Lock()
	defer r.lookMutex.Unlock()
	now := r.now()
	if _, known := r.public(kid); known || !r.lastLook.IsZero() && now.Sub(r.lastLook).Abs() < lookEvery {
		return
	}
	r.lastLook = now
	_ = r.Reload()
}

// signing returns the index of the key that signs at now.
func signing(keys []JWTKey, now time.Time) int {
	for at, key := range slices.Backward(keys) {
		if !key.SignsFrom.After(now) {
			return at
		}
	}
	return 0
}

// stops returns when the key at an index stops signing, which is when a newer one
// starts; known is false without a newer one.
func stops(keys []JWTKey, at int) (stop time.Time, known bool) {
	for _, newer := range keys[at+1:] {
		if !known || newer.SignsFrom.Before(stop) {
			stop, known = newer.SignsFrom, true
		}
	}
	return stop, known
}

func indexOf(keys []JWTKey, kid string) int {
	return slices.IndexFunc(keys, func(key JWTKey) bool { return key.KID == kid })
}
