package e2e

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartet/store"
)

// claims are a part of a JWT.
type claims = map[string]any

func part(t *testing.T, of claims) string {
	t.Helper()
	encoded, err := json.Marshal(of)
	must(t, err)
	return base64.RawURLEncoding.EncodeToString(encoded)
}

func parse(t *testing.T, encoded string) (of claims) {
	t.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	must(t, err)
	must(t, json.Unmarshal(decoded, &of))
	return of
}

func changed(of claims, name string, value any) claims {
	of = maps.Clone(of)
	of[name] = value
	return of
}

// signed makes a JWT with whatever sign says.
func signed(t *testing.T, header, body claims, sign func(text []byte) []byte) string {
	t.Helper()
	unsigned := part(t, header) + "." + part(t, body)
	return unsigned + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(unsigned)))
}

// signingKey reads the key that the servers sign with: RS256, as in every new folder.
func (s *cluster) signingKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.keys, "*.pem"))
	must(t, err)
	content, err := os.ReadFile(files[len(files)-1])
	must(t, err)
	block, _ := pem.Decode(content)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	must(t, err)
	return key.(*rsa.PrivateKey)
}

func TestS5_ForgedJWTs(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		user := s.person(t, "tao.ran", store.RoleMember)
		super := s.person(t, "root", store.RoleSuperAdministrator)
		s.application(t, user)
		genuine := s.server(0).jwt(t, "tao.ran", goodPassword)
		parts := strings.Split(genuine, ".")
		header, body := parse(t, parts[0]), parse(t, parts[1])

		key := s.signingKey(t)
		der, err := x509.MarshalPKIXPublicKey(key.Public())
		must(t, err)
		publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		rs256 := func(key *rsa.PrivateKey) func(text []byte) []byte {
			return func(text []byte) []byte {
				sum := sha256.Sum256(text)
				signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
				must(t, err)
				return signature
			}
		}
		right := rs256(key)
		strange, err := rsa.GenerateKey(rand.Reader, 2048)
		must(t, err)
		_, strangeEd25519, err := ed25519.GenerateKey(nil)
		must(t, err)
		hs256 := func(secret []byte) func([]byte) []byte {
			return func(text []byte) []byte {
				mac := hmac.New(sha256.New, secret)
				mac.Write(text)
				return mac.Sum(nil)
			}
		}
		nothing := func([]byte) []byte { return nil }
		soon, past := time.Now().Add(time.Hour).Unix(), time.Now().Add(-time.Hour).Unix()

		s.good(t, user, signed(t, header, body, right)) // what is forged below is forged well
		for name, forged := range map[string]string{
			"none":                   signed(t, changed(header, "alg", "none"), body, nothing),
			"none, signed":           signed(t, changed(header, "alg", "none"), body, right),
			"None, signed":           signed(t, changed(header, "alg", "None"), body, right),
			"HS256, the modulus":     signed(t, changed(header, "alg", "HS256"), body, hs256(key.N.Bytes())),
			"HS256, PEM public key":  signed(t, changed(header, "alg", "HS256"), body, hs256(publicPEM)),
			"RS256, another key":     signed(t, header, body, rs256(strange)),
			"named EdDSA":            signed(t, changed(header, "alg", "EdDSA"), body, right),
			"named PS256":            signed(t, changed(header, "alg", "PS256"), body, right),
			"EdDSA, another key":     signed(t, changed(header, "alg", "EdDSA"), body, func(text []byte) []byte { return ed25519.Sign(strangeEd25519, text) }),
			"an unknown kid":         signed(t, changed(header, "kid", "999"), body, right),
			"kid as a path":          signed(t, changed(header, "kid", "../../etc/passwd"), body, right),
			"no kid":                 signed(t, claims{"alg": "RS256", "typ": "JWT"}, body, right),
			"a key of its own":       signed(t, changed(header, "jwk", claims{"kty": "RSA", "e": "AQAB", "n": base64.RawURLEncoding.EncodeToString(strange.N.Bytes())}), body, rs256(strange)),
			"another subject":        parts[0] + "." + part(t, changed(body, "sub", fmt.Sprint(super))) + "." + parts[2],
			"a later end":            parts[0] + "." + part(t, changed(body, "exp", soon+3600)) + "." + parts[2],
			"subject of another sid": signed(t, header, changed(body, "sub", fmt.Sprint(super)), right),
			"another issuer":         signed(t, header, changed(body, "iss", "elsewhere"), right),
			"another audience":       signed(t, header, changed(body, "aud", []string{"elsewhere"}), right),
			"over":                   signed(t, header, changed(body, "exp", past), right),
			"no end":                 signed(t, header, changed(body, "exp", nil), right),
			"an unknown session":     signed(t, header, changed(body, "sid", "12345"), right),
			"no signature":           parts[0] + "." + parts[1] + ".",
			"two parts":              parts[0] + "." + parts[1],
		} {
			t.Run(name, func(t *testing.T) { s.dead(t, user, forged) })
		}
		s.good(t, user, genuine)
	})
}
