package contract

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// longestShape is how many characters of a text keep their shape.
const longestShape = 60

// Shape is what a text looks like without what it says: digits become 0, letters a and A,
// characters of other scripts 字. What separates them stays.
func Shape(text string) string {
	runes := []rune(text)
	cut := min(len(runes), longestShape)
	shape := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return '0'
		case r < unicode.MaxASCII && unicode.IsUpper(r):
			return 'A'
		case r < unicode.MaxASCII && unicode.IsLetter(r):
			return 'a'
		case r > unicode.MaxASCII && r != '…':
			return '字'
		}
		return r
	}, string(runes[:cut]))
	if cut < len(runes) {
		shape += "…"
	}
	return shape
}

// ShapeJSON is a JSON value with the shape of its texts and long numbers, *** for secrets,
// and what the schema lists as it is. The schema may be nil.
func ShapeJSON(name string, value any, schema *openapi3.Schema) any {
	switch v := value.(type) {
	case map[string]any:
		shaped := map[string]any{}
		for key, member := range v {
			below := key
			if Secret(name, nil) {
				below = name // {"accessToken":{"value":…}}
			}
			shaped[key] = ShapeJSON(below, member, propertyOf(schema, key))
		}
		return shaped
	case []any:
		shaped := make([]any, 0, len(v))
		for _, member := range v {
			shaped = append(shaped, ShapeJSON(name, member, itemsOf(schema)))
		}
		return shaped
	case json.Number:
		return json.Number(longNumber.ReplaceAllStringFunc(v.String(), shapeOfNumber))
	case string:
		switch {
		case schema != nil && (slices.Contains(schema.Enum, value) || schema.Const == value):
			return v
		case Secret(name, v) && v != "":
			return Masked
		}
		return Shape(MaskText(v))
	}
	return value
}

func propertyOf(schema *openapi3.Schema, key string) *openapi3.Schema {
	if schema == nil {
		return nil
	}
	if property := Strict(schema).Properties[key]; property != nil {
		return property.Value
	}
	return nil
}

func itemsOf(schema *openapi3.Schema) *openapi3.Schema {
	if schema == nil || schema.Items == nil {
		return nil
	}
	return schema.Items.Value
}

// longNumber matches numbers that may be ids, mobiles or codes.
var longNumber = regexp.MustCompile(`\d{5,}`)

// shapeOfNumber has as many digits.
func shapeOfNumber(digits string) string { return "1" + strings.Repeat("0", len(digits)-1) }

// Shaped is the difference with the shapes of the values that were found, as real traffic may
// be shown. Places in a list become *.
func (d Difference) Shaped() Difference {
	d.Where = anyElement(d.Where)
	d.Documented = asInRequest.ReplaceAllString(d.Documented, "${1}the value of ${3}${2}")
	switch d.Where {
	case "status", "content type", WhereCharset, "body", "answer", "path":
		return d
	}
	text := longNumber.ReplaceAllStringFunc(d.Got, shapeOfNumber)
	d.Got = quoted.ReplaceAllStringFunc(text, func(literal string) string {
		if strings.HasSuffix(literal, ":") { // a key
			return literal
		}
		return Shape(literal)
	})
	return d
}

// anyElement is a pointer with * in place of each index of a list.
func anyElement(pointer string) string { return index.ReplaceAllString(pointer, "/*$1") }

var (
	index       = regexp.MustCompile(`/\d+(/|$)`)
	asInRequest = regexp.MustCompile(`^(at most )?.*?( elements| exactly once)? \((\$re(?:quest|sponse)\.[^()]*)\)$`)
	// quoted matches a text in JSON, which may have been cut, with the colon after a key.
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*(?:":?|$)`)
)

// ShapePath is a path whose parts that may be ids, codes or names are {…}.
func ShapePath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if len(part) > longestPart || !plainPart.MatchString(part) {
			parts[i] = "{…}" + partEnd.FindString(part)
		}
	}
	return strings.Join(parts, "/")
}

const longestPart = 32

var (
	plainPart = regexp.MustCompile(`^(?:v\d+|[A-Za-z_.-]*)$`)
	partEnd   = regexp.MustCompile(`\.[a-z]{2,5}$`)
)

// ShapeHeader is a header with the values of what says how a message is written, and *** for
// all others.
func ShapeHeader(header map[string][]string) map[string][]string {
	shaped := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			if !slices.Contains(headersOfForm, strings.ToLower(name)) {
				value = Masked
			}
			shaped[name] = append(shaped[name], value)
		}
	}
	return shaped
}

var headersOfForm = []string{"accept", "accept-encoding", "content-encoding", "content-length", "content-type", "date", "retry-after", "server", "transfer-encoding", "via"}

// ShapeBody is the shape of a body: of its values where it is JSON or a form, of its text
// where it is neither.
func ShapeBody(mediaType, text string, schema *openapi3.Schema) string {
	if value, err := Decode(text); err == nil {
		if shaped, err := json.Marshal(ShapeJSON("", value, schema)); err == nil {
			return string(shaped)
		}
	}
	if mediaType == MediaForm {
		return ShapeForm(text)
	}
	return Shape(strconv.QuoteToGraphic(MaskText(text)))
}

// ShapeForm is the shape of a form, or of a query.
func ShapeForm(text string) string {
	pairs := strings.Split(text, "&")
	for i, pair := range pairs {
		name, value, hasValue := strings.Cut(pair, "=")
		if hasValue && Secret(name, value) {
			pairs[i] = name + "=" + Masked
		} else if hasValue {
			pairs[i] = name + "=" + Shape(value)
		}
	}
	return strings.Join(pairs, "&")
}
