package password

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// The kinds of other systems' hashes, as the first part of a stored hash names them.
const (
	kindJPress = "quartet-jpress"
	kindJeecg  = "quartet-jeecg"
)

// maxLegacy is the maximum length of a stored legacy hash, in characters. The longest
// is Jeecg's: a user name of 64 characters, the salt and the encrypted name.
const maxLegacy = 1024

// legacy is a password hash of another system.
type legacy interface {
	matches(password string) bool
	// slow reports whether a comparison takes at least as long as a new hash.
	slow() bool
}

// digester is a legacy hash that can be computed from the password alone, and so can be
// wrapped.
type digester interface {
	legacy
	digest(password string) []byte // what the other system computes of the password
	want() []byte                  // what it has stored
	inside(of string) string       // the stored hash, with of instead of the digest
}

// parseLegacy parses a stored hash of a kind. The error is ErrUnknownHash or
// ErrMalformedHash.
func parseLegacy(stored string) (legacy, error) {
	switch kind := kindOf(stored); {
	case kind == "2a" || kind == "2b" || kind == "2y":
		return parseBcrypt(stored)
	case strings.HasPrefix(kind, "pbkdf2-"):
		return parsePBKDF2(stored)
	case kind == kindJPress || kind == kindJeecg:
		return parseWrappable(kind, stored)
	default:
		return nil, ErrUnknownHash
	}
}

// parseWrappable parses a digest that can be wrapped in argon2id.
func parseWrappable(kind, stored string) (legacy, error) {
	head, phc, isWrapped := strings.Cut(stored, "$argon2id$")
	if isWrapped {
		stored = head + "$" // an empty digest
	}
	read := parseJPress
	if kind == kindJeecg {
		read = parseJeecg
	}
	inner, err := read(strings.Split(stored, "$")[2:], isWrapped)
	if err != nil || !isWrapped {
		return inner, err
	}
	outer, err := parseArgon2id("$argon2id$" + phc)
	if err != nil {
		return nil, err
	}
	return wrapped{inner, outer}, nil
}

// wrapped is an argon2id hash of a legacy digest.
type wrapped struct {
	digester
	outer argon2id
}

func (w wrapped) matches(password string) bool {
	return same(w.outer.key, w.outer.keyOf(string(w.digest(password))))
}

func (w wrapped) slow() bool { return true }

// WrapLegacy hashes a stored legacy hash with argon2id, so that it is as hard to guess
// as a new hash. It costs one hash. A slow hash (bcrypt, PBKDF2, argon2id) stays as it
// is. The error is ErrUnknownHash, ErrMalformedHash, ErrBusy or ctx's.
func (h *Hasher) WrapLegacy(ctx context.Context, stored string) (string, error) {
	if kindOf(stored) == "argon2id" {
		return stored, nil
	}
	old, err := parseLegacy(stored)
	if err != nil {
		return "", err
	}
	quick, ok := old.(digester)
	if _, already := old.(wrapped); already || !ok {
		return stored, nil
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave(false)
	outer := newArgon2id(h.params)
	outer.key = outer.keyOf(string(quick.want()))
	return quick.inside(strings.TrimPrefix(outer.String(), "$")), nil
}

// verifyLegacy compares with another system's hash. A matching one always needs a
// rehash, because argon2id is stronger.
func (h *Hasher) verifyLegacy(ctx context.Context, stored, password string) (ok, needsRehash bool, err error) {
	old, err := parseLegacy(stored)
	if err != nil {
		return false, false, err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer func() { leave(ok) }()
	for _, form := range forms(password) {
		ok = ok || old.matches(form)
		if !old.slow() {
			// Otherwise the time would distinguish imported accounts from others.
			newArgon2id(h.params).keyOf(form)
		}
	}
	return ok, ok, nil
}

var errParts = errors.New("wrong number of parts")

func malformed(err error) error { return fmt.Errorf("%w: %w", ErrMalformedHash, err) }

// fields64 decodes the parts of a stored hash, each in unpadded base64.
func fields64(parts []string) ([][]byte, error) {
	fields := make([][]byte, len(parts))
	for i, part := range parts {
		field, err := base64.RawStdEncoding.Strict().DecodeString(part)
		if err != nil {
			return nil, malformed(err)
		}
		fields[i] = field
	}
	return fields, nil
}

// stored64 joins a kind and its parts, each in base64, with an optional last part as it
// is.
func stored64(kind string, last string, parts ...[]byte) string {
	text := "$" + kind
	for _, part := range parts {
		text += "$" + base64.RawStdEncoding.EncodeToString(part)
	}
	return text + "$" + last
}

func base64Of(field []byte) string { return base64.RawStdEncoding.EncodeToString(field) }

// IsImported reports whether a stored hash is another system's, wrapped or not: nobody
// has signed in by it yet, because that replaces it.
func IsImported(stored string) bool { return kindOf(stored) != "argon2id" }

// IsQuick reports whether a stored hash is another system's that can be guessed at faster
// than a new one.
func IsQuick(stored string) bool {
	if !IsImported(stored) {
		return false
	}
	old, err := parseLegacy(stored)
	return err == nil && !old.slow()
}

// IsWrapped reports whether a stored hash is another system's that WrapLegacy has
// wrapped.
func IsWrapped(stored string) bool {
	return IsImported(stored) && strings.Contains(stored, "$argon2id$")
}
