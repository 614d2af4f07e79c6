package token

import (
	"crypto"
	"crypto/sha256"
	"sync"
	"time"
)

// verifiedMost is the number of cached tokens in each of two maps, about 250 bytes
// each.
const verifiedMost = 8192

// verified caches which tokens were verified with which key, because verifying a
// signature costs more than the rest of a request. Time and keys are checked at each
// use. The zero value is ready.
type verified struct {
	lock          sync.Mutex
	recent, older map[[sha256.Size]byte]proof // a token that is used moves to recent
}

// proof is the claims of a token and the key that signed it.
type proof struct {
	claims Claims
	kid    string
	key    crypto.PublicKey
}

// holds reports whether the proof is still valid.
func (p proof) holds(source KeySource, now time.Time) bool {
	key, known := source.Public(p.kid)
	return known && sameKey(key, p.key) && now.Before(p.claims.ExpiresAt)
}

func (v *verified) find(sum [sha256.Size]byte) (proof, bool) {
	v.lock.Lock()
	defer v.lock.Unlock()
	if found, ok := v.recent[sum]; ok {
		return found, true
	}
	found, ok := v.older[sum]
	if ok {
		v.put(sum, found)
	}
	return found, ok
}

func (v *verified) keep(sum [sha256.Size]byte, p proof) {
	v.lock.Lock()
	defer v.lock.Unlock()
	v.put(sum, p)
}

func (v *verified) put(sum [sha256.Size]byte, p proof) {
	if v.recent == nil || len(v.recent) >= verifiedMost {
		v.recent, v.older = map[[sha256.Size]byte]proof{}, v.recent
	}
	v.recent[sum] = p
}
