package dump

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"quartet/store"
)

// Row is a row of a file.
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
}

// NewReader reads the header, also of a file that gzip has compressed. Rows may
// be of the tables that are given. It returns ErrForeign for any other file.
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

// Next gives the next row, a RowError for one that is not valid, and io.EOF
// after the last if the file is complete. Any other error ends the file:
// ErrTruncated, ErrDamaged, or that of reading.
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
	return r.row(line)
}

// skip passes over the next rows.
func (r *Reader) skip(rows int64) error {
	for range rows {
		if _, err := r.lines.next(); err != nil {
			return err
		}
	}
	return nil
}

// Check reads a whole file. It does not look at the values of its rows.
func Check(in io.Reader) (s Summary, err error) {
	lines, err := newLines(in)
	if err != nil {
		return s, err
	}
	if s.Header, err = lines.header(); err != nil {
		return s, err
	}
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) && line != nil {
			end, err := lines.trailer(line)
			s.Rows, s.SHA256 = end.Total, end.SHA256
			return s, err
		}
		if err != nil {
			return s, err
		}
	}
}

func (r *Reader) row(line []byte) (Row, error) {
	refuse := func(column, reason string) (Row, error) {
		return Row{}, RowError{Line: r.lines.number, Column: column, Reason: reason}
	}
	var read rowLine
	if err := json.Unmarshal(line, &read, json.RejectUnknownMembers(true)); err != nil {
		return refuse("", `it is not of the form {"table":…,"row":{…}}: `+reasonOf(err))
	}
	table, known := r.tables[read.Table]
	if !known {
		return refuse("", fmt.Sprintf("there is no table %q", read.Table))
	}
	if r.header.Migration < renamedIn {
		upgrade(table.Name, read.Row)
	}
	row := Row{Line: r.lines.number, Table: table}
	for _, column := range table.Columns {
		text, present := read.Row[column.Name]
		if !present {
			return refuse(joined(table.Name, column.Name), "it is missing")
		}
		value, reason := valueOf(column, text)
		if reason != "" {
			return refuse(joined(table.Name, column.Name), reason)
		}
		row.Values = append(row.Values, value)
		delete(read.Row, column.Name)
	}
	for unknown := range read.Row {
		return refuse(joined(table.Name, unknown), "there is no such column")
	}
	return row, nil
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
		plain, err := jsontext.AppendUnquote(nil, text)
		if err != nil {
			return nil, reasonOf(err)
		}
		if slices.Contains(plain, 0) {
			return nil, "it has a NUL character, which PostgreSQL cannot store"
		}
		return string(plain), ""
	case column.Kind == store.Boolean && (kind == 't' || kind == 'f'):
		return kind == 't', ""
	case column.Kind == store.Integer && kind == '0':
		number, err := strconv.ParseInt(string(text), 10, column.Bits)
		if errors.Is(err, strconv.ErrRange) {
			return nil, fmt.Sprintf("it does not fit %d bits", column.Bits)
		}
		if err == nil {
			return number, ""
		}
	}
	return nil, "it must be " + map[store.Kind]string{
		store.Text: "a string", store.Boolean: "true or false", store.Integer: "a whole number",
	}[column.Kind]
}

// reasonOf leaves out the names of Go types and packages.
func reasonOf(err error) string {
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return strings.TrimPrefix(syntax.Error(), "jsontext: ")
	}
	if meaning, ok := errors.AsType[*json.SemanticError](err); ok && meaning.Err != nil {
		return meaning.Err.Error()
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
