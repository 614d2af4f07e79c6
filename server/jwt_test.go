package server_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/keys"
	"quartet/server/token"
	"quartet/store"
)

func openRing(t *testing.T, dir string, now func() time.Time) *keys.Keyring {
	t.Helper()
	ring, err := keys.Open(dir, keys.Options{Now: now})
	must(t, err)
	return ring
}

// onRing gives a server the keys of a folder, and publishes them.
func onRing(ring *keys.Keyring) setting {
	return func(c *account.Config, o *server.Options) {
		c.Signer = token.NewRotatingSigner(ring)
		o.PublicKeys = func() []server.PublicKey {
			var public []server.PublicKey
			for _, key := range ring.JWT() {
				public = append(public, server.PublicKey{KID: key.KID, Public: key.Private.Public().(ed25519.PublicKey)})
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

func byEd25519(private ed25519.PrivateKey) func([]byte) []byte {
	return func(text []byte) []byte { return ed25519.Sign(private, text) }
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
	ring := openRing(t, t.TempDir(), time.Now)
	w := newWorld(t, onRing(ring))
	w.add("lu.jiahe", store.RoleMember)
	administrator := w.add("he.yun", store.RoleAdministrator)
	jwt := w.jwt("lu.jiahe")
	_, private := ring.Signing(time.Now())
	public := private.Public().(ed25519.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(public)
	must(t, err)
	inPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	_, foreign, err := ed25519.GenerateKey(nil)
	must(t, err)
	untouched, _ := base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[2])
	asBefore := func([]byte) []byte { return untouched }

	with := func(change func(jwtParts), sign func([]byte) []byte) string {
		parts := partsOf(t, jwt)
		change(parts)
		return parts.signed(t, sign)
	}
	algorithm := func(name string) func(jwtParts) { return func(p jwtParts) { p.header["alg"] = name } }
	claim := func(name string, value any) func(jwtParts) { return func(p jwtParts) { p.claims[name] = value } }
	same := func(jwtParts) {}

	requireOK(t, w.sessionsBy(jwt))
	requireOK(t, w.sessionsBy(with(same, byEd25519(private)))) // or the forgeries would prove nothing
	for name, forged := range map[string]string{
		"none, unsigned":            with(algorithm("none"), func([]byte) []byte { return nil }),
		"none, old signature":       with(algorithm("none"), asBefore),
		"None, signed":              with(algorithm("None"), byEd25519(private)),
		"HS256 with the public key": with(algorithm("HS256"), byHMAC(public)),
		"HS256 with it in PEM":      with(algorithm("HS256"), byHMAC(inPEM)),
		"HS256 with it in DER":      with(algorithm("HS256"), byHMAC(der)),
		"EdDSA named HS256":         with(algorithm("HS256"), byEd25519(private)),
		"a key of one's own":        with(same, byEd25519(foreign)),
		"an unknown kid":            with(func(p jwtParts) { p.header["kid"] = "2" }, byEd25519(private)),
		"a kid that is a path":      with(func(p jwtParts) { p.header["kid"] = "../jwt-1" }, byEd25519(private)),
		"a changed user":            with(claim("sub", jsonID(administrator)), asBefore),
		"another's session":         with(claim("sid", "1"), asBefore),
		"a longer life":             with(claim("exp", time.Now().Add(1000*time.Hour).Unix()), asBefore),
		"signed, another's user id": with(func(p jwtParts) { p.claims["sub"] = jsonID(administrator) }, byEd25519(private)),
		"wrong issuer":              with(claim("iss", "quintet"), byEd25519(private)),
		"wrong audience":            with(claim("aud", []string{"quintet"}), byEd25519(private)),
	} {
		t.Run(name, func(t *testing.T) {
			requireFailure(t, "yudao", w.sessionsBy(forged), http.StatusUnauthorized)
		})
	}
	requireOK(t, w.sessionsBy(jwt)) // nothing of that ended the session
}

func TestJWTsOfARetiredKeyFail(t *testing.T) {
	ring := openRing(t, t.TempDir(), time.Now)
	w := newWorld(t, onRing(ring))
	w.add("lu.jiahe", store.RoleMember)
	old := w.jwt("lu.jiahe")
	next, err := ring.Rotate(0)
	must(t, err)
	requireOK(t, w.sessionsBy(old))
	must(t, ring.Retire("1", time.Hour, true))
	requireFailure(t, "yudao", w.sessionsBy(old), http.StatusUnauthorized)
	// It is the key alone that was refused: its session lives.
	parts := partsOf(t, old)
	parts.header["kid"] = next.KID
	requireOK(t, w.sessionsBy(parts.signed(t, byEd25519(next.Private))))
}

// A verifier elsewhere, which knows nothing but what is published.
func verifiesByPublishedKeys(t *testing.T, published answer, jwt string) bool {
	t.Helper()
	kid := partsOf(t, jwt).header["kid"]
	cut := strings.LastIndex(jwt, ".")
	signature, err := base64.RawURLEncoding.DecodeString(jwt[cut+1:])
	must(t, err)
	for _, entry := range published.body["keys"].([]any) {
		key := entry.(map[string]any)
		if key["kid"] != kid {
			continue
		}
		if key["kty"] != "OKP" || key["crv"] != "Ed25519" || key["alg"] != "EdDSA" || key["use"] != "sig" || len(key) != 6 {
			t.Errorf("key %v", key)
		}
		public, err := base64.RawURLEncoding.DecodeString(key["x"].(string))
		must(t, err)
		return ed25519.Verify(public, []byte(jwt[:cut]), signature)
	}
	return false
}

func TestPublishedKeysVerifyJWTs(t *testing.T) {
	const path = "/.well-known/jwks.json"
	ring := openRing(t, t.TempDir(), time.Now)
	w := newWorld(t, onRing(ring))
	w.add("lu.jiahe", store.RoleMember)
	before := w.jwt("lu.jiahe")
	next, err := ring.Rotate(0)
	must(t, err)
	after := w.jwt("lu.jiahe")

	published := requireOK(t, w.get(path))
	if got := published.header.Get("Cache-Control"); got != "public, max-age=30" {
		t.Errorf("Cache-Control %q", got)
	}
	for name, jwt := range map[string]string{"old": before, "new": after} {
		if !verifiesByPublishedKeys(t, published, jwt) {
			t.Errorf("the %s JWT does not verify by %s", name, published.text)
		}
	}
	if partsOf(t, after).header["kid"] != next.KID || verifiesByPublishedKeys(t, published, before[:len(before)-5]+"AAAAA") {
		t.Error("the verifier proves nothing")
	}
	if seed := base64.RawURLEncoding.EncodeToString(next.Private.Seed()); strings.Contains(published.text, seed) || strings.Contains(published.text, `"d"`) {
		t.Error("a private key is published")
	}
	must(t, ring.Retire("1", time.Hour, true))
	if verifiesByPublishedKeys(t, requireOK(t, w.get(path)), before) {
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
