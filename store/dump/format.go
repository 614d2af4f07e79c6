package dump

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	formatName    = "quartet"
	formatVersion = 1

	// longestLine bounds the memory that a line takes.
	longestLine = 16 << 20 // bytes
)

// Header is the first line.
type Header struct {
	Format    string            `json:"format"`
	Version   int               `json:"version"`   // of the format
	Migration int64             `json:"migration"` // of the tables
	Metadata  map[string]string `json:"metadata"`

	Marks map[string]string `json:"marks,omitempty"` // metadata in files of schema versions before 6
}

// trailer is the last line. The hash is that of every byte before it.
type trailer struct {
	End    bool             `json:"end"`
	Total  int64            `json:"total"`
	Rows   map[string]int64 `json:"rows"`
	SHA256 string           `json:"sha256"` // lower-case hexadecimal
}

// rowLine is a line between the header and the trailer.
type rowLine struct {
	Table string                    `json:"table"`
	Row   map[string]jsontext.Value `json:"row"`
}

// Summary is the result of Check.
type Summary struct {
	Header Header
	Rows   int64
	SHA256 string // of all lines before the trailer
}

// Errors that concern the whole file.
var (
	ErrForeign   = errors.New("not a file that quartet export writes")
	ErrTruncated = errors.New("the file is truncated: its last line is missing")
	ErrDamaged   = errors.New("the file is damaged")
)

// RowError is a row that cannot be imported.
type RowError struct {
	Line   int64  // the first is 1
	Column string // table and column, or the table, or ""
	Reason string
}

// Error gives the line, the column and the reason.
func (e RowError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Column, e.Reason)
}

// joined names a column of a table, or the table if there is no column.
func joined(table, column string) string { return strings.TrimSuffix(table+"."+column, ".") }
