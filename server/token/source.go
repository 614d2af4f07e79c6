package token

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"
)

// KeySource provides a Signer's keys at each use, so that keys can be added and removed
// while the server runs. It must be safe for concurrent use.
type KeySource interface {
	// Signing returns the key that signs at now, and its id; there always is one.
	Signing(now time.Time) (kid string, private ed25519.PrivateKey)
	// Public returns the public key of kid, unless it is unknown.
	Public(kid string) (public ed25519.PublicKey, known bool)
}

// NewRotatingSigner returns a signer that takes its keys from source.
func NewRotatingSigner(source KeySource) *Signer { return &Signer{source: source} }

// Key is a signing key; KID identifies it in a token's header.
type Key struct {
	KID     string
	Private ed25519.PrivateKey
}

// NewSigner returns a signer with fixed keys, the newest last: that one signs, all of
// them verify. It returns an error without a key, for an empty or repeated KID, and for
// a private key of the wrong size.
func NewSigner(keys ...Key) (*Signer, error) {
	if len(keys) == 0 {
		return nil, errors.New("token: no signing key")
	}
	public := make(map[string]ed25519.PublicKey, len(keys))
	for _, key := range keys {
		if key.KID == "" || public[key.KID] != nil {
			return nil, fmt.Errorf("token: key id %q is empty or used twice", key.KID)
		}
		if len(key.Private) != ed25519.PrivateKeySize {
			return nil, fmt.Errorf("token: key %q is not an Ed25519 private key", key.KID)
		}
		public[key.KID] = key.Private.Public().(ed25519.PublicKey)
	}
	return NewRotatingSigner(fixed{newest: keys[len(keys)-1], public: public}), nil
}

// fixed is a KeySource with constant keys.
type fixed struct {
	newest Key
	public map[string]ed25519.PublicKey
}

// Signing returns the newest key.
func (f fixed) Signing(time.Time) (string, ed25519.PrivateKey) { return f.newest.KID, f.newest.Private }

// Public returns the public key of kid.
func (f fixed) Public(kid string) (ed25519.PublicKey, bool) {
	key, known := f.public[kid]
	return key, known
}
