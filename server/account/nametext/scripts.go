package nametext

import (
	"slices"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// writtenTogether are the scripts that one name may have, beside names of a single script: the
// level Highly Restrictive of UTS 39, section 5.2.
var writtenTogether = [][]string{
	{"Latin", "Han", "Hiragana", "Katakana"},
	{"Latin", "Han", "Bopomofo"},
	{"Latin", "Han", "Hangul"},
}

// MixesScripts reports whether a text has letters of scripts that no language writes
// together, such as the Cyrillic а in a Latin word.
func MixesScripts(text string) bool {
	var found []string
	for _, r := range text {
		if script := scriptOf(r); script != "" && !slices.Contains(found, script) {
			found = append(found, script)
		}
	}
	if len(found) < 2 {
		return false
	}
	return !slices.ContainsFunc(writtenTogether, func(allowed []string) bool {
		return !slices.ContainsFunc(found, func(script string) bool { return !slices.Contains(allowed, script) })
	})
}

// scriptOf returns the script of a character; "" for those of several or of none.
func scriptOf(r rune) string {
	if r < unicode.MaxASCII && !unicode.IsLetter(r) || unicode.In(r, unicode.Common, unicode.Inherited) {
		return ""
	}
	if unicode.Is(unicode.Latin, r) {
		return "Latin"
	}
	if unicode.Is(unicode.Han, r) {
		return "Han"
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

// mostMarks are the marks that one letter may have (UTS 39, section 5.4).
const mostMarks = 4

// PilesMarks reports whether a letter has more marks than any language writes, or the
// same mark twice, which looks like once.
func PilesMarks(text string) bool {
	marks, last := 0, rune(-1)
	for _, r := range norm.NFD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			marks, last = 0, -1
			continue
		}
		if marks++; marks > mostMarks || r == last {
			return true
		}
		last = r
	}
	return false
}
