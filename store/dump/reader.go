package dump

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"quartet/store"
)

// Row is a row that has been read.
type Row struct {
	Line   int64
	Table  store.Table
	Values []any // in order of the table's columns
}

// Reader reads the format.
type Reader struct {
	lines  *lines
	header Header
	tables map[string]store.Table
	before Row // the row that was read last
}

// NewReader reads the header, also of what gzip has packed. Rows may be of the
// tables that are given. It returns ErrForeign for any other file.
func NewReader(in io.Reader, tables []store.Table) (*Reader, error) {
	lines, err := newLines(in)
	if err != nil {
		return nil, err
	}
	r := &Reader{lines: lines, tables: map[string]store.Table{}}
	for _, table := range tables {
		r.tables[table.Name] = table
	}
	r.header, err = lines.header()
	return r, err
}

// Header is the first line.
func (r *Reader) Header() Header { return r.header }

// Next gives the next row, a RowError for one that is no good, and io.EOF behind
// the last if the file is whole. Any other error ends the file: ErrTruncated,
// ErrDamaged, or that of reading.
func (r *Reader) Next() (Row, error) {
	line, err := r.lines.next()
	if errors.Is(err, io.EOF) && line != nil {
		if _, wrong := r.lines.trailer(line); wrong != nil {
			return Row{}, wrong
		}
	}
	if err != nil {
		return Row{}, err
	}
	row, wrong := r.row(line)
	if wrong != nil {
		return Row{}, *wrong
	}
	r.before = row
	return row, nil
}

// Check reads a whole file and gives its number of rows. What is in the rows it
// does not look at.
func Check(in io.Reader) (rows int64, err error) {
	lines, err := newLines(in)
	if err != nil {
		return 0, err
	}
	if _, err := lines.header(); err != nil {
		return 0, err
	}
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			end, err := lines.trailer(line)
			return end.Total, err
		}
		if err != nil {
			return 0, err
		}
	}
}

func (r *Reader) row(line []byte) (Row, *RowError) {
	refuse := func(column, reason string) (Row, *RowError) {
		return Row{}, &RowError{Line: r.lines.number, Column: column, Reason: reason}
	}
	if at := invalidUTF8(line); at > 0 {
		return refuse("", fmt.Sprintf("byte %d is not UTF-8", at))
	}
	var read rowLine[jsontext.Value]
	if err := json.Unmarshal(line, &read, json.RejectUnknownMembers(true)); err != nil {
		return refuse("", `it is not of the form {"table":…,"row":{…}}: `+reasonOf(err))
	}
	table, known := r.tables[read.Table]
	if !known {
		return refuse("", fmt.Sprintf("there is no table %q", read.Table))
	}
	values, column, reason := columnsOf(table, read.Row)
	if reason != "" {
		return refuse(strings.TrimSuffix(table.Name+"."+column, "."), reason)
	}
	if r.before.Table.Name == table.Name && slices.Equal(table.KeyOf(r.before.Values), table.KeyOf(values)) {
		return refuse(table.Name+"."+table.Key[0], fmt.Sprintf("its key is that of line %d", r.before.Line))
	}
	return Row{Line: r.lines.number, Table: table, Values: values}, nil
}

// columnsOf takes the values out of the object that a row is, which has each of
// the table's columns once.
func columnsOf(table store.Table, object jsontext.Value) (values []any, column, reason string) {
	if object.Kind() != '{' {
		return nil, "", "the row is not an object"
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, "", reasonOf(err)
	}
	for _, column := range table.Columns {
		text, present := members[column.Name]
		if !present {
			return nil, column.Name, "it is missing"
		}
		value, reason := valueOf(column, text)
		if reason != "" {
			return nil, column.Name, reason
		}
		values = append(values, value)
		delete(members, column.Name)
	}
	if unknown := slices.Sorted(maps.Keys(members)); len(unknown) > 0 {
		return nil, unknown[0], "there is no such column"
	}
	return values, "", ""
}

// valueOf reads a value, or gives the reason why it cannot be the column's.
func valueOf(column store.Column, text jsontext.Value) (value any, reason string) {
	kind := text.Kind()
	switch {
	case kind == 'n' && column.Nullable:
		return nil, ""
	case kind == 'n':
		return nil, "it must not be null"
	case column.Kind == store.Text && kind == '"':
		return textOf(text)
	case column.Kind == store.Boolean && (kind == 't' || kind == 'f'):
		return kind == 't', ""
	case column.Kind == store.Integer && kind == '0':
		return integerOf(string(text), column.Bits)
	}
	return nil, "it must be " + map[store.Kind]string{
		store.Text: "a string", store.Boolean: "true or false", store.Integer: "a whole number",
	}[column.Kind]
}

func textOf(text jsontext.Value) (value any, reason string) {
	plain, err := jsontext.AppendUnquote(nil, text)
	switch {
	case err != nil:
		return nil, reasonOf(err)
	case strings.ContainsRune(string(plain), 0):
		return nil, "it has a NUL character, which PostgreSQL cannot keep"
	}
	return string(plain), ""
}

func integerOf(text string, bits int) (value any, reason string) {
	number, err := strconv.ParseInt(text, 10, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return nil, fmt.Sprintf("it does not fit %d bits", bits)
	case err != nil:
		return nil, "it must be a whole number"
	}
	return number, ""
}

// invalidUTF8 gives where the first byte that is not UTF-8 is, from 1, or 0.
func invalidUTF8(line []byte) int {
	if utf8.Valid(line) {
		return 0
	}
	for at := 0; ; {
		r, size := utf8.DecodeRune(line[at:])
		if r == utf8.RuneError && size == 1 {
			return at + 1
		}
		at += size
	}
}

// reasonOf leaves out the Go that is in an error's text.
func reasonOf(err error) string {
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return strings.TrimPrefix(syntax.Error(), "jsontext: ")
	}
	if meaning, ok := errors.AsType[*json.SemanticError](err); ok && meaning.Err != nil {
		return meaning.Err.Error()
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
