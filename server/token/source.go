package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// KeySource provides a Signer's keys at each use, so that keys can be added and removed
// while the server runs: RSA, P-256 and Ed25519 keys, each of which has one algorithm. It
// must be safe for concurrent use.
type KeySource interface {
	// Signing returns the key that signs at now, and its id; there always is one.
	Signing(now time.Time) (kid string, private crypto.Signer)
	// Public returns the public key of kid, unless it is unknown.
	Public(kid string) (public crypto.PublicKey, known bool)
}

// NewRotatingSigner returns a signer that takes its keys from source.
func NewRotatingSigner(source KeySource) *Signer { return &Signer{source: source} }

// Key is a signing key; KID identifies it in a token's header.
type Key struct {
	KID     string
	Private crypto.Signer
}

// NewSigner returns a signer with fixed keys, the newest last: that one signs, all of
// them verify. It returns an error without a key, for an empty or repeated KID, and for
// a key without an algorithm.
func NewSigner(keys ...Key) (*Signer, error) {
	if len(keys) == 0 {
		return nil, errors.New("token: no signing key")
	}
	public := make(map[string]crypto.PublicKey, len(keys))
	for _, key := range keys {
		if key.KID == "" || public[key.KID] != nil {
			return nil, fmt.Errorf("token: key id %q is empty or used twice", key.KID)
		}
		if key.Private == nil || methodOf(key.Private.Public()) == nil {
			return nil, fmt.Errorf("token: key %q is not an RSA, P-256 or Ed25519 private key", key.KID)
		}
		public[key.KID] = key.Private.Public()
	}
	return NewRotatingSigner(fixed{newest: keys[len(keys)-1], public: public}), nil
}

// fixed is a KeySource with constant keys.
type fixed struct {
	newest Key
	public map[string]crypto.PublicKey
}

// Signing returns the newest key.
func (f fixed) Signing(time.Time) (string, crypto.Signer) { return f.newest.KID, f.newest.Private }

// Public returns the public key of kid.
func (f fixed) Public(kid string) (crypto.PublicKey, bool) {
	key, known := f.public[kid]
	return key, known
}

// methodOf returns the only algorithm of a key, nil for a key of another kind.
func methodOf(public crypto.PublicKey) jwt.SigningMethod {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return jwt.SigningMethodRS256
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() {
			return jwt.SigningMethodES256
		}
	case ed25519.PublicKey:
		return jwt.SigningMethodEdDSA
	}
	return nil
}

// sameKey compares two public keys. All of the standard library's have Equal.
func sameKey(one, other crypto.PublicKey) bool {
	key, comparable := one.(interface{ Equal(crypto.PublicKey) bool })
	return comparable && key.Equal(other)
}
