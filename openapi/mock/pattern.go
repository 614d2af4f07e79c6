package mock

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"time"

	"github.com/dlclark/regexp2"
	"github.com/getkin/kin-openapi/openapi3"
)

// anyText stands for a pattern that cannot be read.
type anyText struct{}

func (anyText) MatchString(string) bool { return true }

// ecmaScript is a pattern that Go cannot read, such as one that looks ahead.
type ecmaScript struct{ *regexp2.Regexp }

// MatchString takes a text for which the pattern needs too long.
func (e ecmaScript) MatchString(text string) bool {
	matches, err := e.Regexp.MatchString(text)
	return matches || err != nil
}

// patternTime is how long a pattern is looked for in a text.
const patternTime = 200 * time.Millisecond

var (
	compiledPatterns sync.Map // of those of documents, which are few
	codePoint        = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)
)

// forGo is a pattern of ECMAScript as Go writes it.
func forGo(pattern string) string { return codePoint.ReplaceAllString(pattern, `\x{$1}`) }

func compileLeniently(pattern string) (openapi3.RegexMatcher, error) {
	if known, isKnown := compiledPatterns.Load(pattern); isKnown {
		return known.(openapi3.RegexMatcher), nil
	}
	var matcher openapi3.RegexMatcher = anyText{}
	if compiled, err := regexp.Compile(forGo(pattern)); err == nil {
		matcher = compiled
	} else if compiled, err := regexp2.Compile(pattern, regexp2.ECMAScript); err == nil {
		compiled.MatchTimeout = patternTime
		matcher = ecmaScript{compiled}
	}
	compiledPatterns.Store(pattern, matcher)
	return matcher, nil
}

// matching are texts that match the schema's pattern, with more and more repetitions. Of a
// pattern that looks ahead they are texts of the rest of it, with what it looks for at their
// beginning or put before them.
func matching(s *openapi3.Schema, random *rand.Rand) (all []string) {
	rest, ahead := withoutLooking(forGo(s.Pattern))
	parsed, err := syntax.Parse(rest, syntax.Perl)
	if err != nil {
		return nil
	}
	compiled, _ := compileLeniently(s.Pattern)
	for _, more := range []int{1, 0, 2, 3, 5, 8, 12, 16, 24, 32, 48, 64, 128, 256} {
		var text, wanted strings.Builder
		writeMatch(&text, parsed, more, random)
		for _, part := range ahead {
			if looked, err := syntax.Parse(part, syntax.Perl); err == nil {
				writeMatch(&wanted, looked, 0, random)
			}
		}
		made, start := []rune(text.String()), []rune(wanted.String())
		for _, candidate := range []string{string(made), string(start) + string(made[min(len(start), len(made)):]), string(start) + string(made)} {
			if compiled.MatchString(candidate) {
				all = append(all, candidate)
				break
			}
		}
	}
	return all
}

// withoutLooking takes the groups that look ahead or behind from a pattern, and gives what
// must be there.
func withoutLooking(pattern string) (rest string, ahead []string) {
	for {
		at := strings.Index(pattern, "(?=")
		for _, opening := range []string{"(?!", "(?<=", "(?<!"} {
			if other := strings.Index(pattern, opening); other >= 0 && (at < 0 || other < at) {
				at = other
			}
		}
		if at < 0 {
			return pattern, ahead
		}
		end, depth, inClass := at, 0, false
		for end < len(pattern) {
			switch c := pattern[end]; {
			case c == '\\':
				end++
			case inClass:
				inClass = c != ']'
			case c == '[':
				inClass = true
			case c == '(':
				depth++
			case c == ')':
				depth--
			}
			end++
			if depth == 0 {
				break
			}
		}
		end = min(end, len(pattern))
		if part, isWanted := strings.CutPrefix(pattern[at:end], "(?="); isWanted {
			ahead = append(ahead, strings.TrimSuffix(part, ")"))
		}
		pattern = pattern[:at] + pattern[end:]
	}
}

// writeMatch writes a text that matches an expression; what may be repeated is repeated
// that many times more than it must be.
func writeMatch(w *strings.Builder, e *syntax.Regexp, more int, random *rand.Rand) {
	repeat := func(least, most int) {
		count := least + more
		if most >= 0 {
			count = min(count, most)
		}
		for range count {
			writeMatch(w, e.Sub[0], more, random)
		}
	}
	switch e.Op {
	case syntax.OpLiteral:
		w.WriteString(string(e.Rune))
	case syntax.OpCharClass:
		w.WriteRune(oneOfClass(e.Rune, random))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.WriteRune(rune('a' + random.IntN(26)))
	case syntax.OpCapture, syntax.OpConcat:
		for _, part := range e.Sub {
			writeMatch(w, part, more, random)
		}
	case syntax.OpAlternate:
		writeMatch(w, e.Sub[random.IntN(len(e.Sub))], more, random)
	case syntax.OpStar:
		repeat(0, -1)
	case syntax.OpPlus:
		repeat(1, -1)
	case syntax.OpQuest:
		repeat(0, 1)
	case syntax.OpRepeat:
		repeat(e.Min, e.Max)
	}
}

// oneOfClass is a character of a class: a letter or digit if it has one.
func oneOfClass(ranges []rune, random *rand.Rand) rune {
	var readable []rune
	for _, r := range "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_ .示例文字内容" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= r && r <= ranges[i+1] {
				readable = append(readable, r)
			}
		}
	}
	switch {
	case len(readable) > 36: // letters and digits before the rest
		return readable[random.IntN(36)]
	case len(readable) > 0:
		return readable[random.IntN(len(readable))]
	case len(ranges) > 0:
		return ranges[0]
	}
	return 'a'
}
