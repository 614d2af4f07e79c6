package account

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"quartet/server/account/nametext"
	"quartet/server/apierr"
)

const (
	shortestUsername = 2  // characters
	longestUsername  = 64 // characters
)

// middleDot separates the parts of names such as 阿凡提·买买提.
const middleDot = "\u00b7"

// middleDots are the characters that keyboards and other programs write instead of a
// middle dot: Greek ano teleia, runic dot, bullet, hyphenation point, bullet operator,
// dot operator, word separator middle dot, katakana middle dots and Hangul araea.
var middleDots = strings.NewReplacer(
	"\u0387", middleDot, "\u16eb", middleDot, "\u2022", middleDot, "\u2027", middleDot, "\u2219", middleDot,
	"\u22c5", middleDot, "\u2e31", middleDot, "\u30fb", middleDot, "\uff65", middleDot, "\u318d", middleDot,
)

// CheckUsername reports why a text cannot be a user name: a failure of the field
// username, or nil.
func CheckUsername(username string) error {
	_, _, err := newUsername(username)
	return err
}

// newUsername returns a user name without space around it, and its key. Users may keep
// names that older programs accepted; a new name has no invisible characters and is
// written as one language writes (UTS 39, Highly Restrictive), so that no name looks like
// another in letters of another script.
func newUsername(username string) (name, key string, err error) {
	name = strings.TrimSpace(username)
	switch key, err = usernameKey(name); {
	case utf8.ValidString(name) && nametext.HasInvisible(strings.ReplaceAll(name, "\x00", "")):
		return "", "", apierr.Field("username", apierr.Invisible)
	case err != nil:
		return "", "", err
	case nametext.MixesScripts(name):
		return "", "", apierr.Field("username", apierr.MixedScripts)
	case nametext.PilesMarks(name):
		return "", "", apierr.Field("username", apierr.BadFormat)
	}
	return name, key, nil
}

// usernameKey returns the form in which two user names are compared: PRECIS
// UsernameCaseMapped (RFC 8265 section 3.3), so that "Admin", "admin" and the
// full-width spelling are one user. A middle dot, which PRECIS allows in Catalan only,
// separates parts; characters that look like it count as it.
//
// Space around a name is not a part of it.
//
// A name that could be an e-mail address or a mobile is refused in every spelling,
// because all three are entered in the same field to sign in.
func usernameKey(username string) (string, error) {
	username = strings.TrimSpace(username)
	length := utf8.RuneCountInString(username)
	if length < shortestUsername {
		return "", outOf("username", apierr.TooShort, shortestUsername)
	}
	if length > longestUsername {
		return "", outOf("username", apierr.TooLong, longestUsername)
	}
	parts := strings.Split(middleDots.Replace(username), middleDot)
	for i, part := range parts {
		key, err := precis.UsernameCaseMapped.CompareKey(part)
		if err != nil || key == "" || strings.Contains(key, "@") || mobilePattern.MatchString(key) {
			return "", apierr.Field("username", apierr.BadFormat)
		}
		parts[i] = key
	}
	return strings.Join(parts, middleDot), nil
}
