package request

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/server/apierr"
)

type kind int

const (
	anyKind kind = iota
	objectKind
	integerKind
	textKind
	dateKind
)

// shape is what a schema says about the keys of an object and the types of its members.
type shape struct {
	kind    kind
	fields  map[string]*shape
	folded  map[string]string // names of fields by fold
	open    bool              // an object that may have any key
	layout  string            // of a date
	pattern *regexp.Regexp    // of a date in the document's own form
}

// dateLayouts are the values of the extension x-date and their layouts.
var dateLayouts = map[string]string{"yyyy-MM-dd HH:mm:ss": "2006-01-02 15:04:05", "yyyy-MM-dd": "2006-01-02"}

func newShape(schema *openapi3.Schema) (*shape, error) {
	schema = merged(schema)
	switch {
	case schema.Type.Is(openapi3.TypeInteger):
		return &shape{kind: integerKind}, nil
	case schema.Type.Is(openapi3.TypeString):
		return newTextShape(schema)
	case !schema.Type.Is(openapi3.TypeObject) && len(schema.Properties) == 0:
		return &shape{kind: anyKind}, nil
	}
	made := &shape{kind: objectKind, fields: map[string]*shape{}, folded: map[string]string{}, open: len(schema.Properties) == 0}
	for name, property := range schema.Properties {
		field, err := newShape(property.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		made.fields[name], made.folded[fold(name)] = field, name
	}
	return made, nil
}

func newTextShape(schema *openapi3.Schema) (*shape, error) {
	form, isDate := schema.Extensions["x-date"].(string)
	if !isDate {
		return &shape{kind: textKind}, nil
	}
	layout := dateLayouts[form]
	if layout == "" {
		return nil, fmt.Errorf("x-date %q is not known", form)
	}
	pattern, err := regexp.Compile(schema.Pattern)
	if err != nil {
		return nil, fmt.Errorf("pattern of a date: %w", err)
	}
	return &shape{kind: dateKind, layout: layout, pattern: pattern}, nil
}

// fold gives names that differ in case only the same form, with encoding/json's rules:
// "ſ" and the Kelvin sign are s and k.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// absent is a value that counts as missing.
type absent struct{}

// convert checks the keys of an object and converts its members to the types of the
// schema, in place and at every level. What the rules do not convert stays as it is, and
// the validation refuses it by name. asText says that every member was sent as text.
func (s *shape) convert(members map[string]any, rules *Rules, asText bool) error {
	missing := false
	for name, value := range members {
		field := s.fields[name]
		if field == nil {
			if err := s.checkUnknown(members, name, rules); err != nil {
				return err
			}
			continue
		}
		switch value := value.(type) {
		case []any:
		case map[string]any:
			if field.kind != objectKind {
				continue
			}
			if err := field.convert(value, rules, false); err != nil {
				return inside(name, err)
			}
		default:
			converted := field.scalar(value, rules, asText)
			if converted != value {
				members[name] = converted
			}
			missing = missing || converted == absent{}
		}
	}
	if missing { // only now, because an absent key still lets one in another case be ignored
		for name, value := range members {
			if value == (absent{}) {
				delete(members, name)
			}
		}
	}
	return nil
}

func (s *shape) checkUnknown(members map[string]any, name string, rules *Rules) error {
	right, folded := s.folded[fold(name)]
	switch {
	case !folded:
		if rules.IgnoreUnknown || s.open {
			return nil
		}
		return apierr.Field(shownName(name), apierr.Undocumented)
	case rules.IgnoreOtherCase:
		if _, beside := members[right]; beside {
			delete(members, name)
			return nil
		}
	}
	return &apierr.Error{Code: apierr.MisspelledField, Field: name, Expected: right}
}

// scalar converts a value that is no object.
func (s *shape) scalar(value any, rules *Rules, asText bool) any {
	switch value := value.(type) {
	case nil:
		if rules.NullIsAbsent {
			return absent{}
		}
	case string:
		switch {
		case s.kind == integerKind && (asText || rules.TextForInteger):
			return rules.integer(value, asText)
		case s.kind == dateKind && len(rules.DateLayouts) > 0 && !s.pattern.MatchString(value):
			return rules.dateOfText(value, s.layout)
		}
	case json.Number:
		switch {
		case s.kind == integerKind:
			return integral(whole(value))
		case s.kind == dateKind && rules.MillisecondsForDate:
			return rules.dateOfNumber(value, s.layout)
		case s.kind == textKind && rules.ScalarForText:
			return value.String()
		}
	case bool:
		if s.kind == textKind && rules.ScalarForText {
			return strconv.FormatBool(value)
		}
	}
	return value
}

// integer converts a text to a number; absent{} means that there is none. Text of another
// form stays text.
func (r *Rules) integer(text string, asText bool) any {
	if r.TrimIntegers && !asText {
		text = strings.Trim(text, " \t\r\n")
	}
	if text == "" && r.EmptyNumberIsAbsent {
		return absent{}
	}
	unsigned := strings.TrimPrefix(text, "-")
	if unsigned == "" || !isDigits(unsigned) {
		return text
	}
	if digits := strings.TrimLeft(unsigned, "0"); len(digits) != len(unsigned) && unsigned != "0" {
		if !r.TextForInteger {
			return text
		}
		text = strings.TrimSuffix(text, unsigned) + digits
		if digits == "" {
			text = "0"
		}
	}
	return integral(json.Number(text))
}

// integral returns text for what is no int64: the validator calculates with float64, to
// which 1.00000000000000000001 is 1 and 9223372036854775808 is in the bounds.
func integral(number json.Number) any {
	if _, err := strconv.ParseInt(number.String(), 10, 64); err != nil {
		return number.String()
	}
	return number
}

// isDigits reports whether a text has nothing but ASCII digits.
func isDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }
