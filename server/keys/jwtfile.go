package keys

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	jwtPrefix, jwtSuffix = "jwt-", ".pem"
	pemType              = "PRIVATE KEY" // PKCS#8, RFC 5958
	maxNumber            = 999_999_999
)

var jwtName = regexp.MustCompile(`^jwt-([1-9][0-9]{0,8})\.pem$`)

// A key file states its times, in RFC 3339, before the PEM block. RFC 7468 allows text
// there but no headers inside the block, which OpenSSL refuses.
const (
	createdLabel   = "Created: "
	signsFromLabel = "Signs-From: "
	pemBegin       = "-----BEGIN "
)

// newJWT returns the content of a new key file.
func newJWT(algorithm Algorithm, created time.Time, overlap time.Duration) func() ([]byte, error) {
	return func() ([]byte, error) {
		private, err := generate(algorithm)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			return nil, err
		}
		created = created.Truncate(time.Second) // not later than the first use
		text := createdLabel + stamp(created) + "\n" + signsFromLabel + stamp(created.Add(overlap)) + "\n"
		return append([]byte(text), pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})...), nil
	}
}

// remedy ends the message about a key that cannot be used.
const remedy = "make it with: quartet keys rotate, or openssl genpkey -algorithm ed25519"

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func loadJWT(folder folder, number int) (JWTKey, error) {
	name := jwtFile(number)
	text, written, err := folder.read(name)
	if err != nil {
		return JWTKey{}, err
	}
	private, algorithm, ok := parseJWT(text)
	if !ok {
		return JWTKey{}, fmt.Errorf("%w: %s is not one RSA, P-256 or Ed25519 key in PKCS#8 PEM: %s", ErrMalformed, folder.path(name), remedy)
	}
	if weakKey(private) {
		return JWTKey{}, fmt.Errorf("%w: %s is not random, or is RSA with less than %d bits: %s", ErrWeak, folder.path(name), rsaBits, remedy)
	}
	created, signsFrom, err := parseTimes(text, written)
	if err != nil {
		return JWTKey{}, fmt.Errorf("%w: %s: %w: write it like 2026-11-21T09:00:00Z, or remove the line", ErrMalformed, folder.path(name), err)
	}
	return JWTKey{KID: strconv.Itoa(number), Algorithm: algorithm, Private: private, CreatedAt: created, SignsFrom: signsFrom}, nil
}

// parseJWT accepts one key with nothing after it, because a second key would be ignored
// silently.
func parseJWT(text []byte) (private crypto.Signer, algorithm Algorithm, ok bool) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != pemType || len(bytes.TrimSpace(rest)) > 0 {
		return nil, "", false
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, "", false
	}
	return algorithmOf(key)
}

// parseTimes reads the times before the key. A key made by hand has none: it was
// created when the file was written, and waits as long as any other.
func parseTimes(text []byte, written time.Time) (created, signsFrom time.Time, err error) {
	before, _, _ := bytes.Cut(text, []byte(pemBegin))
	created = written.UTC()
	if err := parseTime(before, createdLabel, &created); err != nil {
		return created, signsFrom, err
	}
	signsFrom = created.Add(DefaultOverlap)
	return created, signsFrom, parseTime(before, signsFromLabel, &signsFrom)
}

// parseTime leaves at unchanged if no line has the label.
func parseTime(text []byte, label string, at *time.Time) error {
	for line := range strings.Lines(string(text)) {
		value, found := strings.CutPrefix(line, label)
		if !found {
			continue
		}
		moment, err := time.Parse(time.RFC3339, strings.TrimSpace(value))
		if err != nil {
			return fmt.Errorf("%q is not a time", strings.TrimSpace(line))
		}
		*at = moment.UTC()
	}
	return nil
}

// jwtNumbers lists the numbers of the signing keys in ascending order.
func (f folder) jwtNumbers() ([]int, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, f.failed(f.dir, err)
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
