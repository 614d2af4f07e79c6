package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

const (
	saltBytes = 16
	keyBytes  = 32
)

// Limits of the cost of a stored hash, so that an imported one cannot exhaust the
// machine. The usual settings of other programs (64 MiB three times, 100 MiB twice) are
// below them.
const (
	maxMemory      = 128 * 1024 // KiB
	maxIterations  = 16
	maxParallelism = 16
	maxWork        = 512 * 1024 // KiB times iterations
)

// Errors of a stored hash. They reveal nothing about the password.
var (
	ErrUnknownHash   = errors.New("password: unknown kind of hash")
	ErrMalformedHash = errors.New("password: malformed hash")
)

// Params are the cost parameters of an argon2id hash (RFC 9106).
type Params struct {
	Memory      uint32 // KiB
	Iterations  uint32 // passes over the memory
	Parallelism uint8  // lanes
}

// DefaultParams returns 19 MiB, two passes and one lane: the first of OWASP's
// equivalent recommendations for argon2id.
func DefaultParams() Params { return Params{Memory: 19456, Iterations: 2, Parallelism: 1} }

// Check checks the limits: at most 128 MiB, 16 passes, 16 lanes, and 512 MiB times
// passes.
func (p Params) Check() error {
	switch {
	case p.Iterations < 1 || p.Iterations > maxIterations,
		p.Parallelism < 1 || p.Parallelism > maxParallelism,
		p.Memory < 8*uint32(p.Parallelism) || p.Memory > maxMemory, // at least 8: RFC 9106 section 3.1
		p.Memory*p.Iterations > maxWork:
		return fmt.Errorf("argon2id cost m=%d,t=%d,p=%d is out of bounds", p.Memory, p.Iterations, p.Parallelism)
	}
	return nil
}

// weakerThan reports whether any parameter is below the wanted one.
func (p Params) weakerThan(wanted Params) bool {
	return p.Memory < wanted.Memory || p.Iterations < wanted.Iterations || p.Parallelism < wanted.Parallelism
}

// argon2id is a parsed hash.
type argon2id struct {
	Params
	salt, key []byte
}

func (h argon2id) keyOf(password string) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.Iterations, h.Memory, h.Parallelism, uint32(len(h.key)))
}

// String returns the PHC string format, with its unpadded base64.
func (h argon2id) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.Memory, h.Iterations, h.Parallelism, b64.EncodeToString(h.salt), b64.EncodeToString(h.key))
}

// Salts of 8 to 48 bytes and keys of 16 to 64; numbers without leading zeros.
var argon2idShape = shape(`^\$argon2id\$v=19` +
	`\$m=([1-9][0-9]{0,6}),t=([1-9][0-9]?),p=([1-9][0-9]?)` +
	`\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$`)

// parseArgon2id parses the format of String only.
func parseArgon2id(phc string) (argon2id, error) {
	parts := argon2idShape().FindStringSubmatch(phc)
	if parts == nil {
		return argon2id{}, ErrMalformedHash
	}
	hash := argon2id{Params: Params{
		Memory:      uint32(number(parts[1])),
		Iterations:  uint32(number(parts[2])),
		Parallelism: uint8(number(parts[3])),
	}}
	if err := hash.Check(); err != nil {
		return argon2id{}, fmt.Errorf("%w: %w", ErrMalformedHash, err)
	}
	var errSalt, errKey error
	hash.salt, errSalt = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	hash.key, errKey = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err := errors.Join(errSalt, errKey); err != nil {
		return argon2id{}, fmt.Errorf("%w: invalid base64", ErrMalformedHash)
	}
	return hash, nil
}

// number parses digits whose number a pattern has limited.
func number(digits string) uint64 {
	n, _ := strconv.ParseUint(digits, 10, 32)
	return n
}

// kindOf returns the id of a PHC string, "" for any other text.
func kindOf(phc string) string {
	if len(phc) > maxLegacy || !strings.HasPrefix(phc, "$") {
		return ""
	}
	kind, _, _ := strings.Cut(phc[1:], "$")
	return kind
}
