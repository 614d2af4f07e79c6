package server_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
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
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/keys"
	"quartet/server/token"
	"quartet/store"
)

// openRing opens a folder of keys. Its first key is Ed25519, which is made fast.
func openRing(t *testing.T, dir string, now func() time.Time) *keys.Keyring {
	t.Helper()
	ring, err := keys.Open(dir, keys.Options{Now: now, Algorithm: keys.EdDSA})
	must(t, err)
	return ring
}

var algorithms = []keys.Algorithm{keys.RS256, keys.ES256, keys.EdDSA}

// ringOf has a key of each algorithm: the first, which signs, of the given one.
func ringOf(t *testing.T, algorithm keys.Algorithm) *keys.Keyring {
	t.Helper()
	ring, err := keys.Open(t.TempDir(), keys.Options{Algorithm: algorithm})
	must(t, err)
	for _, other := range algorithms {
		if other != algorithm {
			_, err := ring.Rotate(other, time.Hour)
			must(t, err)
		}
	}
	return ring
}

// onRing gives a server the keys of a folder, and publishes them.
func onRing(ring *keys.Keyring) setting {
	return func(c *account.Config, o *server.Options) {
		c.Signer = token.NewRotatingSigner(ring)
		o.PublicKeys = func() []server.PublicKey {
			var public []server.PublicKey
			for _, key := range ring.JWT() {
				public = append(public, server.PublicKey{KID: key.KID, Public: key.Private.Public()})
			}
			return public
		}
	}
}

// jwtParts is a JWT taken apart, to be put together by std crypto alone.
type jwtParts struct{ header, claims map[string]any }

func partsOf(t *testing.T, jwt string) jwtParts {
	t.Helper()
	segments := strings.Split(jwt, ".")
	if len(segments) != 3 {
		t.Fatalf("%s is no JWT", jwt)
	}
	var parts jwtParts
	for i, to := range []*map[string]any{&parts.header, &parts.claims} {
		text, err := base64.RawURLEncoding.DecodeString(segments[i])
		must(t, err)
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		must(t, decoder.Decode(to))
	}
	return parts
}

// signed puts the parts together again.
func (p jwtParts) signed(t *testing.T, sign func(text []byte) []byte) string {
	t.Helper()
	header, err := json.Marshal(p.header)
	must(t, err)
	claims, err := json.Marshal(p.claims)
	must(t, err)
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims)
	return text + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(text)))
}

// byKey signs as RFC 7518 sections 3.3 and 3.4 and RFC 8037 section 3.1 say.
func byKey(t *testing.T, private crypto.Signer) func([]byte) []byte {
	return func(text []byte) []byte {
		t.Helper()
		sum := sha256.Sum256(text)
		switch key := private.(type) {
		case *rsa.PrivateKey:
			signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
			must(t, err)
			return signature
		case *ecdsa.PrivateKey:
			r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
			must(t, err)
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		default:
			return ed25519.Sign(private.(ed25519.PrivateKey), text)
		}
	}
}

func byHMAC(secret []byte) func([]byte) []byte {
	return func(text []byte) []byte {
		mac := hmac.New(sha256.New, secret)
		mac.Write(text)
		return mac.Sum(nil)
	}
}

// sessionsBy is what the server answers to a JWT.
func (w *world) sessionsBy(jwt string) answer {
	w.t.Helper()
	return w.get("/auth/sessions", "Authorization", jwt)
}

func TestForgedJWTsFail(t *testing.T) {
	for _, algorithm := range algorithms {
		t.Run(string(algorithm), func(t *testing.T) { forgedJWTsFail(t, algorithm) })
	}
}

