package password

import (
	"bytes"
	"crypto/cipher"
	"crypto/des"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
)

// Errors of FromJPress and FromJeecg.
var (
	errNotSHA256 = errors.New("not the 64 hex digits of a SHA-256 digest")
	errNotDES    = errors.New("not the hex digits that Jeecg stores for this user name")
	errNoSalt    = errors.New("salt is not of 1 to 64 bytes")
	errJeecgSalt = errors.New("salt is not of 8 bytes")
)

// jpress is SHA-256 of salt and password, as JFinal's HashKit computes it.
type jpress struct{ salt, sum []byte }

// FromJPress returns the stored form of JPress's hash: a salt, and the hex digits of
// SHA-256(salt + password). The error is ErrMalformedHash.
func FromJPress(salt, hexDigest string) (string, error) {
	sum, err := hex.DecodeString(hexDigest)
	switch {
	case err != nil || len(sum) != sha256.Size:
		return "", malformed(errNotSHA256)
	case len(salt) < 1 || len(salt) > 64:
		return "", malformed(errNoSalt)
	}
	return jpress{[]byte(salt), sum}.inside(base64Of(sum)), nil
}

func parseJPress(parts []string, digestLeftOut bool) (digester, error) {
	fields, err := fields64(parts)
	switch {
	case err != nil:
		return nil, err
	case len(fields) != 2, len(fields[1]) != sha256.Size && !digestLeftOut:
		return nil, malformed(errParts)
	}
	return jpress{fields[0], fields[1]}, nil
}

func (j jpress) inside(of string) string      { return stored64(kindJPress, of, j.salt) }
func (j jpress) matches(password string) bool { return same(j.sum, j.digest(password)) }
func (j jpress) slow() bool                   { return false }
func (j jpress) want() []byte                 { return j.sum }

func (j jpress) digest(password string) []byte {
	sum := sha256.Sum256(append(bytes.Clone(j.salt), password...))
	return sum[:]
}

const (
	jeecgSalt       = 8    // bytes
	jeecgIterations = 1000 // fixed in its source
)

// jeecg is the user name, encrypted with the password (PBEWithMD5AndDES, RFC 8018
// section 6.1). It is the name at the time of the import, which may have changed since.
type jeecg struct{ username, salt, encrypted []byte }

// FromJeecg returns the stored form of Jeecg's hash: the user name, a salt of 8 bytes,
// and the hex digits of the name encrypted with the password. The error is
// ErrMalformedHash.
func FromJeecg(username, salt, hexEncrypted string) (string, error) {
	encrypted, err := hex.DecodeString(hexEncrypted)
	switch {
	case err != nil || len(encrypted) != paddedLength(len(username)):
		return "", malformed(errNotDES)
	case len(salt) != jeecgSalt:
		return "", malformed(errJeecgSalt)
	}
	stored := jeecg{[]byte(username), []byte(salt), encrypted}.inside(base64Of(encrypted))
	if len(stored) > maxLegacy {
		return "", malformed(errParts)
	}
	return stored, nil
}

func parseJeecg(parts []string, digestLeftOut bool) (digester, error) {
	fields, err := fields64(parts)
	switch {
	case err != nil:
		return nil, err
	case len(fields) != 3, len(fields[1]) != jeecgSalt,
		len(fields[2]) != paddedLength(len(fields[0])) && !digestLeftOut:
		return nil, malformed(errParts)
	}
	return jeecg{fields[0], fields[1], fields[2]}, nil
}

func (j jeecg) inside(of string) string      { return stored64(kindJeecg, of, j.username, j.salt) }
func (j jeecg) matches(password string) bool { return same(j.encrypted, j.digest(password)) }
func (j jeecg) slow() bool                   { return false }
func (j jeecg) want() []byte                 { return j.encrypted }

func (j jeecg) digest(password string) []byte {
	key := append([]byte(password), j.salt...)
	for range jeecgIterations {
		sum := md5.Sum(key)
		key = sum[:]
	}
	block, err := des.NewCipher(key[:des.BlockSize])
	if err != nil {
		panic(err) // impossible: the size is right
	}
	padding := paddedLength(len(j.username)) - len(j.username)
	text := append(bytes.Clone(j.username), bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, key[des.BlockSize:]).CryptBlocks(text, text)
	return text
}

// paddedLength is the length of a text of n bytes after padding to whole blocks; at
// least one byte is added.
func paddedLength(n int) int { return (n/des.BlockSize + 1) * des.BlockSize }

// same compares in constant time.
func same(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
