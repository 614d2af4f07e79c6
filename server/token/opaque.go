package token

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
)

const (
	secretBytes = 32 // of a refresh token, a seed or an application's secret
	macBytes    = 24 // kept of an access token's MAC: 192 bits are 32 characters
	mostDigits  = 18 // of a generation
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
	rest, isAccess := strings.CutPrefix(access, "AT-")
	digits, mac, _ := strings.Cut(rest, "-")
	if !isAccess || len(digits) > mostDigits || len(digits) > 1 && digits[0] == '0' || !isText(mac, 32) {
		return 0, false
	}
	generation, err := strconv.ParseUint(digits, 10, 63) // takes no sign
	return int64(generation), err == nil
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
	if secret, isRefresh := strings.CutPrefix(s, "RT-"); isRefresh {
		return isText(secret, 43)
	}
	_, isAccess := Generation(s)
	return isAccess
}

// isText reports whether s is so many base64url characters.
func isText(s string, length int) bool {
	return len(s) == length && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

func randomText() string {
	var secret [secretBytes]byte
	rand.Read(secret[:]) // never fails: crypto/rand stops the program instead
	return base64.RawURLEncoding.EncodeToString(secret[:])
}
