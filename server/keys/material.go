package keys

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
)

// minDistinct is the minimum number of different bytes in a key. 32 random bytes have
// about 30; an all-zero key has one, and a repeated short text at most 16.
const minDistinct = 17

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
