package token

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

const (
	secretBytes = 32 // of a refresh token, a seed or an application's secret
	macBytes    = 24 // kept of an access token's MAC: 192 bits are 32 characters
	maxOpaque   = 64 // characters
)

// Eighteen digits always fit an int64, so every match can be parsed.
var (
	accessShape  = regexp.MustCompile(`^AT-(0|[1-9][0-9]{0,17})-[A-Za-z0-9_-]{32}$`)
	refreshShape = regexp.MustCompile(`^RT-[A-Za-z0-9_-]{43}$`)
)

// NewRefresh returns a refresh token, `RT-<43 base64url characters>`, of 32 random
// bytes.
func NewRefresh() string { return "RT-" + randomText() }

// applicationSecretPrefix lets scanners of source code find leaked secrets.
const applicationSecretPrefix = "qas_"

// NewApplicationSecret returns a secret of an application, `qas_<43 base64url
// characters>`, of 32 random bytes.
func NewApplicationSecret() string { return applicationSecretPrefix + randomText() }

// setUpPrefix begins the tokens of the first start.
const setUpPrefix = "qst_"

// NewSetUp returns a token for making the first super administrator, `qst_<43 base64url
// characters>`, of 32 random bytes.
func NewSetUp() string { return setUpPrefix + randomText() }

// NewSeed returns a seed of Access for a session without refresh token: 43 base64url
// characters of 32 random bytes.
func NewSeed() string { return randomText() }

// Access derives the access token of a generation of a session, `AT-<generation>-<32
// base64url characters>` (the form of a CAS ticket). key is a secret of 32 bytes that
// is not in the database; refreshOrSeed is the session's refresh token, or a seed if
// there is none.
//
// It is derived, not random, because a client that lost the response to a refresh must
// get the current access token again, of which only the hash is stored. Only the holder
// of the refresh token can derive it.
func Access(key []byte, refreshOrSeed string, sessionID, generation int64) string {
	// The seed comes last: everything before it has a fixed width, so that different
	// inputs never give the same bytes.
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("access-token"))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(sessionID)))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(generation)))
	mac.Write([]byte(refreshOrSeed))
	text := base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:macBytes])
	return "AT-" + strconv.FormatInt(generation, 10) + "-" + text
}

// Generation returns the generation of an access token, and reports whether access has
// the form of one. It does not verify the token.
func Generation(access string) (int64, bool) {
	if len(access) > maxOpaque || !accessShape.MatchString(access) {
		return 0, false
	}
	digits, _, _ := strings.Cut(strings.TrimPrefix(access, "AT-"), "-")
	generation, err := strconv.ParseInt(digits, 10, 64)
	return generation, err == nil
}

// Hash returns the lower-case hex SHA-256 of a token, which is stored instead of it. An
// unkeyed hash suffices because a token has at least 192 random bits.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// IsOpaque reports whether s has the form of an access or refresh token, at most 64
// characters. Anything else is refused without a database query.
func IsOpaque(s string) bool {
	return len(s) <= maxOpaque && (accessShape.MatchString(s) || refreshShape.MatchString(s))
}

func randomText() string {
	var secret [secretBytes]byte
	rand.Read(secret[:]) // never fails: crypto/rand stops the program instead
	return base64.RawURLEncoding.EncodeToString(secret[:])
}
