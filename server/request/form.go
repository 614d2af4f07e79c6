package request

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/server/apierr"
)

// parseForm parses an urlencoded body into the value of its schema. Properties that the
// document encodes as JSON are parsed by parseJSON.
func (b *body) parseForm(text []byte) (any, error) {
	pairs, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, &apierr.Error{Code: apierr.MalformedBody, Field: "body", Cause: errors.New("not urlencoded")}
	}
	if int64(len(pairs)) > b.limits.Keys {
		return nil, &apierr.Error{Code: apierr.InvalidField, Field: "body", Reason: apierr.TooMany, Expected: strconv.FormatInt(b.limits.Keys, 10)}
	}
	members := make(map[string]any, len(pairs))
	for name, values := range pairs {
		if err := CheckText(name, values...); err != nil {
			return nil, err
		}
		value, err := b.formValue(name, values[0])
		if err != nil {
			return nil, err
		}
		if value != nil {
			members[name] = value
		}
	}
	return members, nil
}

// formValue parses a field; nil means that it is missing.
func (b *body) formValue(name, text string) (any, error) {
	property := b.schema.Properties[name]
	switch {
	case property == nil:
		return text, nil
	case b.jsonFields[name] && text == "":
		return nil, nil
	case b.jsonFields[name]:
		value, err := parseJSON([]byte(text), b.limits)
		if err != nil {
			return nil, inside(name, err)
		}
		return value, nil
	default:
		return b.rules.scalar(property.Value, text), nil
	}
}

var digits = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// scalar converts text to the schema's type; nil means no value. Text of another form
// stays text, so that the validation refuses it by name.
func (r Rules) scalar(schema *openapi3.Schema, text string) any {
	switch {
	case !schema.Type.Is(openapi3.TypeInteger):
		return text
	case text == "" && r.EmptyNumberIsAbsent:
		return nil
	case digits.MatchString(text):
		return json.Number(text)
	default:
		return text
	}
}

// CheckText returns an error for a repeated name, invalid UTF-8 and NUL.
func CheckText(name string, values ...string) error {
	if len(values) > 1 {
		return &apierr.Error{Code: apierr.DuplicateField, Field: shownName(name)}
	}
	if reason := badText(name); reason != "" {
		return apierr.Field(shownName(name), reason)
	}
	for _, text := range values {
		if reason := badText(text); reason != "" {
			return apierr.Field(shownName(name), reason)
		}
	}
	return nil
}

// badText returns the reason why a text is invalid, "" if it is valid.
func badText(text string) apierr.Reason {
	switch {
	case !utf8.ValidString(text):
		return apierr.NotUTF8
	case strings.IndexByte(text, 0) >= 0:
		return apierr.HasNUL
	default:
		return ""
	}
}

// shownName returns a name as messages can contain it.
func shownName(name string) string {
	if badText(name) != "" {
		return fieldName("")
	}
	return name
}

// inside adds the name of the form field whose JSON failed.
func inside(name string, err error) error {
	failed := apierr.As(err)
	if failed.Field == "body" {
		failed.Field = name
	} else {
		failed.Field = name + "." + failed.Field
	}
	return failed
}
