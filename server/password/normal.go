package password

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

// normalised returns the form of a password that is hashed, RFC 8265's OpaqueString: NFC,
// with every space the same one, so that keyboards that compose characters differently
// type one password. A text that OpaqueString does not allow, which can be an imported
// password, stays as it is.
func normalised(password string) (normal string, allowed bool) {
	normal, err := precis.OpaqueString.String(password)
	if err != nil {
		return password, false
	}
	return normal, true
}

// forms are the texts that a typed password is compared as: normalised, and as it was
// typed, which is what older programs and other systems have hashed.
func forms(password string) []string {
	normal, _ := normalised(password)
	if normal == password {
		return []string{password}
	}
	return []string{normal, password}
}

// CaseFolded returns the form in which passwords and names are compared with lists: NFKC, so
// that full-width letters are letters, and lower-case.
func CaseFolded(text string) string { return strings.ToLower(norm.NFKC.String(text)) }

// serviceName is a word that every user of this server can be expected to try.
const serviceName = "quartet"

// decorations are what people add to a word: digits, signs and spaces.
func isDecoration(r rune) bool {
	return unicode.IsDigit(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsSpace(r)
}

// undecorated is a folded password without digits and signs at its ends.
func undecorated(folded string) string { return strings.TrimFunc(folded, isDecoration) }

const (
	longestDecoration = 8 // characters, such as those of a date
	fewLetters        = 4 // fewer do not make another word
)

// isMadeOf reports whether a folded password is words, each at least once, with nothing
// else than decoration, a few letters or a common password. Words of one or two characters
// are in too many passwords, but for those of Chinese.
func isMadeOf(folded string, words ...string) bool {
	words = slices.Clone(words)
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) }) // before their parts
	rest := folded
	for _, word := range words {
		if word = CaseFolded(word); len(word) > 2 && utf8.RuneCountInString(word) > 1 {
			rest = strings.ReplaceAll(rest, word, "")
		}
	}
	if rest == folded {
		return false
	}
	letters := 0
	for _, r := range rest {
		if !isDecoration(r) {
			letters++
		}
	}
	return letters < fewLetters && utf8.RuneCountInString(rest) <= longestDecoration || isCommon(rest)
}