func forgedJWTsFail(t *testing.T, own keys.Algorithm) {
	ring := ringOf(t, own)
	w := newWorld(t, onRing(ring))
	w.add("lu.jiahe", store.RoleMember)
	administrator := w.add("he.yun", store.RoleAdministrator)
	jwt := w.jwt("lu.jiahe")
	all := ring.JWT()
	right := byKey(t, all[0].Private)
	der, err := x509.MarshalPKIXPublicKey(all[0].Private.Public())
	must(t, err)
	inPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	foreign := ringOf(t, own).JWT()[0].Private
	untouched, _ := base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[2])
	asBefore := func([]byte) []byte { return untouched }

	with := func(change func(jwtParts), sign func([]byte) []byte) string {
		parts := partsOf(t, jwt)
		change(parts)
		return parts.signed(t, sign)
	}
	header := func(name string, value any) func(jwtParts) { return func(p jwtParts) { p.header[name] = value } }
	claim := func(name string, value any) func(jwtParts) { return func(p jwtParts) { p.claims[name] = value } }
	same := func(jwtParts) {}

	requireOK(t, w.sessionsBy(jwt))
	requireOK(t, w.sessionsBy(with(same, right))) // or the forgeries would prove nothing
	forgeries := map[string]string{
		"none, unsigned":           with(header("alg", "none"), func([]byte) []byte { return nil }),
		"none, old signature":      with(header("alg", "none"), asBefore),
		"None, signed":             with(header("alg", "None"), right),
		"HS256 with the key":       with(header("alg", "HS256"), byHMAC(rawPublic(t, all[0].Private))),
		"HS256 with it in PEM":     with(header("alg", "HS256"), byHMAC(inPEM)),
		"HS256 with it in DER":     with(header("alg", "HS256"), byHMAC(der)),
		"HS256 with nothing":       with(header("alg", "HS256"), byHMAC(nil)),
		"signed, named HS256":      with(header("alg", "HS256"), right),
		"a key of one's own":       with(same, byKey(t, foreign)),
		"an unknown kid":           with(header("kid", "999"), right),
		"a kid that is a path":     with(header("kid", "../jwt-1"), right),
		"a changed user":           with(claim("sub", jsonID(administrator)), asBefore),
		"another's session":        with(claim("sid", "1"), asBefore),
		"a longer life":            with(claim("exp", time.Now().Add(1000*time.Hour).Unix()), asBefore),
		"signed, another's user":   with(claim("sub", jsonID(administrator)), right),
		"wrong issuer":             with(claim("iss", "quintet"), right),
		"wrong audience":           with(claim("aud", []string{"quintet"}), right),
		"an application's alone":   with(claim("aud", []string{"portal"}), right),
		"signed, named PS256":      with(header("alg", "PS256"), right),
		"signed, without alg":      with(func(p jwtParts) { delete(p.header, "alg") }, right),
		"signed, the kid a number": with(header("kid", 1), right),
	}
	for _, other := range all[1:] {
		name := string(other.Algorithm)
		forgeries["named "+name] = with(header("alg", name), right)
		forgeries["with the kid of "+name] = with(header("kid", other.KID), right)
		forgeries["with kid and alg of "+name] = with(func(p jwtParts) { p.header["kid"], p.header["alg"] = other.KID, name }, right)
		forgeries["by "+name] = with(same, byKey(t, other.Private))
		forgeries["by "+name+" with its alg"] = with(header("alg", name), byKey(t, other.Private))
		forgeries["by "+name+" with its kid"] = with(header("kid", other.KID), byKey(t, other.Private))
		// With both it is another valid JWT of the same session.
		requireOK(t, w.sessionsBy(with(func(p jwtParts) { p.header["kid"], p.header["alg"] = other.KID, name }, byKey(t, other.Private))))
	}
	for name, forged := range forgeries {
		t.Run(name, func(t *testing.T) {
			requireFailure(t, "yudao", w.sessionsBy(forged), http.StatusUnauthorized)
		})
	}
	requireOK(t, w.sessionsBy(jwt)) // nothing of that ended the session
}

// rawPublic is the public key without a structure: the modulus, the point, the 32 bytes.
func rawPublic(t *testing.T, private crypto.Signer) []byte {
	t.Helper()
	switch key := private.Public().(type) {
	case *rsa.PublicKey:
		return key.N.Bytes()
	case *ecdsa.PublicKey:
		point, err := key.Bytes()
		must(t, err)
		return point
	default:
		return key.(ed25519.PublicKey)
	}
}

