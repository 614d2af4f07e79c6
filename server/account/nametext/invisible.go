package nametext

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	nonJoiner, joiner         = '\u200c', '\u200d'
	textStyle, emojiStyle     = '\ufe0e', '\ufe0f'
	keycap                    = '\u20e3'
	flag                      = '\U0001f3f4' // what a flag of a region begins with
	firstTag, lastTag         = '\U000e0020', '\U000e007e'
	endOfTags                 = '\U000e007f'
	firstSkinTone, lastOfSkin = '\U0001f3fb', '\U0001f3ff'
)

// blank is a symbol that shows nothing: the Braille pattern without dots.
const blank = '\u2800'

// HasInvisible reports whether a text has characters that a reader cannot see or that
// change the order of others: controls, bidirectional controls, joiners, selectors and
// blanks. Those that make an emoji are allowed, and the joiners and selectors of scripts
// that are written with them.
func HasInvisible(text string) bool { return Visible(text) != text }

// Visible returns a text without such characters.
func Visible(text string) string {
	var kept strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		if !invisible(r) || belongs(runes, i) {
			kept.WriteRune(r)
		}
	}
	return kept.String()
}

func invisible(r rune) bool {
	return r == blank || r == unicode.ReplacementChar ||
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// belongs reports whether an invisible character is part of an emoji or a letter.
func belongs(runes []rune, i int) bool {
	before, after := at(runes, i-1), at(runes, i+1)
	switch r := runes[i]; {
	case r == textStyle, r == emojiStyle:
		return isPictograph(before) || isKeycapBase(before) && after == keycap
	case r == joiner || r == nonJoiner:
		return r == joiner && isPictograph(after) && endsEmoji(runes[:i]) || joins(before, after)
	case r >= firstTag && r <= endOfTags:
		return isTagOfFlag(runes, i)
	case unicode.Is(unicode.Mongolian, r): // free variation selectors, vowel separator
		return unicode.IsLetter(before) && unicode.Is(unicode.Mongolian, before)
	}
	return false
}

func at(runes []rune, i int) rune {
	if i < 0 || i >= len(runes) {
		return -1
	}
	return runes[i]
}

// endsEmoji reports whether a text ends with a pictograph, which a style and a tone of
// skin may follow.
func endsEmoji(runes []rune) bool {
	last := at(runes, len(runes)-1)
	if last == emojiStyle || last >= firstSkinTone && last <= lastOfSkin {
		last = at(runes, len(runes)-2)
	}
	return isPictograph(last)
}

// isPictograph is somewhat wider than Extended_Pictographic, for which package unicode
// has no table: symbols, the signs that have a style as emoji, and the blocks in which new
// emoji are added.
func isPictograph(r rune) bool {
	const first, last = 0x1f000, 0x1faff
	return r >= first && r <= last || r >= 0x80 && (unicode.In(r, unicode.So, unicode.Sm) || strings.ContainsRune("‼⁉〰", r))
}

func isKeycapBase(r rune) bool { return r >= '0' && r <= '9' || r == '#' || r == '*' }

// joins reports whether a joiner between two characters changes how they are written
// (RFC 5892, appendix A): after a virama, and within a word of a cursive script.
func joins(before, after rune) bool {
	const virama = 9 // canonical combining class
	if before < 0 || after < 0 {
		return false
	}
	if norm.NFC.PropertiesString(string(before)).CCC() == virama {
		return unicode.IsLetter(after)
	}
	for _, script := range []*unicode.RangeTable{unicode.Arabic, unicode.Mongolian, unicode.Syriac, unicode.Nko} {
		if unicode.IsLetter(before) && unicode.IsLetter(after) && unicode.Is(script, before) && unicode.Is(script, after) {
			return true
		}
	}
	return false
}

// isTagOfFlag reports whether a tag stands in a row of tags that follows a black flag and
// is ended.
func isTagOfFlag(runes []rune, i int) bool {
	const longest = 7 // tags, the end too
	isTag := func(r rune) bool { return r >= firstTag && r <= lastTag }
	first := i
	for isTag(at(runes, first-1)) {
		first--
	}
	end := i
	for isTag(at(runes, end)) {
		end++
	}
	return at(runes, first-1) == flag && at(runes, end) == endOfTags && end > first && end-first < longest
}
