package password

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"strconv"

	"golang.org/x/crypto/bcrypt"
)

// Limits of the cost of an imported hash; see maxWork. The most expensive of each
// takes about a second.
const (
	minBcryptCost    = 4
	maxBcryptCost    = 14
	maxPBKDF2        = 1_000_000 // iterations
	slowBcryptCost   = 9         // from here on it costs what argon2id costs
	slowPBKDF2       = 50_000    // iterations, likewise
	identityV2Rounds = 1000      // iterations, fixed by the format
)

// Errors of FromBcrypt and FromIdentity.
var (
	errNotBcrypt   = errors.New("not a bcrypt hash ($2a$, $2b$ or $2y$) of cost 4 to 14")
	errNotIdentity = errors.New("not a hash of ASP.NET Core Identity, version 2 or 3")
	errRounds      = errors.New("iterations are not 1 to 1,000,000")
)

var bcryptShape = shape(`^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}$`)

// bcryptHash is a hash in bcrypt's own format.
type bcryptHash struct {
	text string
	cost int
}

// FromBcrypt returns the stored form of a bcrypt hash, which is the same text. The
// error is ErrMalformedHash, also for a cost above 14, which takes seconds.
func FromBcrypt(text string) (string, error) {
	_, err := parseBcrypt(text)
	return text, err
}

func parseBcrypt(text string) (legacy, error) {
	parts := bcryptShape().FindStringSubmatch(text)
	if parts == nil {
		return nil, malformed(errNotBcrypt)
	}
	cost := int(number(parts[1]))
	if cost < minBcryptCost || cost > maxBcryptCost {
		return nil, malformed(errNotBcrypt)
	}
	return bcryptHash{text, cost}, nil
}

// longestBcrypt is the number of bytes that bcrypt reads of a password.
const longestBcrypt = 72

// matches refuses a longer password than bcrypt reads: the hash says nothing about the
// rest, which would be in the new hash without having been proven.
func (b bcryptHash) matches(password string) bool {
	whole := len(password) <= longestBcrypt
	if !whole {
		password = password[:longestBcrypt] // compared all the same, for the time that it takes
	}
	return bcrypt.CompareHashAndPassword([]byte(b.text), []byte(password)) == nil && whole
}

func (b bcryptHash) slow() bool { return b.cost >= slowBcryptCost }

// prf is a hash function of PBKDF2's HMAC.
type prf struct {
	name string
	new  func() hash.Hash
}

// prfs are in the order of ASP.NET Core Identity's numbers.
var prfs = []prf{
	{"sha1", sha1.New},
	{"sha256", sha256.New},
	{"sha512", sha512.New},
}

// pbkdf2Hash is a parsed PBKDF2 hash.
type pbkdf2Hash struct {
	prf        prf
	iterations int
	salt, key  []byte
}

// FromIdentity returns the stored form of the base64 text in which ASP.NET Core
// Identity, and so ABP, stores a hash: `$pbkdf2-sha256$i=10000$<salt>$<key>`. The error
// is ErrMalformedHash.
//
// Version 3 is 0x01, then the hash function's number, the iterations and the length of
// the salt (32 bits each, big-endian), salt and key; version 2 is 0x00, a salt of 16
// bytes and a key of 32, from 1000 iterations of SHA-1.
func FromIdentity(text string) (string, error) {
	blob, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(blob) == 0 {
		return "", malformed(errNotIdentity)
	}
	var parsed pbkdf2Hash
	switch {
	case blob[0] == 0 && len(blob) == 1+saltBytes+keyBytes:
		parsed = pbkdf2Hash{prfs[0], identityV2Rounds, blob[1 : 1+saltBytes], blob[1+saltBytes:]}
	case blob[0] == 1:
		parsed, err = identityV3(blob[1:])
	default:
		err = malformed(errNotIdentity)
	}
	if err == nil {
		err = parsed.check()
	}
	if err != nil {
		return "", err
	}
	return parsed.String(), nil
}

func identityV3(blob []byte) (pbkdf2Hash, error) {
	const head = 12 // bytes before the salt
	if len(blob) < head {
		return pbkdf2Hash{}, malformed(errNotIdentity)
	}
	function, rounds := binary.BigEndian.Uint32(blob), binary.BigEndian.Uint32(blob[4:])
	saltLength, rest := binary.BigEndian.Uint32(blob[8:]), blob[head:]
	if function >= uint32(len(prfs)) || uint64(saltLength) > uint64(len(rest)) {
		return pbkdf2Hash{}, malformed(errNotIdentity)
	}
	if rounds > maxPBKDF2 {
		return pbkdf2Hash{}, malformed(errRounds)
	}
	return pbkdf2Hash{prfs[function], int(rounds), rest[:saltLength], rest[saltLength:]}, nil
}

var pbkdf2Shape = shape(`^\$pbkdf2-(sha1|sha256|sha512)\$i=([1-9][0-9]{0,6})` +
	`\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$`)

func parsePBKDF2(stored string) (legacy, error) {
	parts := pbkdf2Shape().FindStringSubmatch(stored)
	if parts == nil {
		return nil, malformed(errParts)
	}
	fields, err := fields64(parts[3:])
	if err != nil {
		return nil, err
	}
	parsed := pbkdf2Hash{iterations: int(number(parts[2])), salt: fields[0], key: fields[1]}
	for _, known := range prfs {
		if known.name == parts[1] {
			parsed.prf = known
		}
	}
	return parsed, parsed.check()
}

func (p pbkdf2Hash) check() error {
	switch {
	case p.iterations < 1 || p.iterations > maxPBKDF2:
		return malformed(errRounds)
	case len(p.salt) < 8 || len(p.salt) > 64, len(p.key) < 16 || len(p.key) > 64:
		return malformed(errParts)
	}
	return nil
}

// String returns passlib's form of a PBKDF2 hash, with the PHC string format's base64
// and named iterations.
func (p pbkdf2Hash) String() string {
	return stored64("pbkdf2-"+p.prf.name+"$i="+strconv.Itoa(p.iterations), base64Of(p.key), p.salt)
}

func (p pbkdf2Hash) matches(password string) bool {
	key, err := pbkdf2.Key(p.prf.new, password, p.salt, p.iterations, len(p.key))
	return err == nil && same(key, p.key) // the error is FIPS mode's
}

func (p pbkdf2Hash) slow() bool { return p.iterations >= slowPBKDF2 }
