package nametext

import (
	"strings"
	"unicode"
)

// latin maps Cyrillic and Greek letters to the Latin letters that they are confusable
// with (confusables.txt of UTS 39, letters of names only).
var latin = func() map[rune]rune {
	table := map[rune]rune{}
	for _, letters := range [][2]string{
		{"асԁеһіјӏорԛгѕпѵԝхуү", "acdehijlopqrsnvwxyy"},
		{"АВСЕԌНІЈКӀМОРԚЅТѴԜХУҮЬ", "ABCEGHIJKlMOPQSTVWXYYb"},
		{"αγινορσυϲϳ", "ayivopoucj"},
		{"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABEZHIKMNOPTYXC"},
	} {
		same := []rune(letters[1])
		for i, letter := range []rune(letters[0]) {
			table[letter] = same[i]
		}
	}
	return table
}()

// LatinLookalike returns the name in Latin letters that a name wholly in Cyrillic or Greek
// letters looks like; false where a letter looks like none.
func LatinLookalike(name string) (lookalike string, found bool) {
	var made strings.Builder
	for _, r := range name {
		switch same, known := latin[r]; {
		case known:
			made.WriteRune(same)
			found = true
		case unicode.IsLetter(r):
			return "", false
		default:
			made.WriteRune(r)
		}
	}
	return made.String(), found
}
