package fieldcrypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

const (
	version = "v1." // so that another cipher can follow without guessing
	keySize = 32    // bytes
)

// ErrUnopened is returned for a text that was not sealed with this key and
// context, or was changed since.
var ErrUnopened = errors.New("fieldcrypt: not sealed with this key and context")

var encoding = base64.RawURLEncoding.Strict()

// Sealer seals and opens texts. It is safe for concurrent use.
type Sealer struct {
	cipher   cipher.AEAD
	indexKey []byte
}

// New makes a sealer from a secret key of at least 32 bytes; a shorter one is a
// programming error and panics. Sealing and indexing work with keys of
// their own, derived from it (HKDF, RFC 5869).
func New(key []byte) *Sealer {
	if len(key) < keySize {
		panic("seal: the key is shorter than 32 bytes")
	}
	block, err := aes.NewCipher(subkey(key, "seal"))
	if err != nil {
		panic(err) // impossible: the size is right
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // impossible: AES has the block size that GCM wants
	}
	return &Sealer{cipher: gcm, indexKey: subkey(key, "index")}
}

// Seal encrypts plain with AES-256-GCM (NIST SP 800-38D) under a random nonce,
// as `v1.<base64url>`. context says what the text is and whose
// ("user:123:mobile"): it is authenticated, not stored, so that a sealed text
// copied to another row or column cannot be decrypted there.
func (s *Sealer) Seal(plain, context string) string {
	return version + encoding.EncodeToString(s.cipher.Seal(nil, nil, []byte(plain), []byte(context)))
}

// Open gives the text back, or ErrUnopened.
func (s *Sealer) Open(sealed, context string) (string, error) {
	text, versioned := strings.CutPrefix(sealed, version)
	raw, err := encoding.DecodeString(text)
	if !versioned || err != nil {
		return "", ErrUnopened
	}
	plain, err := s.cipher.Open(nil, nil, raw, []byte(context))
	if err != nil {
		return "", ErrUnopened
	}
	return string(plain), nil
}

// Index is the blind index of value: the lower-case hex HMAC-SHA-256 under a key
// of its own. Equal values have equal indexes, so a sealed value can be looked
// up. A plain hash would not do: all mobile numbers are quickly tried.
func (s *Sealer) Index(value string) string {
	mac := hmac.New(sha256.New, s.indexKey)
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil))
}

func subkey(key []byte, purpose string) []byte {
	sub, err := hkdf.Key(sha256.New, key, nil, "quartet seal "+purpose, keySize)
	if err != nil {
		panic(err) // impossible: 32 bytes are far below HKDF's limit
	}
	return sub
}
