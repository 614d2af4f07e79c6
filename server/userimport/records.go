package userimport

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// longestRecord is the maximum size of a user's record, in bytes.
const longestRecord = 1 << 20

const (
	notUTF8 = "not UTF-8; a dump in GBK is converted by: iconv -f GB18030 -t UTF-8"
	cutOff  = "the file ends within this line: it may have been cut off; if it is whole, end it with a line break"
)

// Error is an error of one line. It never contains a value of the line.
type Error struct {
	Line   int64
	Column string // the dump's name of it; "" for the whole line
	Reason string
}

// Error returns the line number, the column and the reason.
func (e Error) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Column, e.Reason)
}

// records reads a dump in one of the formats.
type records interface {
	// names returns the columns. It is called once, first.
	names() ([]string, error)
	// next returns the values in the order of names, and the line on which they begin.
	// An Error concerns this record alone; io.EOF is the end.
	next() (values []string, line int64, err error)
}

// open detects the format by the first byte unless format names it.
func open(file io.Reader, format string) (records, error) {
	input := bufio.NewReaderSize(file, 64<<10)
	start, err := input.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return nil, Error{Line: 1, Reason: "the file is UTF-16; save it as UTF-8"}
	case bytes.Equal(start, []byte("\xef\xbb\xbf")):
		_, _ = input.Discard(len(start)) // they are buffered
		start, _ = input.Peek(1)
	}
	switch {
	case len(start) == 0:
		return nil, Error{Line: 1, Reason: "the file is empty"}
	case format == "" && start[0] == '[':
		return nil, Error{Line: 1, Reason: "a JSON array; expected one JSON object a line (jq -c '.[]' converts it)"}
	case format == "jsonl", format == "" && start[0] == '{':
		return newJSONRecords(input), nil
	default:
		return newCSVRecords(input), nil
	}
}

// csvRecords reads comma-separated values (RFC 4180) with a header.
type csvRecords struct {
	reader *csv.Reader
	input  *measured
	line   int64 // number of the last record's line
}

// measured counts the bytes and limits those of a record, because a quote that is never
// closed would make the rest of the file one field.
type measured struct {
	file         io.Reader
	total, since int64
	last         byte
}

var errHuge = errors.New("more than 1 MiB in one record: is a quote not closed?")

func (m *measured) Read(p []byte) (int, error) {
	if m.since > longestRecord {
		return 0, errHuge
	}
	n, err := m.file.Read(p)
	m.total, m.since = m.total+int64(n), m.since+int64(n)
	if n > 0 {
		m.last = p[n-1]
	}
	return n, err
}

func newCSVRecords(file io.Reader) *csvRecords {
	input := &measured{file: file}
	reader := csv.NewReader(input)
	reader.ReuseRecord = true
	return &csvRecords{reader: reader, input: input}
}

func (c *csvRecords) names() ([]string, error) {
	header, _, err := c.next()
	return append([]string(nil), header...), err
}

func (c *csvRecords) next() ([]string, int64, error) {
	c.input.since = 0
	values, err := c.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, 0, io.EOF
	}
	if err := c.wording(err); err != nil {
		return nil, 0, err
	}
	at, _ := c.reader.FieldPos(0)
	line := int64(at)
	c.line = line
	if c.reader.InputOffset() == c.input.total && c.input.last != '\n' {
		return nil, line, Error{Line: line, Reason: cutOff}
	}
	return values, line, nil
}

// wording converts an error of the CSV reader to an Error.
func (c *csvRecords) wording(err error) error {
	parse, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return fmt.Errorf("after line %d: %w", c.line, err)
	case errors.Is(err, csv.ErrFieldCount):
		return Error{Line: int64(parse.StartLine), Reason: "more or fewer columns than the header"}
	case errors.Is(err, csv.ErrQuote) && c.reader.InputOffset() == c.input.total:
		return Error{Line: int64(parse.StartLine), Reason: "a quote is not closed: the file may have been cut off"}
	default:
		return Error{Line: int64(parse.StartLine), Reason: `a quote stands where none may; RFC 4180 quotes a field as a whole and writes a quote in it twice, ""`}
	}
}

// checkUTF8 returns the first value that is not UTF-8.
func checkUTF8(values, names []string, line int64) error {
	for at, value := range values {
		if !utf8.ValidString(value) {
			return Error{Line: line, Column: names[at], Reason: notUTF8}
		}
	}
	return nil
}

// isNull reports whether exporters write the value for NULL.
func isNull(value string) bool { return value == `\N` || value == "NULL" }
