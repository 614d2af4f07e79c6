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

// jsonLines reads JSON Lines.
type jsonLines struct {
	lines *bufio.Scanner
	input *measured
	line  int64
}

func newJSONLines(file io.Reader) *jsonLines {
	input := &measured{file: file}
	lines := bufio.NewScanner(input)
	lines.Buffer(make([]byte, 0, 64<<10), longestRecord)
	return &jsonLines{lines: lines, input: input}
}

// object returns the next line that is not blank.
func (j *jsonLines) object() ([]byte, int64, error) {
	for j.lines.Scan() {
		j.line++
		j.input.since = 0
		if text := bytes.TrimSpace(j.lines.Bytes()); len(text) > 0 {
			return text, j.line, nil
		}
	}
	switch err := j.lines.Err(); {
	case err == nil:
		return nil, j.line, io.EOF
	case errors.Is(err, bufio.ErrTooLong), errors.Is(err, errHuge):
		return nil, j.line, fmt.Errorf("line %d is longer than 1 MiB", j.line+1) // the next line cannot be found
	default:
		return nil, j.line, err
	}
}

// objects reads JSON objects one after another.
type objects interface {
	// object returns the text of the next one, and the line on which it begins.
	object() ([]byte, int64, error)
}

// jsonRecords reads objects whose members are columns. An object may have more or fewer
// members than others.
type jsonRecords struct {
	objects
	known  []string
	places map[string]int // plain name of a column → its index in the values
}

func newJSONRecords(file *source) (records, error) {
	return twice(file, func(text io.Reader) (objects, error) { return newJSONLines(text), nil })
}

// twice reads all objects for their columns, and begins again.
func twice(file *source, begin func(io.Reader) (objects, error)) (records, error) {
	j := &jsonRecords{places: map[string]int{}}
	start := func() error {
		text, err := file.text()
		if err == nil {
			j.objects, err = begin(text)
		}
		return err
	}
	if err := start(); err != nil {
		return nil, err
	}
	for first := true; ; first = false {
		text, line, err := j.object()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = members(text, line, j.column)
		}
		if _, refused := errors.AsType[Error](err); err != nil && (first || !refused) {
			return nil, err
		}
	}
	return j, start()
}

// column adds a column unless it is known.
func (j *jsonRecords) column(name, _ string) {
	if _, known := j.places[plain(name)]; !known {
		j.places[plain(name)] = len(j.known)
		j.known = append(j.known, name)
	}
}

func (j *jsonRecords) names() ([]string, error) { return j.known, nil }

func (j *jsonRecords) next() ([]string, int64, error) {
	for {
		text, line, err := j.object()
		if err != nil {
			return nil, line, err
		}
		values := make([]string, len(j.known))
		twice := ""
		seen := make([]bool, len(j.known))
		err = members(text, line, func(name, value string) {
			at := j.places[plain(name)]
			if seen[at] {
				twice = name
			}
			values[at], seen[at] = value, true
		})
		if err == nil && twice != "" {
			err = Error{Line: line, Column: twice, Reason: twoColumns}
		}
		if err != nil || !isBlank(values) {
			return values, line, err
		}
	}
}

// members calls found for each member of an object. Numbers keep their digits, because
// ids can exceed a float64.
func members(text []byte, line int64, found func(name, value string)) error {
	if !utf8.Valid(text) {
		return Error{Line: line, Column: invalidColumn(text), Reason: unreadable}
	}
	object := jsontext.NewDecoder(bytes.NewReader(text))
	if token, err := object.ReadToken(); err != nil || token.Kind() != '{' {
		return syntaxErr(line, err)
	}
	for object.PeekKind() == '"' {
		name, err := object.ReadToken()
		if err != nil {
			return syntaxErr(line, err)
		}
		column := name.String()
		value, err := object.ReadToken()
		switch {
		case err != nil:
			return syntaxErr(line, err)
		case value.Kind() == '{' || value.Kind() == '[':
			return Error{Line: line, Column: column, Reason: Reason{
				"expected a text, a number or null, not an object or array", "应为文本、数字或 null，不能是对象或数组",
			}}
		case value.Kind() == 'n':
			found(column, "")
		default:
			found(column, value.String())
		}
	}
	if _, err := object.ReadToken(); err != nil { // the closing brace
		return syntaxErr(line, err)
	}
	if _, err := object.ReadToken(); !errors.Is(err, io.EOF) {
		return Error{Line: line, Reason: Reason{"data after the JSON object", "JSON 对象之后还有数据"}}
	}
	return nil
}

// invalidColumn returns the member whose value is not UTF-8, "" if unknown.
func invalidColumn(text []byte) string {
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

func syntaxErr(line int64, err error) error {
	reason := Reason{"not a JSON object", "不是 JSON 对象"}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		reason = Reason{"duplicate name in the JSON object", "JSON 对象中有重复的名称"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		reason = Reason{"the JSON object does not end: the file may have been cut off", "JSON 对象没有结束：文件可能不完整"}
	}
	return Error{Line: line, Reason: reason}
}
