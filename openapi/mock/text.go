package mock

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// numberOf makes a number within its bounds.
func numberOf(s *openapi3.Schema, integer bool, random *rand.Rand) any {
	step := 0.01
	if integer {
		step = 1
	}
	if s.MultipleOf != nil && *s.MultipleOf > 0 {
		step = *s.MultipleOf
	}
	low, high := 1.0, math.Inf(1)
	if s.Max != nil {
		high, low = *s.Max, math.Min(1, *s.Max)
	}
	if s.Min != nil {
		low = *s.Min
	}
	if v := s.ExclusiveMin.Value; v != nil {
		low = *v + step
	} else if b := s.ExclusiveMin.Bool; b != nil && *b {
		low += step
	}
	if v := s.ExclusiveMax.Value; v != nil {
		high = *v - step
	} else if b := s.ExclusiveMax.Bool; b != nil && *b {
		high -= step
	}
	if s.Min == nil && s.ExclusiveMin.Value == nil && low > high {
		low = high
	}
	value := math.Ceil(low/step) * step
	if steps := math.Min(math.Floor((high-value)/step), 1000); steps > 0 {
		value += math.Floor(random.Float64()*(steps+1)) * step
	}
	if value > high || value < low { // no multiple lies between the bounds
		value = low
	}
	if step == 0.01 {
		value = math.Round(value*100) / 100
	}
	return json.Number(strconv.FormatFloat(value, 'f', -1, 64))
}

// firstDay is the day from which made times count.
var firstDay = time.Date(2024, time.January, 1, 8, 0, 0, 0, time.UTC)

// text makes a text of the schema's format, pattern and length.
func (m *maker) text(s *openapi3.Schema, at place) string {
	random := at.random(m.seed)
	candidates := []string{}
	if text := formatted(s.Format, at.name, random); text != "" {
		candidates = append(candidates, text)
	}
	if s.Pattern != "" {
		candidates = append(candidates, matching(s, random)...)
	}
	candidates = append(candidates, ofLength(s, at.name, random))
	for _, text := range candidates {
		if m.valid(s, text) {
			return text
		}
	}
	return candidates[0]
}

// formatted is a text of a format, "" for one that is not known.
func formatted(format, name string, random *rand.Rand) string {
	at := firstDay.AddDate(0, 0, random.IntN(365)).Add(time.Duration(random.IntN(36000)) * time.Second)
	word := letters(name)
	switch format {
	case "date":
		return at.Format(time.DateOnly)
	case "date-time":
		return at.Format(time.RFC3339)
	case "time":
		return at.Format("15:04:05") + "Z"
	case "duration":
		return "PT1H"
	case "uuid", "guid":
		return uuidOf(random)
	case "email", "idn-email":
		return word + "@example.com"
	case "uri", "url", "iri", "uri-template":
		return "https://example.com/" + word
	case "uri-reference", "iri-reference", "json-pointer":
		return "/" + word
	case "hostname", "idn-hostname":
		return word + ".example.com"
	case "ipv4", "ip":
		return fmt.Sprintf("192.0.2.%d", 1+random.IntN(254))
	case "ipv6":
		return fmt.Sprintf("2001:db8::%x", 1+random.IntN(0xffff))
	case "byte", "base64":
		return base64.StdEncoding.EncodeToString([]byte(name))
	case "int64", "int32", "decimal":
		return strconv.Itoa(1 + random.IntN(1000))
	}
	return ""
}

func uuidOf(random *rand.Rand) string {
	a, b := random.Uint64(), random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", uint32(a>>32), uint16(a>>16), uint16(a)&0xfff, uint16(b>>52), b&0xffffffffffff)
}

// letters is a name without what host names and e-mail addresses cannot have.
func letters(name string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	if kept == "" {
		return "example"
	}
	return kept
}

// ofLength is a readable text: the name, and a number where it must be longer.
func ofLength(s *openapi3.Schema, name string, random *rand.Rand) string {
	if name == "" {
		name = "text"
	}
	text := fmt.Sprintf("%s %d", name, 1+random.IntN(999))
	for utf8.RuneCountInString(text) < int(min(s.MinLength, 1<<16)) {
		text += strconv.Itoa(random.IntN(10))
	}
	if s.MaxLength != nil {
		if runes := []rune(text); uint64(len(runes)) > *s.MaxLength {
			text = strings.TrimSpace(string(runes[:*s.MaxLength]))
			for uint64(utf8.RuneCountInString(text)) < s.MinLength {
				text += "0"
			}
		}
	}
	return text
}

// matching are texts that match the schema's pattern, with more and more repetitions.
func matching(s *openapi3.Schema, random *rand.Rand) (all []string) {
	parsed, err := syntax.Parse(s.Pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	compiled, err := regexp.Compile(s.Pattern)
	if err != nil {
		return nil
	}
	for _, more := range []int{1, 0, 2, 3, 5, 8, 12, 16, 24, 32, 48, 64, 128, 256} {
		var text strings.Builder
		writeMatch(&text, parsed, more, random)
		if compiled.MatchString(text.String()) {
			all = append(all, text.String())
		}
	}
	return all
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
	for _, r := range "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_ ." {
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
