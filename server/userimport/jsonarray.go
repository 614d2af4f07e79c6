package userimport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"
)

// arrayInside matches an object whose first member is an array, as Navicat
// ({"RECORDS": [) and DBeaver write.
var arrayInside = regexp.MustCompile(`^\{\s*"[^"\\]*"\s*:\s*\[`)

// jsonArray reads the objects of an array.
type jsonArray struct {
	decoder *jsontext.Decoder
	input   *lineCounter
}

func newJSONArray(file *source) (records, error) {
	return twice(file, func(text io.Reader) (objects, error) {
		input := &lineCounter{measured: measured{file: text}}
		a := &jsonArray{
			input:   input,
			decoder: jsontext.NewDecoder(input, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)),
		}
		for {
			token, err := a.decoder.ReadToken()
			switch {
			case err != nil:
				return nil, a.failed(err)
			case token.Kind() == '[':
				return a, nil
			}
		}
	})
}

func (a *jsonArray) object() ([]byte, int64, error) {
	a.input.since = 0
	if a.decoder.PeekKind() == ']' {
		return nil, 0, io.EOF
	}
	text, err := a.decoder.ReadValue()
	if err != nil {
		return nil, 0, a.failed(err)
	}
	return text, a.input.lineOf(a.decoder.InputOffset() - int64(len(text))), nil
}

// failed says where the array cannot be read further.
func (a *jsonArray) failed(err error) error {
	line := a.input.lineOf(a.decoder.InputOffset())
	switch {
	case errors.Is(err, errHuge):
		return fmt.Errorf("line %d: %w", line, errHuge)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("line %d: the JSON array does not end: the file may have been cut off", line)
	default:
		return fmt.Errorf("line %d: not JSON", line)
	}
}

// lineCounter knows the lines of what was read and not asked for yet.
type lineCounter struct {
	measured
	breaks []int64 // offsets behind line breaks that are not counted yet
	lines  int64   // counted line breaks
}

func (l *lineCounter) Read(p []byte) (int, error) {
	before := l.total
	n, err := l.measured.Read(p)
	for at := 0; ; {
		next := bytes.IndexByte(p[at:n], '\n')
		if next < 0 {
			return n, err
		}
		at += next + 1
		l.breaks = append(l.breaks, before+int64(at))
	}
}

// lineOf returns the line of an offset that is not before the last one asked for.
func (l *lineCounter) lineOf(offset int64) int64 {
	passed := 0
	for passed < len(l.breaks) && l.breaks[passed] <= offset {
		passed++
	}
	l.lines += int64(passed)
	l.breaks = append(l.breaks[:0], l.breaks[passed:]...)
	return l.lines + 1
}
