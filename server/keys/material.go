package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// minDistinct is how many different values the bytes of a key must have. 32
// random bytes have about 30; an all-zero key has one, and one that repeats a
// shorter text has at most 16.
const minDistinct = 17

const (
	jwtPrefix, jwtSuffix = "jwt-", ".pem"
	pemType              = "PRIVATE KEY" // PKCS#8, RFC 5958
)

var jwtName = regexp.MustCompile(`^jwt-([1-9][0-9]{0,8})\.pem$`)

func newSecret() ([]byte, error) {
	secret := make([]byte, secretBytes)
	rand.Read(secret)
	return []byte(base64.StdEncoding.EncodeToString(secret) + "\n"), nil
}

func loadSecret(folder folder) ([]byte, error) {
	text, _, err := folder.read(secretFile)
	if err != nil {
		return nil, err
	}
	secret, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%w: %s is not base64: bring it back from a backup", ErrMalformed, folder.path(secretFile))
	}
	if len(secret) < secretBytes || weak(secret) {
		return nil, fmt.Errorf("%w: %s does not hold at least %d random bytes: make it with: head -c 32 /dev/urandom | base64",
			ErrWeak, folder.path(secretFile), secretBytes)
	}
	return secret, nil
}

func newJWT() ([]byte, error) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), nil
}

func loadJWT(folder folder, number int) (JWTKey, error) {
	name := jwtFile(number)
	text, created, err := folder.read(name)
	if err != nil {
		return JWTKey{}, err
	}
	private, ok := parseJWT(text)
	if !ok {
		return JWTKey{}, fmt.Errorf("%w: %s is not one Ed25519 key in PKCS#8 PEM: make it with: openssl genpkey -algorithm ed25519",
			ErrMalformed, folder.path(name))
	}
	if weak(private.Seed()) {
		return JWTKey{}, fmt.Errorf("%w: %s is not random: make it with: openssl genpkey -algorithm ed25519",
			ErrWeak, folder.path(name))
	}
	return JWTKey{KID: strconv.Itoa(number), Private: private, CreatedAt: created.UTC()}, nil
}

// parseJWT wants one key and nothing after it: of two, one would be ignored in
// silence.
func parseJWT(text []byte) (ed25519.PrivateKey, bool) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != pemType || len(bytes.TrimSpace(rest)) > 0 {
		return nil, false
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, false
	}
	private, ok := key.(ed25519.PrivateKey)
	return private, ok
}

// jwtNumbers lists the numbers of the signing keys, lowest first.
func (f folder) jwtNumbers() ([]int, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	var numbers []int
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, jwtPrefix) || !strings.HasSuffix(name, jwtSuffix) {
			continue
		}
		match := jwtName.FindStringSubmatch(name)
		if match == nil {
			return nil, fmt.Errorf("%w: %s is not named jwt-<number>.pem: rename it, the newest key with the highest number",
				ErrMalformed, f.path(name))
		}
		number, _ := strconv.Atoi(match[1]) // nine digits always fit
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	return numbers, nil
}

func jwtFile(number int) string { return jwtPrefix + strconv.Itoa(number) + jwtSuffix }

func weak(key []byte) bool {
	var seen [256]bool
	distinct := 0
	for _, b := range key {
		if !seen[b] {
			seen[b] = true
			distinct++
		}
	}
	return distinct < minDistinct
}
