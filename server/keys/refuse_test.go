package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestRefusesFilesThatOthersCanRead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"hmac.key", "jwt-1.pem"} {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602, 0o644, 0o610} {
			dir := t.TempDir()
			mustOpen(t, dir)
			path := filepath.Join(dir, name)
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			_, err := Open(dir, Options{})
			requireRefusal(t, err, ErrExposed, path, "chmod 600 "+path)
			if _, err := Open(dir, Options{AllowOpen: true}); err != nil {
				t.Errorf("AllowOpen, %s with mode %04o: %v", name, mode, err)
			}
			if err := os.Chmod(path, 0o600); err != nil {
				t.Fatal(err)
			}
			mustOpen(t, dir) // the remedy helps
		}
	}
}

func TestRefusesKeysOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("to run this, be root")
	}
	dir := t.TempDir()
	mustOpen(t, dir)
	path := filepath.Join(dir, "hmac.key")
	chown := func(name string, uid int) {
		t.Helper()
		if err := os.Chown(name, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
	chown(path, 4711)
	_, err := Open(dir, Options{})
	requireRefusal(t, err, ErrExposed, path, "belongs to another user (uid 4711)")
	chown(dir, 4711) // root works for the folder's owner
	mustOpen(t, dir)
	chown(path, 0)
	mustOpen(t, dir)
}

func TestTakesReadOnlyFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustOpen(t, dir)
	if err := os.Chmod(filepath.Join(dir, "hmac.key"), 0o400); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, dir)
}

func TestRefusesAFolderThatOthersCanChange(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o777, 0o770, 0o720, 0o702} {
		dir := t.TempDir()
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, Options{})
		requireRefusal(t, err, ErrExposed, dir, "chmod 700 "+dir)
		if _, err := Open(dir, Options{AllowOpen: true}); err != nil {
			t.Errorf("AllowOpen, mode %04o: %v", mode, err)
		}
	}
}

func TestRefusesWeakSecrets(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string][]byte{
		"empty":            {},
		"31 bytes":         ascending(31),
		"all zero":         make([]byte, 32),
		"one byte":         bytes.Repeat([]byte{7}, 32),
		"long, one byte":   bytes.Repeat([]byte{7}, 64),
		"a word repeated":  bytes.Repeat([]byte("changeme"), 4),
		"a half repeated":  bytes.Repeat(ascending(16), 2),
		"a word, then nil": append([]byte("secret"), make([]byte, 26)...),
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "hmac.key")
		write(t, path, inBase64(raw), 0o600)
		for _, options := range []Options{{}, {AllowOpen: true}} {
			_, err := Open(dir, options)
			t.Run(name, func(t *testing.T) { requireRefusal(t, err, ErrWeak, path, "/dev/urandom") })
		}
	}
}

func TestRefusesMalformedSecrets(t *testing.T) {
	t.Parallel()
	good := string(inBase64(ascending(32)))
	for name, text := range map[string]string{
		"raw bytes":      string(ascending(32)),
		"two lines":      good + " " + good,
		"cut":            good[:len(good)-1],
		"base64url":      base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0xff, 0xfe}, 16)),
		"a file too big": good + string(make([]byte, 5000)),
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "hmac.key")
		write(t, path, []byte(text), 0o600)
		_, err := Open(dir, Options{})
		t.Run(name, func(t *testing.T) { requireRefusal(t, err, ErrMalformed, path, "") })
	}
}

func TestRefusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	pipes, folders := t.TempDir(), t.TempDir()
	pipe, folder := filepath.Join(pipes, "hmac.key"), filepath.Join(folders, "hmac.key")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for dir, path := range map[string]string{pipes: pipe, folders: folder} {
		_, err := Open(dir, Options{})
		requireRefusal(t, err, ErrMalformed, path, "move it")
	}
}

