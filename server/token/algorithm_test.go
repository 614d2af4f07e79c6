package token

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// rsaKey is made once, because that takes long.
var rsaKey = sync.OnceValue(func() Key {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return Key{KID: "rsa", Private: private}
})

func ecKey(t *testing.T, curve elliptic.Curve) Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return Key{KID: "ec", Private: private}
}

// The key decides the algorithm, and the audience is an array that begins with this
// server (RFC 7519 section 4.1.3).
func TestHeaderAndAudience(t *testing.T) {
	t.Parallel()
	for algorithm, key := range map[string]Key{"RS256": rsaKey(), "ES256": ecKey(t, elliptic.P256()), "EdDSA": older} {
		signer := newTestSigner(t, key)
		for application, want := range map[string]string{"": `["quartet"]`, "portal": `["quartet","portal"]`} {
			claims := testClaims()
			claims.Application = application
			text, err := signer.Sign(claims)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(text, ".")
			header, _ := base64.RawURLEncoding.DecodeString(parts[0])
			body, _ := base64.RawURLEncoding.DecodeString(parts[1])
			if got := `{"alg":"` + algorithm + `","kid":"` + key.KID + `","typ":"JWT"}`; string(header) != got {
				t.Errorf("header %s, want %s", header, got)
			}
			if !strings.Contains(string(body), `"aud":`+want) {
				t.Errorf("claims %s, want aud %s", body, want)
			}
			if verified, err := signer.Verify(text, testNow); err != nil || verified != claims {
				t.Errorf("%s: got %+v, %v", algorithm, verified, err)
			}
		}
	}
}

// A signer with keys of three algorithms takes of each key only its own.
func TestTheKeyDecidesTheAlgorithm(t *testing.T) {
	t.Parallel()
	keys := map[string]Key{"RS256": rsaKey(), "ES256": ecKey(t, elliptic.P256()), "EdDSA": older}
	signer := newTestSigner(t, keys["RS256"], keys["ES256"], keys["EdDSA"])
	methods := []jwt.SigningMethod{
		jwt.SigningMethodRS256, jwt.SigningMethodRS384, jwt.SigningMethodRS512, jwt.SigningMethodPS256,
		jwt.SigningMethodES256, jwt.SigningMethodEdDSA,
	}
	for algorithm, key := range keys {
		for _, method := range methods {
			if _, err := method.Sign("text", key.Private); err != nil {
				continue // the key cannot be used so
			}
			for _, kid := range []string{"rsa", "ec", older.KID} {
				text := forged(t, method, key.Private, map[string]any{"kid": kid}, nil)
				_, err := signer.Verify(text, testNow)
				if right := method.Alg() == algorithm && kid == key.KID; right != (err == nil) || !right && !errors.Is(err, ErrInvalid) {
					t.Errorf("%s by the key %s, named %s: %v", method.Alg(), key.KID, kid, err)
				}
			}
		}
		der, err := x509.MarshalPKIXPublicKey(key.Private.Public())
		if err != nil {
			t.Fatal(err)
		}
		for name, secret := range map[string][]byte{
			"DER": der, "PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "nothing": {},
		} {
			text := forged(t, jwt.SigningMethodHS256, secret, map[string]any{"kid": key.KID}, nil)
			if _, err := signer.Verify(text, testNow); !errors.Is(err, ErrInvalid) {
				t.Errorf("HS256 with %s as %s: %v", algorithm, name, err)
			}
		}
		none := forged(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, map[string]any{"kid": key.KID}, nil)
		if _, err := signer.Verify(none+"AAAA", testNow); !errors.Is(err, ErrInvalid) {
			t.Errorf("none for %s: %v", algorithm, err)
		}
		for _, other := range keys {
			text := forged(t, methodOf(key.Private.Public()), key.Private, map[string]any{"kid": key.KID, "alg": methodOf(other.Private.Public()).Alg()}, nil)
			if _, err := signer.Verify(text, testNow); (err == nil) != (other.KID == key.KID) {
				t.Errorf("%s named as that of %s: %v", algorithm, other.KID, err)
			}
		}
	}
}
