package keys

import (
	"cmp"
	"crypto"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	secretFile  = "hmac.key"
	secretBytes = 32
)

// Errors of Open. Each contains the file and a remedy.
var (
	ErrExposed   = errors.New("keys: open to others")
	ErrWeak      = errors.New("keys: weak key")
	ErrMalformed = errors.New("keys: malformed file")
	ErrMissing   = errors.New("keys: missing file")
	ErrDenied    = errors.New("keys: not for this user")
	ErrReadOnly  = errors.New("keys: read-only folder")
)

// Options are the options of Open.
type Options struct {
	AllowOpen bool // accept files that others can read or write, for a demonstration
	// Created is told the path of a folder or file that was created, before a file gets its
	// name, to change its owner; nil: nobody is told.
	Created   func(path string) error
	Algorithm Algorithm        // of the first key, if there is none; "": DefaultAlgorithm
	Now       func() time.Time // the clock; nil: time.Now
	Log       *slog.Logger     // warned if a folder in use has no signing key; nil: silent
}

// JWTKey is a key that signs JWTs.
type JWTKey struct {
	KID       string // the number in the file's name; the highest is the newest
	Algorithm Algorithm
	Private   crypto.Signer // *rsa.PrivateKey, *ecdsa.PrivateKey or ed25519.PrivateKey
	CreatedAt time.Time     // UTC
	SignsFrom time.Time     // UTC; before, it only verifies
}

// Keyring holds the keys of a folder. Reload reads its signing keys again. It is safe
// for concurrent use.
type Keyring struct {
	folder      folder
	now         func() time.Time
	secret      []byte
	jwt         atomic.Pointer[[]JWTKey] // lowest number first, never empty; the slice is never modified
	reloadMutex sync.Mutex               // held while reading the folder
	stale       atomic.Bool              // the last reading failed
	lookMutex   sync.Mutex               // held while looking for an unknown key
	lastLook    time.Time                // when that last happened
}

// Open loads the keys of the folder dir, and creates what is missing: the folder with
// mode 0700, hmac.key and jwt-1.pem with mode 0600. Servers that start on one folder at
// once get the same keys.
//
// Besides errors of the file system it returns ErrExposed for a file that others can
// read, or a folder that they can write; ErrWeak for a key that is short, constant or
// repetitive; ErrMalformed; and ErrMissing if hmac.key is missing but signing keys
// exist, because a new one could not decrypt what the old one encrypted.
func Open(dir string, options Options) (*Keyring, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	options.Algorithm = cmp.Or(options.Algorithm, DefaultAlgorithm)
	folder := folder{dir: dir, allowOpen: options.AllowOpen, created: options.Created}
	if err := folder.make(); err != nil {
		return nil, err
	}
	// Signing keys are checked first. They are created after hmac.key, so if there are
	// any hmac.key must exist, however many servers start at once.
	numbers, err := folder.jwtNumbers()
	if err != nil {
		return nil, err
	}
	used := folder.has(secretFile)
	secret, err := openSecret(folder, len(numbers) > 0)
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		// There is no older key, so the first one signs at once.
		made, err := folder.writeOnce(jwtFile(1), newJWT(options.Algorithm, options.Now(), 0))
		if err != nil {
			return nil, err
		}
		if made && used && options.Log != nil {
			options.Log.Warn("the signing keys were gone and a new one was made: JWTs signed before are refused, and their holders have to sign in again",
				"key", folder.path(jwtFile(1)))
		}
	}
	ring := &Keyring{folder: folder, now: options.Now, secret: secret}
	return ring, ring.Reload()
}

// Derive returns the 32-byte key of a purpose ("one-time code"), derived from hmac.key
// by HKDF-SHA-256 (RFC 5869). The same folder and purpose always give the same key; it
// reveals nothing about other keys.
func (r *Keyring) Derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, r.secret, nil, "quartet "+purpose, secretBytes)
	if err != nil {
		panic(err) // impossible: 32 bytes are far below HKDF's limit
	}
	return key
}

// JWT returns the signing keys, at least one, the newest last.
func (r *Keyring) JWT() []JWTKey { return slices.Clone(*r.jwt.Load()) }

func openSecret(folder folder, hasJWT bool) ([]byte, error) {
	if !folder.has(secretFile) {
		if hasJWT {
			return nil, fmt.Errorf("%w: %s is gone but signing keys are there: bring it back from a backup, or remove the folder to start anew",
				ErrMissing, folder.path(secretFile))
		}
		if _, err := folder.writeOnce(secretFile, newSecret); err != nil {
			return nil, err
		}
	}
	return loadSecret(folder)
}

// folder is the folder of the key files.
type folder struct {
	dir       string
	allowOpen bool
	created   func(path string) error // nil: nobody is told
}

func (f folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f folder) has(name string) bool {
	_, err := os.Stat(f.path(name))
	return !errors.Is(err, os.ErrNotExist)
}
