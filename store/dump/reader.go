package dump

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
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
	tables map[string]store.Table
	header Header
	end    trailer // set once the trailer has been read

	in     *bufio.Reader
	sum    hash.Hash
	number int64 // of the line that was read last
	buffer []byte
}

// NewReader reads the header of a file, which may be compressed with gzip. tables are
// the tables whose rows are accepted. It returns ErrForeign for a file in another
// format.
func NewReader(in io.Reader, tables []store.Table) (*Reader, error) {
	r := &Reader{tables: map[string]store.Table{}, in: bufio.NewReaderSize(in, 1<<16), sum: sha256.New()}
	for _, table := range tables {
		r.tables[table.Name] = table
	}
	magic, _ := r.in.Peek(2)
	if len(magic) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrForeign)
	}
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		plain, err := gzip.NewReader(r.in)
		if err != nil {
			return nil, r.readError(err)
		}
		r.in = bufio.NewReaderSize(plain, 1<<16)
	}
	line, err := r.read()
	switch {
	case err != nil:
		return nil, err
	case json.Unmarshal(line, &r.header) != nil || r.header.Format != formatName:
		return nil, ErrForeign
	case r.header.Version != formatVersion:
		return nil, fmt.Errorf("the file has format version %d, this program reads version %d: use the program that wrote it", r.header.Version, formatVersion)
	case r.header.Migration < renamedIn:
		r.header.Metadata = r.header.Marks
	}
	r.hash(line)
	return r, nil
}

// Next returns the next row, a RowError for an invalid one, and io.EOF after the last
// row of a complete file. Any other error is final: ErrTruncated, ErrDamaged or a read
// error.
func (r *Reader) Next() (Row, error) {
	line, err := r.next()
	if err != nil {
		return Row{}, err
	}
	return r.row(line)
}

// Check reads a whole file. It does not look at the values of its rows.
func Check(in io.Reader) (Summary, error) {
	r, err := NewReader(in, nil)
	for err == nil {
		_, err = r.next()
	}
	if !errors.Is(err, io.EOF) {
		return Summary{}, err
	}
	return Summary{Header: r.header, Rows: r.end.Total, SHA256: r.end.SHA256}, nil
}

// next returns the line of a row without its line break, valid until the next call.
// After a correct trailer it returns io.EOF.
func (r *Reader) next() ([]byte, error) {
	line, err := r.read()
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(line, []byte(`{"end":`)) {
		r.hash(line)
		return line, nil
	}
	rows := r.number - 2 // without the header and the trailer
	switch _, more := r.in.Peek(1); {
	case json.Unmarshal(line, &r.end) != nil:
		return nil, fmt.Errorf("%w: its last line cannot be read", ErrDamaged)
	case !errors.Is(more, io.EOF):
		return nil, fmt.Errorf("%w: more follows its last line, %d", ErrDamaged, r.number)
	case r.end.Total != rows:
		return nil, fmt.Errorf("%w: it has %d rows and should have %d", ErrDamaged, rows, r.end.Total)
	case r.end.SHA256 != hex.EncodeToString(r.sum.Sum(nil)):
		return nil, fmt.Errorf("%w: its SHA-256 differs from the one in its last line", ErrDamaged)
	}
	return nil, io.EOF
}

func (r *Reader) hash(line []byte) {
	r.sum.Write(line)
	r.sum.Write([]byte{'\n'})
}

// read returns a line without its line break.
func (r *Reader) read() ([]byte, error) {
	r.buffer = r.buffer[:0]
	r.number++
	for {
		part, err := r.in.ReadSlice('\n')
		r.buffer = append(r.buffer, part...)
		switch {
		case err == nil:
			return r.buffer[:len(r.buffer)-1], nil
		case len(r.buffer) > longestLine:
			return nil, fmt.Errorf("line %d is longer than %d bytes", r.number, longestLine)
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, r.readError(err)
		}
	}
}

func (r *Reader) readError(err error) error {
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w (it ends in line %d)", ErrTruncated, r.number)
	case errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	default:
		return err
	}
}

func (r *Reader) row(line []byte) (Row, error) {
	refuse := func(column, reason string) (Row, error) {
		return Row{}, RowError{Line: r.number, Column: column, Reason: reason}
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
	row := Row{Line: r.number, Table: table}
	for _, column := range table.Columns {
		text, present := read.Row[column.Name]
		if added := addedColumns[joined(table.Name, column.Name)]; !present && r.header.Migration < added.migration {
			row.Values = append(row.Values, added.value)
			continue
		}
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

// valueOf reads a value, or returns the reason why the column cannot hold it.
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

// reasonOf removes the names of Go types and packages from an error's text.
func reasonOf(err error) string {
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return strings.TrimPrefix(syntax.Error(), "jsontext: ")
	}
	if meaning, ok := errors.AsType[*json.SemanticError](err); ok && meaning.Err != nil {
		return meaning.Err.Error()
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
