package token

import (
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var (
	testNow = time.Date(2026, time.March, 5, 10, 0, 0, 0, time.UTC)
	older   = testSigningKey("1", 1)
	newer   = testSigningKey("2", 2)
)

func testSigningKey(kid string, fill byte) Key {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = fill
	return Key{KID: kid, Private: ed25519.NewKeyFromSeed(seed)}
}

func testClaims() Claims {
	return Claims{
		SessionID:   9007199254740991,
		UserID:      180388626432,
		Application: "portal",
		IssuedAt:    testNow,
		ExpiresAt:   testNow.Add(time.Hour),
	}
}

func newTestSigner(t *testing.T, keys ...Key) *Signer {
	t.Helper()
	signer, err := NewSigner(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func signed(t *testing.T, signer *Signer) string {
	t.Helper()
	text, err := signer.Sign(testClaims())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerifyGivesWhatWasSigned(t *testing.T) {
	t.Parallel()
	signer := newTestSigner(t, older)
	text := signed(t, signer)
	if !IsJWT(text) {
		t.Errorf("%s does not look like a JWT", text)
	}
	claims, err := signer.Verify(text, testNow)
	if err != nil || claims != testClaims() {
		t.Errorf("got %+v, %v", claims, err)
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	signer := newTestSigner(t, older)
	text := signed(t, signer)
	for after, want := range map[time.Duration]error{
		time.Hour - time.Second: nil,
		time.Hour:               ErrExpired,
		1000 * time.Hour:        ErrExpired,
	} {
		claims, err := signer.Verify(text, testNow.Add(after))
		if !errors.Is(err, want) || errors.Is(err, ErrInvalid) {
			t.Errorf("after %v: got %v", after, err)
		}
		if err != nil && claims != (Claims{}) {
			t.Errorf("after %v: claims of a refused token: %+v", after, claims)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	before, overlap, after := newTestSigner(t, older), newTestSigner(t, older, newer), newTestSigner(t, newer)
	old, fresh := signed(t, before), signed(t, overlap)
	if _, err := overlap.Verify(old, testNow); err != nil {
		t.Errorf("the older key during the overlap: %v", err)
	}
	if _, err := after.Verify(fresh, testNow); err != nil {
		t.Errorf("the newest key does not sign: %v", err)
	}
	if _, err := after.Verify(old, testNow); !errors.Is(err, ErrInvalid) {
		t.Errorf("a retired key: got %v", err)
	}
}

// A token made as Sign makes it but for what a test changes.
func forged(t *testing.T, method jwt.SigningMethod, key any, header, claims map[string]any) string {
	t.Helper()
	all := jwt.MapClaims{
		"iss": "quartet", "aud": []string{"quartet"}, "sub": "180388626432", "sid": "9007199254740991",
		"iat": testNow.Unix(), "exp": testNow.Add(time.Hour).Unix(),
	}
	maps.Copy(all, claims)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	unsigned := jwt.NewWithClaims(method, all)
	unsigned.Header["kid"] = older.KID
	maps.Copy(unsigned.Header, header)
	maps.DeleteFunc(unsigned.Header, func(_ string, value any) bool { return value == nil })
	text, err := unsigned.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestForgedLikeSignIsTaken(t *testing.T) {
	t.Parallel()
	text := forged(t, jwt.SigningMethodEdDSA, older.Private, nil, nil)
	if _, err := newTestSigner(t, older).Verify(text, testNow); err != nil {
		t.Errorf("the tests of forged tokens prove nothing: %v", err)
	}
}

func TestOtherAlgorithmsAreInvalid(t *testing.T) {
	t.Parallel()
	public := older.Private.Public().(ed25519.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	signer := newTestSigner(t, older)
	for name, text := range map[string]string{
		"none":                       forged(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, nil),
		"none with EdDSA signature":  forged(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, nil) + signatureOf(signed(t, signer)),
		"HS256 with the public key":  forged(t, jwt.SigningMethodHS256, []byte(public), nil, nil),
		"HS256 with it in PEM":       forged(t, jwt.SigningMethodHS256, inPEM, nil, nil),
		"HS512 with the public key":  forged(t, jwt.SigningMethodHS512, []byte(public), nil, nil),
		"EdDSA named HS256":          forged(t, jwt.SigningMethodEdDSA, older.Private, map[string]any{"alg": "HS256"}, nil),
		"EdDSA named none":           forged(t, jwt.SigningMethodEdDSA, older.Private, map[string]any{"alg": "none"}, nil),
		"EdDSA named in lower case":  forged(t, jwt.SigningMethodEdDSA, older.Private, map[string]any{"alg": "eddsa"}, nil),
		"EdDSA without an algorithm": forged(t, jwt.SigningMethodEdDSA, older.Private, map[string]any{"alg": nil}, nil),
	} {
		if _, err := signer.Verify(text, testNow); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Other algorithms must fall to the pin itself, before any key is looked for:
// that the key happens to have a type they cannot use is not enough.
func TestAlgorithmIsPinned(t *testing.T) {
	t.Parallel()
	signer := newTestSigner(t, older)
	for name, text := range map[string]string{
		"none":  forged(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, nil) + signatureOf(signed(t, signer)),
		"HS256": forged(t, jwt.SigningMethodHS256, []byte(older.Private.(ed25519.PrivateKey)), map[string]any{"kid": "unknown"}, nil),
	} {
		_, err := signer.Verify(text, testNow)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "signing method "+name+" is invalid") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestWrongKeysAreInvalid(t *testing.T) {
	t.Parallel()
	signer := newTestSigner(t, older, newer)
	for name, c := range map[string]struct {
		key    crypto.Signer
		header map[string]any
	}{
		"unknown kid":              {older.Private, map[string]any{"kid": "3"}},
		"no kid":                   {older.Private, map[string]any{"kid": nil}},
		"empty kid":                {older.Private, map[string]any{"kid": ""}},
		"kid of another type":      {older.Private, map[string]any{"kid": 1}},
		"kid of another known key": {older.Private, map[string]any{"kid": newer.KID}},
		"unknown key, known kid":   {testSigningKey("1", 9).Private, nil},
	} {
		text := forged(t, jwt.SigningMethodEdDSA, c.key, c.header, nil)
		if _, err := signer.Verify(text, testNow); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestWrongClaimsAreInvalid(t *testing.T) {
	t.Parallel()
	signer := newTestSigner(t, older)
	past := testNow.Add(-time.Hour).Unix()
	for name, claims := range map[string]map[string]any{
		"wrong issuer":              {"iss": "quintet"},
		"no issuer":                 {"iss": nil},
		"wrong audience":            {"aud": []string{"quintet"}},
		"no audience":               {"aud": nil},
		"no expiry":                 {"exp": nil},
		"expiry of another type":    {"exp": "tomorrow"},
		"no session":                {"sid": nil},
		"empty session":             {"sid": ""},
		"session zero":              {"sid": "0"},
		"session below zero":        {"sid": "-1"},
		"session as number":         {"sid": 1},
		"session with leading zero": {"sid": "01"},
		"session past int64":        {"sid": "9223372036854775808"},
		"no user":                   {"sub": nil},
		"no issue time":             {"iat": nil},
		"not valid yet":             {"nbf": testNow.Add(time.Minute).Unix()},
		"expired, wrong issuer":     {"exp": past, "iss": "quintet"},
		"expired, no audience":      {"exp": past, "aud": nil},
		"expired, no session":       {"exp": past, "sid": nil},
	} {
		text := forged(t, jwt.SigningMethodEdDSA, older.Private, nil, claims)
		_, err := signer.Verify(text, testNow)
		if !errors.Is(err, ErrInvalid) || errors.Is(err, ErrExpired) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestChangedTokensAreInvalid(t *testing.T) {
	t.Parallel()
	signer := newTestSigner(t, older)
	good := signed(t, signer)
	parts := strings.Split(good, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(payload), "180388626432", "180388626433", 1)
	if changed == string(payload) {
		t.Fatal("nothing to change")
	}
	for name, text := range map[string]string{
		"changed claim":      parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(changed)) + "." + parts[2],
		"no signature":       parts[0] + "." + parts[1] + ".",
		"cut signature":      good[:len(good)-4],
		"two parts":          parts[0] + "." + parts[1],
		"four parts":         good + "." + parts[2],
		"trailing line feed": good + "\n",
		"leading space":      " " + good,
		"no JSON":            "AAAA.AAAA.AAAA",
		"empty":              "",
		"too long":           parts[0] + "." + strings.Repeat("A", maxJWT) + "." + parts[2],
	} {
		if _, err := signer.Verify(text, testNow); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestIsJWT(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"a.b-_.c":                               true,
		"a." + strings.Repeat("b", 2044) + ".c": true,
		"a." + strings.Repeat("b", 2045) + ".c": false,
		"a.b":                                   false, "a.b.c.d": false, "a..c": false, "a.b.": false, "": false,
		"a.b.c=": false, "a.b.c\n": false, "a.b+.c": false, "a.b.é": false,
		NewRefresh(): false,
	} {
		if got := IsJWT(text); got != want {
			t.Errorf("%.60q: got %v", text, got)
		}
	}
}

func TestSignRefusesMissingClaims(t *testing.T) {
	t.Parallel()
	signer := newTestSigner(t, older)
	for name, change := range map[string]func(*Claims){
		"session": func(c *Claims) { c.SessionID = 0 },
		"user":    func(c *Claims) { c.UserID = 0 },
	} {
		claims := testClaims()
		change(&claims)
		if text, err := signer.Sign(claims); err == nil {
			t.Errorf("without %s: got %s", name, text)
		}
	}
}

func TestNewSignerRefuses(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]Key{
		"no key":      nil,
		"no kid":      {{Private: older.Private}},
		"a kid twice": {older, {KID: older.KID, Private: newer.Private}},
		"P-384":       {ecKey(t, elliptic.P384())},
		"no private":  {{KID: "1"}},
	} {
		if _, err := NewSigner(keys...); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func signatureOf(token string) string { return token[strings.LastIndex(token, ".")+1:] }