func TestJWTsOfARetiredKeyFail(t *testing.T) {
	ring := openRing(t, t.TempDir(), time.Now)
	w := newWorld(t, onRing(ring))
	w.add("lu.jiahe", store.RoleMember)
	old := w.jwt("lu.jiahe")
	next, err := ring.Rotate("", 0)
	must(t, err)
	requireOK(t, w.sessionsBy(old))
	must(t, ring.Retire("1", time.Hour, true))
	requireFailure(t, "yudao", w.sessionsBy(old), http.StatusUnauthorized)
	// It is the key alone that was refused: its session lives.
	parts := partsOf(t, old)
	parts.header["kid"] = next.KID
	requireOK(t, w.sessionsBy(parts.signed(t, byKey(t, next.Private))))
}

// A verifier elsewhere, which knows nothing but what is published, and no library of ours.
func verifiesByPublishedKeys(t *testing.T, published answer, jwt string) bool {
	t.Helper()
	header := partsOf(t, jwt).header
	cut := strings.LastIndex(jwt, ".")
	signature, err := base64.RawURLEncoding.DecodeString(jwt[cut+1:])
	must(t, err)
	sum := sha256.Sum256([]byte(jwt[:cut]))
	for _, entry := range published.body["keys"].([]any) {
		key := entry.(map[string]any)
		if key["kid"] != header["kid"] {
			continue
		}
		member := func(name string) []byte {
			text, _ := key[name].(string)
			bytes, err := base64.RawURLEncoding.DecodeString(text)
			must(t, err)
			return bytes
		}
		number := func(bytes []byte) *big.Int { return new(big.Int).SetBytes(bytes) }
		if key["alg"] != header["alg"] || key["use"] != "sig" {
			t.Errorf("key %v of a JWT with %v", key, header)
		}
		switch names := strings.Join(slices.Sorted(maps.Keys(key)), " "); fmt.Sprint(key["kty"], key["crv"], key["alg"], ": ", names) {
		case "RSA<nil>RS256: alg e kid kty n use":
			public := &rsa.PublicKey{N: number(member("n")), E: int(number(member("e")).Int64())}
			return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature) == nil
		case "ECP-256ES256: alg crv kid kty use x y":
			public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, member("x"), member("y")))
			must(t, err)
			return len(signature) == 64 && ecdsa.Verify(public, sum[:], number(signature[:32]), number(signature[32:]))
		case "OKPEd25519EdDSA: alg crv kid kty use x":
			return ed25519.Verify(member("x"), []byte(jwt[:cut]), signature)
		}
		t.Errorf("key %v", key)
	}
	return false
}

func TestPublishedKeysVerifyJWTs(t *testing.T) {
	const path = "/.well-known/jwks.json"
	ring := openRing(t, t.TempDir(), time.Now)
	w := newWorld(t, onRing(ring))
	w.add("lu.jiahe", store.RoleMember)
	jwts := []string{w.jwt("lu.jiahe")}
	for _, algorithm := range algorithms {
		next, err := ring.Rotate(algorithm, 0)
		must(t, err)
		jwts = append(jwts, w.jwt("lu.jiahe"))
		if header := partsOf(t, jwts[len(jwts)-1]).header; header["kid"] != next.KID || header["alg"] != string(algorithm) {
			t.Errorf("after a rotation to %s: header %v", algorithm, header)
		}
	}
	published := requireOK(t, w.get(path))
	if got := published.header.Get("Cache-Control"); got != "public, max-age=30" {
		t.Errorf("Cache-Control %q", got)
	}
	for _, jwt := range jwts {
		if !verifiesByPublishedKeys(t, published, jwt) {
			t.Errorf("the JWT with %v does not verify by %s", partsOf(t, jwt).header, published.text)
		}
		if verifiesByPublishedKeys(t, published, jwt[:len(jwt)-5]+"AAAAA") {
			t.Error("the verifier proves nothing")
		}
	}
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} { // RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1
		if strings.Contains(published.text, `"`+private+`":`) {
			t.Errorf("the private member %s is published", private)
		}
	}
	must(t, ring.Retire("1", time.Hour, true))
	if verifiesByPublishedKeys(t, requireOK(t, w.get(path)), jwts[0]) {
		t.Error("a retired key is published")
	}
	if none := requireOK(t, newWorld(t).get(path)); strings.TrimSpace(none.text) != `{"keys":[]}` {
		t.Errorf("without keys: %s", none.text)
	}
}

func jsonID(id int64) string {
	text, _ := json.Marshal(id)
	return string(text)
}
