package mock

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// numberOf makes a number within its bounds; the next ones for other variants.
func numberOf(s *openapi3.Schema, integer bool, variant int, random *rand.Rand) any {
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
		value += math.Mod(math.Floor(random.Float64()*(steps+1))+float64(variant), steps+1) * step
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
		if at, isAddress := strings.CutSuffix(text, "example.com"); isAddress { // also of other lengths
			candidates = append(candidates, text[:1]+"@example.com", "a@b.co", strings.Repeat("a", int(min(s.MinLength, 64)))+at+"example.com")
		} else if strings.HasPrefix(text, "https:") {
			candidates = append(candidates, "https://a.co", text+"/"+strings.Repeat("a", int(min(s.MinLength, 1<<12))))
		}
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
