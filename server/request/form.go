package request

import (
	"bytes"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"quartet/server/apierr"
)

// form collects the fields of a form.
type form struct {
	body    *body
	members map[string]any
	count   int64
}

// parseForm parses an urlencoded body: fields are separated by "&" alone (WHATWG URL
// standard, 5.1), and their bytes are in the body's charset.
func (b *body) parseForm(sent content) (map[string]any, error) {
	text := sent.text
	if b.rules.Encodings { // a line end after the last field is no part of it
		text = bytes.TrimRight(text, "\r\n")
		if sent.charset == (charset{}) { // in GBK its bytes are characters
			text = bytes.TrimPrefix(text, byteOrderMark)
		}
	}
	read := form{body: b, members: map[string]any{}}
	for pair := range strings.SplitSeq(string(text), "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := unescaped(name, sent.charset)
		if err != nil {
			return nil, err
		}
		value, err = unescaped(value, sent.charset)
		if err != nil {
			return nil, err
		}
		if err := read.add(name, value); err != nil {
			return nil, err
		}
	}
	return read.members, nil
}

func unescaped(text string, from charset) (string, error) {
	text, err := url.QueryUnescape(text)
	if err != nil {
		return "", &apierr.Error{Code: apierr.MalformedBody, Field: "body", Cause: errors.New("not urlencoded")}
	}
	return from.decodeString(text)
}

func (c charset) decodeString(text string) (string, error) {
	if c == (charset{}) {
		return text, nil
	}
	decoded, err := c.decode([]byte(text))
	return string(decoded), err
}

// add adds a field. A field that the document encodes as JSON is parsed; without text it
// counts as missing.
func (f *form) add(name, text string) error {
	if f.count++; f.count > f.body.limits.Keys {
		return &apierr.Error{Code: apierr.InvalidField, Field: "body", Reason: apierr.TooMany, Expected: strconv.FormatInt(f.body.limits.Keys, 10)}
	}
	if _, twice := f.members[name]; twice {
		return &apierr.Error{Code: apierr.DuplicateField, Field: shownName(name)}
	}
	if err := CheckText(name, text); err != nil {
		return err
	}
	switch {
	case !f.body.jsonFields[name]:
		f.members[name] = text
	case text == "":
		f.members[name] = absent{}
	default:
		value, err := parseJSON([]byte(text), f.body.limits)
		if err != nil {
			return inside(name, err)
		}
		f.members[name] = value
	}
	return nil
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

// shownName returns a name as messages can contain it. What is no name, such as a JSON body
// that was read as a form, may hold a credential and is not repeated.
func shownName(name string) string {
	if badText(name) != "" || strings.ContainsAny(name, "{}\"\r\n") {
		return fieldName("")
	}
	return shortened(name)
}

// inside adds the name of the member whose value failed.
func inside(name string, err error) error {
	failed := apierr.As(err)
	if failed.Field == "body" {
		failed.Field = name
	} else {
		failed.Field = name + "." + failed.Field
	}
	return failed
}
