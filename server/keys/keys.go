package keys

import (
	"crypto/ed25519"
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

// Errors of Open. Each names the file and the remedy.
var (
	ErrExposed   = errors.New("keys: open to others")
	ErrWeak      = errors.New("keys: weak key")
	ErrMalformed = errors.New("keys: malformed file")
	ErrMissing   = errors.New("keys: missing file")
)

// Options changes what Open accepts.
type Options struct {
	AllowOpen bool             // accept a folder and files that others can read or change, for a demonstration
	Now       func() time.Time // the clock; nil: time.Now
	Log       *slog.Logger     // warned when all signing keys were gone from a folder in use; nil: silent
}

// JWTKey is one Ed25519 key that signs JWTs.
type JWTKey struct {
	KID       string // the number in the file's name; the highest is the newest
	Private   ed25519.PrivateKey
	CreatedAt time.Time // UTC
	SignsFrom time.Time // UTC; before, it only verifies
}

// Keyring is the key material of one folder. Reload reads its signing keys again. It is safe for concurrent use.
type Keyring struct {
	folder    folder
	now       func() time.Time
	secret    []byte
	jwt       atomic.Pointer[[]JWTKey] // lowest number first, never empty; the slice is never changed
	reloading sync.Mutex               // held while reading the folder: what was read last is kept
	stale     atomic.Bool              // the last reading failed
	looking   sync.Mutex               // held while looking for an unknown key
	looked    time.Time                // when somebody last did
}

// Open loads the key material of the folder dir, and makes what is
// missing: the folder with mode 0700, hmac.key and jwt-1.pem with mode 0600. Servers
// that start on one folder at once end up with the same keys.
//
// Beside errors of the file system it returns ErrExposed for a file that group
// or others can read, or a folder they can change; ErrWeak for a key that is
// short, constant or repeated; ErrMalformed; and ErrMissing when hmac.key is
// gone while signing keys are there, because a new one could not open what the
// old one sealed.
func Open(dir string, options Options) (*Keyring, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	folder := folder{dir: dir, allowOpen: options.AllowOpen}
	if err := folder.make(); err != nil {
		return nil, err
	}
	// The signing keys are looked for first. hmac.key is made before them, so if
	// there are any it must be there, however many servers start just now.
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
		// Nothing else can sign yet, so the first key need not wait.
		made, err := folder.writeOnce(jwtFile(1), newJWT(options.Now(), 0))
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

// Derive gives the 32-byte key of one purpose ("one-time code"), made from
// hmac.key by HKDF-SHA-256 (RFC 5869). The same folder and purpose always give
// the same key; knowing it tells nothing about another purpose's.
func (r *Keyring) Derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, r.secret, nil, "quartet "+purpose, secretBytes)
	if err != nil {
		panic(err) // impossible: 32 bytes are far below HKDF's limit
	}
	return key
}

// JWT gives the keys of JWTs, at least one, the newest last.
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

// folder is where the files are.
type folder struct {
	dir       string
	allowOpen bool
}

func (f folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f folder) has(name string) bool {
	_, err := os.Stat(f.path(name))
	return !errors.Is(err, os.ErrNotExist)
}