func TestRefusesMalformedSigningKeys(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := newPEM(t)
	for name, text := range map[string][]byte{
		"empty":         {},
		"no PEM":        []byte("secret"),
		"another curve": pemOf(t, ec),
		"another type":  bytes.ReplaceAll(good, []byte("PRIVATE KEY"), []byte("PUBLIC KEY")),
		"two keys":      append(bytes.Clone(good), newPEM(t)...),
		"cut":           good[:len(good)/2],
		"changed":       bytes.Replace(good, []byte("MC4"), []byte("MD4"), 1),
	} {
		dir := t.TempDir()
		mustOpen(t, dir)
		path := filepath.Join(dir, "jwt-2.pem")
		write(t, path, text, 0o600)
		_, err := Open(dir, Options{})
		t.Run(name, func(t *testing.T) { requireRefusal(t, err, ErrMalformed, path, "openssl genpkey") })
	}
}

func TestRefusesWeakSigningKeys(t *testing.T) {
	t.Parallel()
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	one, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), append(make([]byte, 31), 1))
	if err != nil {
		t.Fatal(err)
	}
	for name, private := range map[string]any{
		"RSA with 1024 bits": short, "P-256, the number 1": one, "Ed25519, all zero": ed25519.NewKeyFromSeed(make([]byte, 32)),
	} {
		dir := t.TempDir()
		mustOpen(t, dir)
		path := filepath.Join(dir, "jwt-2.pem")
		write(t, path, pemOf(t, private), 0o600)
		_, err := Open(dir, Options{})
		t.Run(name, func(t *testing.T) { requireRefusal(t, err, ErrWeak, path, "openssl genpkey") })
	}
}

// What happens to a running server when the folder gets a key that it cannot use, as an
// older server gets one of a newer program.
func TestAKeyOfAnUnknownKindStopsStartsOnly(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ring := mustOpen(t, dir)
	path := filepath.Join(dir, "jwt-2.pem")
	write(t, path, pemOf(t, ec), 0o600)
	requireRefusal(t, ring.Reload(), ErrMalformed, path, "quartet keys rotate")
	if kid, _ := ring.Signing(ring.now()); kid != "1" || !ring.Stale() {
		t.Errorf("%s signs, stale %v", kid, ring.Stale())
	}
	if _, known := ring.Public("2"); known {
		t.Error("the key verifies")
	}
}

func TestRefusesOddNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"jwt-old.pem", "jwt-.pem", "jwt-0.pem", "jwt-01.pem", "jwt--1.pem", "jwt-99999999999.pem"} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		write(t, path, newPEM(t), 0o600)
		_, err := Open(dir, Options{})
		requireRefusal(t, err, ErrMalformed, path, "rename it")
	}
}

func TestRefusesAFileInPlaceOfTheFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	write(t, path, nil, 0o600)
	if _, err := Open(path, Options{}); err == nil {
		t.Error("a file is taken for a folder")
	}
}

func TestAFolderThatCanOnlyBeReadIsTold(t *testing.T) {
	t.Parallel()
	for errno, want := range map[syscall.Errno]error{syscall.EROFS: ErrReadOnly, syscall.EACCES: ErrDenied} {
		err := folder{dir: "keys"}.failed("keys/jwt-1.pem", &os.PathError{Op: "open", Path: "keys/jwt-1.pem", Err: errno})
		if posix && !errors.Is(err, want) {
			t.Errorf("%v: %v", errno, err)
		}
	}
}

func TestAKeyIsWithdrawnButNotTheOnlyOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ring := openAt(t, dir, newClock())
	if err := ring.Withdraw("1"); !errors.Is(err, ErrUnknown) {
		t.Errorf("the only key: %v", err)
	}
	key, err := ring.Rotate("", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ring.Withdraw(key.KID), mustOpen(t, dir).Reload()); err != nil {
		t.Fatal(err)
	}
	if kid, _ := ring.Signing(time.Now()); kid != "1" || len(mustOpen(t, dir).JWT()) != 1 {
		t.Errorf("%s signs, of %d keys", kid, len(mustOpen(t, dir).JWT()))
	}
}
