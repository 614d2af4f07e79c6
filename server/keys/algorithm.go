package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
)

// Algorithm is how a key signs JWTs, as in a JWT's header alg.
type Algorithm string

// The algorithms, named as in RFC 7518 section 3.1 and RFC 8037 section 3.1.
const (
	RS256 Algorithm = "RS256" // RSASSA-PKCS1-v1_5 with SHA-256; generated keys have 2048 bits
	ES256 Algorithm = "ES256" // ECDSA with P-256 and SHA-256
	EdDSA Algorithm = "EdDSA" // Ed25519
)

// DefaultAlgorithm is that of a new folder's first key. Spring Security's JWT decoder,
// among others, accepts only RS256 unless it is configured.
const DefaultAlgorithm = RS256

const (
	rsaBits     = 2048  // also the minimum (RFC 7518 section 3.3)
	rsaExponent = 65537 // the minimum
)

// generate creates a key of an algorithm.
func generate(algorithm Algorithm) (crypto.Signer, error) {
	switch algorithm {
	case RS256:
		return rsa.GenerateKey(rand.Reader, rsaBits)
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case EdDSA:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
	return nil, fmt.Errorf("unknown algorithm %q: use %s, %s or %s", algorithm, RS256, ES256, EdDSA)
}

// algorithmOf returns the only algorithm that a parsed private key signs with; known is
// false for a key of another kind.
func algorithmOf(parsed any) (private crypto.Signer, algorithm Algorithm, known bool) {
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		return key, RS256, true
	case *ecdsa.PrivateKey:
		return key, ES256, key.Curve == elliptic.P256()
	case ed25519.PrivateKey:
		return key, EdDSA, true
	}
	return nil, "", false
}

// weakKey reports whether a key is short or not random.
func weakKey(private crypto.Signer) bool {
	switch key := private.(type) {
	case *rsa.PrivateKey:
		return key.N.BitLen() < rsaBits || key.E < rsaExponent
	case *ecdsa.PrivateKey:
		scalar, err := key.Bytes()
		return err != nil || weak(scalar)
	case ed25519.PrivateKey:
		return weak(key.Seed())
	}
	return true
}
