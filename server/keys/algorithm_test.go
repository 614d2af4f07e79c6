package keys

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestANewFolderSignsWithRS256(t *testing.T) {
	t.Parallel()
	ring, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	key := ring.JWT()[0]
	private, isRSA := key.Private.(*rsa.PrivateKey)
	if key.Algorithm != RS256 || !isRSA || private.N.BitLen() != 2048 || private.E != 65537 {
		t.Errorf("%s: %T", key.Algorithm, key.Private)
	}
}

func TestRotateKeepsTheAlgorithmOfTheSigningKey(t *testing.T) {
	t.Parallel()
	c := newClock()
	ring := openAt(t, t.TempDir(), c)
	for _, step := range []struct{ asked, want Algorithm }{
		{"", EdDSA},
		{ES256, ES256},
		{"", EdDSA}, // the key that signs, not the newest
		{RS256, RS256},
	} {
		key, err := ring.Rotate(step.asked, DefaultOverlap)
		if err != nil || key.Algorithm != step.want {
			t.Fatalf("asked for %q: %s, %v", step.asked, key.Algorithm, err)
		}
	}
	c.forward(DefaultOverlap)
	if key, err := ring.Rotate("", 0); err != nil || key.Algorithm != RS256 {
		t.Errorf("after an RS256 key: %s, %v", key.Algorithm, err)
	}
	if _, err := ring.Rotate("HS256", 0); err == nil || !strings.Contains(err.Error(), "HS256") {
		t.Errorf("HS256: %v", err)
	}
	var got []string
	for _, status := range ring.Statuses(life) {
		got = append(got, status.KID+" "+string(status.Algorithm))
	}
	if want := "1 EdDSA, 2 EdDSA, 3 ES256, 4 EdDSA, 5 RS256, 6 RS256"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestEachAlgorithmsFileIsReadAgain(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []Algorithm{RS256, ES256, EdDSA} {
		t.Run(string(algorithm), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			first, err := Open(dir, Options{Algorithm: algorithm})
			if err != nil {
				t.Fatal(err)
			}
			requireSame(t, first, mustOpen(t, dir))
			if got := first.JWT()[0].Algorithm; got != algorithm {
				t.Errorf("got %s", got)
			}
			openssl, err := exec.LookPath("openssl")
			if err != nil {
				t.Skip("openssl is not installed")
			}
			out, err := exec.CommandContext(t.Context(), openssl, "pkey", "-noout", "-in", filepath.Join(dir, "jwt-1.pem")).CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// What people make by hand, as the package's comment and the tokens' page say.
func TestKeysMadeByOpenSSLAreTaken(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	dir := t.TempDir()
	mustOpen(t, dir)
	for name, args := range map[string]string{
		"jwt-2.pem": "-algorithm RSA -pkeyopt rsa_keygen_bits:3072",
		"jwt-3.pem": "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
		"jwt-4.pem": "-algorithm ed25519",
	} {
		args := append([]string{"genpkey", "-quiet", "-out", filepath.Join(dir, name)}, strings.Fields(args)...)
		if out, err := exec.CommandContext(t.Context(), openssl, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	keys := mustOpen(t, dir).JWT()
	_, isRSA := keys[1].Private.(*rsa.PrivateKey)
	_, isEC := keys[2].Private.(*ecdsa.PrivateKey)
	_, isEd := keys[3].Private.(ed25519.PrivateKey)
	if !isRSA || !isEC || !isEd {
		t.Errorf("got %T, %T and %T", keys[1].Private, keys[2].Private, keys[3].Private)
	}
}
