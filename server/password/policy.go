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
	ErrTooShort = errors.New("password: shorter than 8 characters")
	ErrTooLong  = errors.New("password: longer than 128 characters")
	ErrCommon   = errors.New("password: too common")
	ErrNotUTF8  = errors.New("password: not valid UTF-8")
)

// Check checks a new password: 8 to 128 characters (Unicode code points) of valid
// UTF-8, and not a common one, whatever its case. The error is ErrTooShort, ErrTooLong,
// ErrCommon or ErrNotUTF8.
func Check(password string) error {
	// Bytes first, so that the characters of a huge text are not counted.
	if len(password) > maxBytes {
		return ErrTooLong
	}
	if !utf8.ValidString(password) {
		return ErrNotUTF8
	}
	switch length := utf8.RuneCountInString(password); {
	case length < MinLength:
		return ErrTooShort
	case length > MaxLength:
		return ErrTooLong
	}
	if _, common := slices.BinarySearch(commonPasswords(), strings.ToLower(password)); common {
		return ErrCommon
	}
	return nil
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
