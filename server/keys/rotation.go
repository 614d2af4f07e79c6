package keys

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"time"
)

// How the key that signs is changed while several servers run.
//
// A JWT must verify wherever it is sent, so no server may sign with a key that
// another does not have yet. Servers share nothing but the folder, and none of
// them knows how many there are: there is nobody to ask. So the key file itself
// says from when its key signs, and that moment lies far enough ahead (overlap)
// that every server has read the folder by then (ReloadEvery), and everybody
// who verifies by the published keys has fetched them anew. Until then the key
// only verifies. The moment is in the file because a decision written down once
// cannot differ between servers, and because a copy of the folder changes a
// file's own time.
//
// Of the keys whose moment has come the one with the highest number signs. If
// none has come, the lowest does: it is the one that the other servers have had
// the longest.
//
// A server that missed a reading (a network folder that was unavailable) reads the
// folder again when a JWT names an unknown key, at most every lookEvery.
//
// Old keys verify until they are retired. That is safe once the last JWT they may
// have signed has expired: the life of a JWT after the next key began to
// sign, and slack for clocks that differ. No server does it by itself, because
// none knows whether all the others have seen the next key.

const (
	// DefaultOverlap is how long a new key only verifies.
	DefaultOverlap = time.Minute
	// ReloadEvery is how often a server is to read the folder again.
	ReloadEvery = 10 * time.Second

	lookEvery = time.Second
	slack     = time.Minute // by which the clocks of servers may differ
)

// Reload reads the signing keys again, as they are in the folder now; hmac.key
// stays as it was. On an error, which is one of Open's, the keys stay too.
func (r *Keyring) Reload() error {
	r.reloading.Lock()
	defer r.reloading.Unlock()
	err := r.read()
	r.stale.Store(err != nil)
	return err
}

// Stale tells whether the last reading failed: then the keys are those of the
// reading before, and what was retired since still verifies.
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

// Signing gives the key that signs at the moment now, and its id.
func (r *Keyring) Signing(now time.Time) (kid string, private ed25519.PrivateKey) {
	keys := *r.jwt.Load()
	key := keys[signing(keys, now)]
	return key.KID, key.Private
}

// Public gives the key that verifies what kid signed, unless there is none. For
// a kid it does not know it reads the folder once more, at most each second.
func (r *Keyring) Public(kid string) (public ed25519.PublicKey, known bool) {
	if public, known = r.public(kid); known {
		return public, true
	}
	r.look(kid)
	return r.public(kid)
}

func (r *Keyring) public(kid string) (ed25519.PublicKey, bool) {
	keys := *r.jwt.Load()
	at := indexOf(keys, kid)
	if at < 0 {
		return nil, false
	}
	return keys[at].Private.Public().(ed25519.PublicKey), true
}

// look reads the folder for an unknown kid. Concurrent calls share one reading. A
// failure is reported by the next Reload, which fails as well.
func (r *Keyring) look(kid string) {
	r.looking.Lock()
	defer r.looking.Unlock()
	now := r.now()
	if _, known := r.public(kid); known || !r.looked.IsZero() && now.Sub(r.looked).Abs() < lookEvery {
		return
	}
	r.looked = now
	_ = r.Reload()
}

// signing is the index of the key that signs at the moment now.
func signing(keys []JWTKey, now time.Time) int {
	for at, key := range slices.Backward(keys) {
		if !key.SignsFrom.After(now) {
			return at
		}
	}
	return 0
}

// stops is when the key at an index stops signing: when any newer one starts.
// It is unknown without a newer one.
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
