package userimport

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// records reads a dump in one of the formats.
type records interface {
	// names returns the columns. It is called once, first.
	names() ([]string, error)
	// next returns the values in the order of names, and the line on which they begin.
	// An Error concerns this record alone; io.EOF is the end. Records without any value
	// are left out.
	next() (values []string, line int64, err error)
}

// Formats of dumps.
const (
	formatCSV   = "csv"
	formatLines = "jsonl"
	formatJSON  = "json"
	formatXLSX  = "xlsx"
)

// open finds the format by the file's start unless format names it. The layout's columns
// tell the separator of CSV.
func open(file *source, format string, known layout) (records, error) {
	switch file.binary() {
	case "xls":
		return nil, Error{Line: 1, Reason: Reason{"an old Excel file (.xls); save it as .xlsx", "旧的 Excel 文件（.xls）；请另存为 .xlsx"}}
	case "compressed":
		return nil, Error{Line: 1, Reason: Reason{"the file is compressed; unpack it first", "文件经过压缩；请先解压"}}
	case formatXLSX:
		return newSheetRecords(file, known)
	}
	if format == formatXLSX {
		return nil, Error{Line: 1, Reason: Reason{"not an .xlsx file", "不是 .xlsx 文件"}}
	}
	text, err := file.text()
	if err != nil {
		return nil, err
	}
	input := bufio.NewReaderSize(text, 64<<10)
	start, err := input.Peek(input.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	start = bytes.TrimLeft(start, " \t\r\n")
	if len(start) == 0 {
		return nil, Error{Line: 1, Reason: Reason{"the file is empty", "文件是空的"}}
	}
	if format == "" {
		format = formatOf(start)
	}
	switch format {
	case formatLines:
		return newJSONRecords(file)
	case formatJSON:
		return newJSONArray(file)
	default:
		return newCSVRecords(input, known), nil
	}
}

func formatOf(start []byte) string {
	switch {
	case start[0] == '[', arrayInside.Match(start):
		return formatJSON
	case start[0] == '{':
		return formatLines
	default:
		return formatCSV
	}
}

// csvRecords reads comma-separated values (RFC 4180) with a header, or values that
// another character separates.
type csvRecords struct {
	reader *csv.Reader
	input  *measured
	line   int64 // number of the last record's line
	above  int64 // lines before the reader's first
	header []string
}

// measured counts the bytes and limits those of a record, because a quote that is never
// closed would make the rest of the file one field.
type measured struct {
	file         io.Reader
	total, since int64
	last         byte
}

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

func newCSVRecords(file *bufio.Reader, known layout) *csvRecords {
	start, _ := file.Peek(file.Size()) // a failure is found again by the reader
	c := &csvRecords{input: &measured{file: file}}
	separator := separatorOf(start, known)
	if named, line := namedSeparator(start); line > 0 {
		separator = named
		_, _ = file.Discard(line) // they are buffered
		c.above = 1
	}
	c.reader = csv.NewReader(c.input)
	c.reader.Comma = separator
	c.reader.ReuseRecord = true
	c.reader.FieldsPerRecord = -1
	return c
}

// namedSeparator returns the separator that a first line such as sep=; names, as Excel
// reads and writes it, and the line's length.
func namedSeparator(start []byte) (separator rune, length int) {
	line, _, found := bytes.Cut(start, []byte{'\n'})
	text := strings.Trim(strings.TrimRight(string(line), "\r"), `"`)
	if !found || len(text) != len("sep=;") || !strings.EqualFold(text[:4], "sep=") {
		return 0, 0
	}
	return rune(text[4]), len(line) + 1
}

// separatorOf returns the separator by which the header has the most known columns.
func separatorOf(start []byte, known layout) rune {
	separator, most := ',', -1
	for _, tried := range ",;\t|" {
		reader := csv.NewReader(bytes.NewReader(start))
		reader.Comma = tried
		header, err := reader.Read()
		if err != nil {
			continue
		}
		if found := 1000*known.count(header) + len(header); found > most {
			separator, most = tried, found
		}
	}
	return separator
}

func (c *csvRecords) names() ([]string, error) {
	header, _, err := c.next()
	if errors.Is(err, io.EOF) {
		return nil, Error{Line: 1, Reason: Reason{"the file is empty", "文件是空的"}}
	}
	for len(header) > 0 && strings.TrimSpace(header[len(header)-1]) == "" {
		header = header[:len(header)-1] // of a sheet that is wider than its table
	}
	c.header = append([]string{}, header...)
	return c.header, err
}

func (c *csvRecords) next() ([]string, int64, error) {
	for {
		values, line, err := c.read()
		if err != nil || !isBlank(values) {
			return values, line, err
		}
	}
}

func (c *csvRecords) read() ([]string, int64, error) {
	c.input.since = 0
	values, err := c.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, 0, io.EOF
	}
	if err := c.wording(err); err != nil {
		return nil, c.line, err
	}
	at, _ := c.reader.FieldPos(0)
	c.line = int64(at) + c.above
	if isBlank(values) {
		return values, c.line, nil
	}
	if c.reader.InputOffset() == c.input.total && c.input.last != '\n' {
		return values, c.line, Error{Line: c.line, Reason: cutOff}
	}
	return c.fitted(values)
}

// fitted leaves out empty values to the right of the header's last column.
func (c *csvRecords) fitted(values []string) ([]string, int64, error) {
	wide := len(c.header)
	if c.header == nil || len(values) == wide {
		return values, c.line, nil
	}
	if len(values) > wide && isBlank(values[wide:]) {
		return values[:wide], c.line, nil
	}
	return nil, c.line, Error{Line: c.line, Reason: Reason{
		fmt.Sprintf("more or fewer columns than the header: %d and not %d", len(values), wide),
		fmt.Sprintf("列数与表头不同：有 %d 列，表头有 %d 列", len(values), wide),
	}}
}

func isBlank(values []string) bool {
	for _, value := range values {
		if strings.TrimSpace(value) != "" {
			return false
		}
	}
	return true
}

// wording converts an error of the CSV reader to an Error.
func (c *csvRecords) wording(err error) error {
	parse, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return fmt.Errorf("after line %d: %w", c.line, err)
	}
	c.line = int64(parse.StartLine) + c.above
	if errors.Is(err, csv.ErrQuote) && c.reader.InputOffset() == c.input.total {
		return Error{Line: c.line, Reason: notClosed}
	}
	return Error{Line: c.line, Reason: badQuote}
}

// checkUTF8 returns the first value that is not UTF-8.
func checkUTF8(values, names []string, line int64) error {
	for at, value := range values {
		if !utf8.ValidString(value) {
			return Error{Line: line, Column: names[at], Reason: unreadable}
		}
	}
	return nil
}

// isNull reports whether exporters write the value for NULL.
func isNull(value string) bool { return value == `\N` || value == "NULL" }
