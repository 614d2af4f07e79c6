package dump

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"quartet/store"
)

// Writer writes the format. The same rows give the same bytes.
type Writer struct {
	out    *bufio.Writer
	sum    hash.Hash
	hashed io.Writer // writes to the file and the hash
	rows   map[string]int64
	total  int64
	line   []byte
}

// NewWriter writes the header. The migration is the version of the tables.
func NewWriter(out io.Writer, migration int64, metadata map[string]string) (*Writer, error) {
	w := &Writer{out: bufio.NewWriterSize(out, 1<<16), sum: sha256.New(), rows: map[string]int64{}}
	w.hashed = io.MultiWriter(w.sum, w.out)
	header := Header{Format: formatName, Version: formatVersion, Migration: migration, Metadata: metadata}
	line, err := json.Marshal(header, json.Deterministic(true))
	if err == nil {
		_, err = w.hashed.Write(append(line, '\n'))
	}
	return w, err
}

// Row writes a row, whose values are in order of the table's columns. Text that is not
// UTF-8 is an error.
func (w *Writer) Row(table store.Table, row []any) error {
	line := append(w.line[:0], `{"table":"`+table.Name+`","row":{`...)
	for i, column := range table.Columns {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, `"`+column.Name+`":`...)
		var err error
		if line, err = appendValue(line, row[i]); err != nil {
			return fmt.Errorf("%s.%s of the row %v: %w", table.Name, column.Name, row[0], err)
		}
	}
	w.line = append(line, "}}\n"...)
	w.rows[table.Name]++
	w.total++
	_, err := w.hashed.Write(w.line)
	return err
}

func appendValue(line []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(line, "null"...), nil
	case bool:
		return strconv.AppendBool(line, v), nil
	case int64:
		return strconv.AppendInt(line, v, 10), nil
	case string:
		return jsontext.AppendQuote(line, v)
	default:
		return nil, fmt.Errorf("a %T cannot be written", value)
	}
}

// Close writes the trailer. It does not close the underlying writer.
func (w *Writer) Close() error {
	end := trailer{End: true, Total: w.total, Rows: w.rows, SHA256: hex.EncodeToString(w.sum.Sum(nil))}
	line, err := json.Marshal(end, json.Deterministic(true))
	if err != nil {
		return err
	}
	if _, err := w.out.Write(append(line, '\n')); err != nil {
		return err
	}
	return w.out.Flush()
}
