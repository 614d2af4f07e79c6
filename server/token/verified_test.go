package token

import (
	"crypto"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"
)

// shelf is a source whose keys the test changes.
type shelf map[string]crypto.PublicKey

func (shelf) Signing(time.Time) (string, crypto.Signer) { return older.KID, older.Private }

func (s shelf) Public(kid string) (crypto.PublicKey, bool) {
	key, known := s[kid]
	return key, known
}

// A retired or replaced key invalidates a token, however often it was verified, and so
// does its expiry.
func TestProvenTokensDependOnTheKey(t *testing.T) {
	t.Parallel()
	right := older.Private.Public()
	keys := shelf{older.KID: right}
	signer := NewRotatingSigner(keys)
	text := signed(t, signer)
	try := func(name string, at time.Time, want error) {
		t.Helper()
		for range 2 {
			if _, err := signer.Verify(text, at); !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", name, err, want)
			}
		}
	}
	try("good", testNow, nil)
	if claims, err := signer.Verify(text, testNow); err != nil || claims != testClaims() {
		t.Errorf("the second time: %+v, %v", claims, err)
	}
	forged := text[:len(text)-4] + "AAAA"
	if _, err := signer.Verify(forged, testNow); !errors.Is(err, ErrInvalid) {
		t.Errorf("forged: %v", err)
	}
	if kept := len(signer.verified.recent); kept != 1 {
		t.Errorf("%d proofs are kept of one good token and a forged one", kept)
	}
	delete(keys, older.KID)
	try("retired", testNow, ErrInvalid)
	for _, other := range []Key{newer, rsaKey(), ecKey(t, elliptic.P256())} {
		keys[older.KID] = other.Private.Public()
		try("exchanged", testNow, ErrInvalid)
	}
	keys[older.KID] = right
	try("good again", testNow, nil)
	try("expired", testNow.Add(time.Hour), ErrExpired)
}

func TestProofsAreBounded(t *testing.T) {
	t.Parallel()
	var v verified
	sum := func(n int) [sha256.Size]byte { return sha256.Sum256(fmt.Append(nil, n)) }
	for n := range 5 * verifiedMost {
		v.keep(sum(n), proof{kid: fmt.Sprint(n)})
		if _, found := v.find(sum(0)); !found {
			t.Fatalf("the token in use is forgotten after %d others", n)
		}
	}
	if kept := len(v.recent) + len(v.older); kept > 2*verifiedMost {
		t.Errorf("%d are kept", kept)
	}
	if _, found := v.find(sum(1)); found {
		t.Error("the token of long ago is not forgotten")
	}
}
