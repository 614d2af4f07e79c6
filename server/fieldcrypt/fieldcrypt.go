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
	version = "v1." // distinguishes a future cipher
	keySize = 32    // bytes
)

// ErrDecrypt means that a text was not sealed with this key and context, or has been
// modified.
var ErrDecrypt = errors.New("fieldcrypt: not sealed with this key and context")

var encoding = base64.RawURLEncoding.Strict()

// Sealer encrypts and decrypts texts. It is safe for concurrent use.
type Sealer struct {
	cipher   cipher.AEAD
	indexKey []byte
}

// New returns a sealer with keys derived from secret (HKDF, RFC 5869): one for
// encryption and one for the index. It panics if secret is shorter than 32 bytes.
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
		panic(err) // impossible: AES has GCM's block size
	}
	return &Sealer{cipher: gcm, indexKey: subkey(key, "index")}
}

// Seal encrypts plain with AES-256-GCM (NIST SP 800-38D) under a random nonce, as
// `v1.<base64url>`. context names the field and its owner ("user:123:mobile"): it is
// authenticated but not stored, so that a sealed text copied to another row or column
// cannot be decrypted there.
func (s *Sealer) Seal(plain, context string) string {
	return version + encoding.EncodeToString(s.cipher.Seal(nil, nil, []byte(plain), []byte(context)))
}

// Open decrypts a sealed text, or returns ErrDecrypt.
func (s *Sealer) Open(sealed, context string) (string, error) {
	text, versioned := strings.CutPrefix(sealed, version)
	raw, err := encoding.DecodeString(text)
	if !versioned || err != nil {
		return "", ErrDecrypt
	}
	plain, err := s.cipher.Open(nil, nil, raw, []byte(context))
	if err != nil {
		return "", ErrDecrypt
	}
	return string(plain), nil
}

// Index returns the blind index of value: the lower-case hex HMAC-SHA-256. Equal values
// have equal indexes, so a sealed value can be looked up. It is keyed because hashes of
// all mobile numbers could be computed otherwise.
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
