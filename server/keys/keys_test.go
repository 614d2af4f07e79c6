package keys

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// mustOpen opens a folder. Its first key is Ed25519, because making RSA keys takes long.
func mustOpen(t *testing.T, dir string) *Keyring {
	t.Helper()
	ring, err := Open(dir, Options{Algorithm: EdDSA})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func write(t *testing.T, path string, content []byte, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, content, mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
}

func pemOf(t *testing.T, private any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func newPEM(t *testing.T) []byte {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return pemOf(t, private)
}

func inBase64(raw []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(raw)) }

func ascending(n int) []byte {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(i)
	}
	return raw
}

func TestFirstOpenMakesTheFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state", "keys")
	mustOpen(t, dir)
	for path, want := range map[string]os.FileMode{
		dir:                             0o700,
		filepath.Join(dir, "hmac.key"):  0o600,
		filepath.Join(dir, "jwt-1.pem"): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %04o", path, got)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "hmac.key"))
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text))); err != nil || len(raw) != 32 {
		t.Errorf("hmac.key holds %d bytes, %v", len(raw), err)
	}
}

func TestSecondOpenFindsTheSameKeys(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	first, second := mustOpen(t, dir), mustOpen(t, dir)
	requireSame(t, first, second)
}

func TestTwoFoldersHaveOtherKeys(t *testing.T) {
	t.Parallel()
	one, two := mustOpen(t, t.TempDir()), mustOpen(t, t.TempDir())
	if bytes.Equal(one.Derive("code"), two.Derive("code")) || equal(one.JWT()[0].Private, two.JWT()[0].Private) {
		t.Error("the keys are not random")
	}
}

func TestServersThatStartAtOnceAgree(t *testing.T) {
	t.Parallel()
	for range 20 {
		dir := filepath.Join(t.TempDir(), "keys")
		rings := make([]*Keyring, 8)
		var done sync.WaitGroup
		for i := range rings {
			done.Go(func() {
				ring, err := Open(dir, Options{Algorithm: EdDSA})
				if err != nil {
					t.Error(err)
				}
				rings[i] = ring
			})
		}
		done.Wait()
		if t.Failed() {
			return
		}
		for _, ring := range rings[1:] {
			requireSame(t, rings[0], ring)
		}
	}
}

// equal compares private keys of any kind.
func equal(one, other crypto.Signer) bool {
	return one.(interface{ Equal(crypto.PrivateKey) bool }).Equal(other)
}

func requireSame(t *testing.T, one, two *Keyring) {
	t.Helper()
	if !bytes.Equal(one.Derive("code"), two.Derive("code")) {
		t.Fatal("two secrets")
	}
	if len(one.JWT()) != len(two.JWT()) {
		t.Fatalf("%d and %d signing keys", len(one.JWT()), len(two.JWT()))
	}
	for i, key := range one.JWT() {
		if other := two.JWT()[i]; key.KID != other.KID || !equal(key.Private, other.Private) || !key.CreatedAt.Equal(other.CreatedAt) {
			t.Fatalf("two signing keys at %d", i)
		}
	}
}

func TestDerive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "hmac.key"), inBase64(ascending(32)), 0o600)
	ring := mustOpen(t, dir)
	// Computed with Python's hmac: what is stored under a derived key must be
	// readable after an upgrade.
	const want = "f979678cfd7b07e96e09dd979da9195aa931334b1e40516e05fc03b201db657f"
	if got := hex.EncodeToString(ring.Derive("one-time code")); got != want {
		t.Errorf("got %s", got)
	}
	if bytes.Equal(ring.Derive("one-time code"), ring.Derive("access token")) {
		t.Error("two purposes have one key")
	}
	if bytes.Equal(ring.Derive("one-time code"), ascending(32)) {
		t.Error("the secret itself is handed out")
	}
}

func TestHighestNumberIsNewest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustOpen(t, dir)
	for _, name := range []string{"jwt-10.pem", "jwt-9.pem"} {
		write(t, filepath.Join(dir, name), newPEM(t), 0o600)
	}
	// Copying a folder may turn the times around; the order must not follow.
	long := time.Date(2025, time.June, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(filepath.Join(dir, "jwt-10.pem"), long, long); err != nil {
		t.Fatal(err)
	}
	var kids []string
	for _, key := range mustOpen(t, dir).JWT() {
		kids = append(kids, key.KID)
	}
	if got := strings.Join(kids, " "); got != "1 9 10" {
		t.Errorf("got %s", got)
	}
	if got := mustOpen(t, dir).JWT()[2].CreatedAt; !got.Equal(long) {
		t.Errorf("created %v", got)
	}
}

func TestARetiredKeyStaysAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustOpen(t, dir)
	write(t, filepath.Join(dir, "jwt-2.pem"), newPEM(t), 0o600)
	if err := os.Remove(filepath.Join(dir, "jwt-1.pem")); err != nil {
		t.Fatal(err)
	}
	if keys := mustOpen(t, dir).JWT(); len(keys) != 1 || keys[0].KID != "2" {
		t.Errorf("got %d keys, the first %s", len(keys), keys[0].KID)
	}
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "README"), []byte("keys of the account server"), 0o644)
	write(t, filepath.Join(dir, ".new-123"), []byte("half a k"), 0o600)
	mustOpen(t, dir)
}

func TestJWTGivesACopy(t *testing.T) {
	t.Parallel()
	ring := mustOpen(t, t.TempDir())
	ring.JWT()[0].KID = "changed"
	if ring.JWT()[0].KID != "1" {
		t.Error("a caller can change the ring")
	}
}

func TestALostSecretIsNotReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustOpen(t, dir)
	path := filepath.Join(dir, "hmac.key")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir, Options{})
	requireRefusal(t, err, ErrMissing, path, "backup")
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("a new secret was made all the same")
	}
}

// requireRefusal wants the kind of error, and the file and the remedy named.
func requireRefusal(t *testing.T, err, kind error, path, remedy string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want %v", err, kind)
	}
	if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), remedy) {
		t.Errorf("%q names not both %q and %q", err, path, remedy)
	}
}
