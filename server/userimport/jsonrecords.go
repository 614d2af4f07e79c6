package userimport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonRecords reads JSON Lines. The first object determines the columns; others are
// ignored.
type jsonRecords struct {
	lines  *bufio.Scanner
	input  *measured
	line   int64
	known  []string
	places map[string]int // column → its index in the values
	first  []byte         // already read for the names
}

func newJSONRecords(file io.Reader) *jsonRecords {
	input := &measured{file: file}
	lines := bufio.NewScanner(input)
	lines.Buffer(make([]byte, 0, 64<<10), longestRecord)
	return &jsonRecords{lines: lines, input: input, places: map[string]int{}}
}

func (j *jsonRecords) names() ([]string, error) {
	text, err := j.read()
	if err != nil {
		return nil, err
	}
	err = j.members(text, func(name, _ string) {
		j.places[name] = len(j.known)
		j.known = append(j.known, name)
	})
	j.first = bytes.Clone(text)
	return j.known, err
}

func (j *jsonRecords) next() ([]string, int64, error) {
	text, err := j.first, error(nil)
	if j.first = nil; text == nil {
		text, err = j.read()
	}
	if err != nil {
		return nil, j.line, err
	}
	values := make([]string, len(j.known))
	err = j.members(text, func(name, value string) {
		if at, ok := j.places[name]; ok {
			values[at] = value
		}
	})
	return values, j.line, err
}

// read returns the next line that is not blank.
func (j *jsonRecords) read() ([]byte, error) {
	for j.lines.Scan() {
		j.line++
		j.input.since = 0
		if text := bytes.TrimSpace(j.lines.Bytes()); len(text) > 0 {
			return text, nil
		}
	}
	switch err := j.lines.Err(); {
	case err == nil:
		return nil, io.EOF
	case errors.Is(err, bufio.ErrTooLong), errors.Is(err, errHuge):
		return nil, fmt.Errorf("line %d is longer than 1 MiB", j.line+1) // the next line cannot be found
	default:
		return nil, err
	}
}

// members calls found for each member of an object. Numbers keep their digits, because
// ids can exceed a float64.
func (j *jsonRecords) members(text []byte, found func(name, value string)) error {
	if !utf8.Valid(text) {
		return Error{Line: j.line, Column: j.invalidColumn(text), Reason: notUTF8}
	}
	object := jsontext.NewDecoder(bytes.NewReader(text))
	if token, err := object.ReadToken(); err != nil || token.Kind() != '{' {
		return j.syntaxErr(err)
	}
	for object.PeekKind() == '"' {
		name, err := object.ReadToken()
		if err != nil {
			return j.syntaxErr(err)
		}
		column := name.String()
		value, err := object.ReadToken()
		switch {
		case err != nil:
			return j.syntaxErr(err)
		case value.Kind() == '{' || value.Kind() == '[':
			return Error{Line: j.line, Column: column, Reason: "expected a text, a number or null, not an object or array"}
		case value.Kind() == 'n':
			found(column, "")
		default:
			found(column, value.String())
		}
	}
	if _, err := object.ReadToken(); err != nil { // the closing brace
		return j.syntaxErr(err)
	}
	if _, err := object.ReadToken(); !errors.Is(err, io.EOF) {
		return Error{Line: j.line, Reason: "data after the JSON object"}
	}
	return nil
}

// invalidColumn returns the member whose value is not UTF-8, "" if unknown.
func (j *jsonRecords) invalidColumn(text []byte) string {
	object := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowInvalidUTF8(true))
	column := ""
	if _, err := object.ReadToken(); err != nil {
		return ""
	}
	for object.PeekKind() == '"' {
		name, err := object.ReadToken()
		if err != nil {
			return ""
		}
		column = name.String()
		if raw, err := object.ReadValue(); err != nil || !utf8.Valid(raw) {
			return column
		}
	}
	return ""
}

func (j *jsonRecords) syntaxErr(err error) error {
	reason := "not a JSON object"
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		reason = "duplicate name in the JSON object"
	case errors.Is(err, io.ErrUnexpectedEOF):
		reason = "the JSON object does not end: the file may have been cut off"
	}
	return Error{Line: j.line, Reason: reason}
}
