package dump

import (
	"errors"
	"fmt"
)

const (
	formatName    = "quartet"
	formatVersion = 1

	// longestLine bounds what a file that is none of ours can make us hold.
	longestLine = 16 << 20 // bytes
)

// Header is the first line.
type Header struct {
	Format    string            `json:"format"`
	Version   int               `json:"version"`   // of the format
	Migration int64             `json:"migration"` // of the tables
	Marks     map[string]string `json:"marks"`     // what the database says of itself
}

// trailer is the last line. The hash is of every byte before it.
type trailer struct {
	End    bool             `json:"end"`
	Total  int64            `json:"total"`
	Rows   map[string]int64 `json:"rows"`
	SHA256 string           `json:"sha256"` // lower-case hexadecimal
}

// rowLine is any line between them.
type rowLine[R any] struct {
	Table string `json:"table"`
	Row   R      `json:"row"`
}

// Why a file as a whole is refused.
var (
	ErrForeign   = errors.New("this is not what quartet export writes")
	ErrTruncated = errors.New("the file is cut short: its last line is missing")
	ErrDamaged   = errors.New("the file is not as it was written")
)

// RowError is a row that is no good, while the lines behind it may be.
type RowError struct {
	Line   int64  // the first is 1
	Column string // table and column, or the table, or ""
	Reason string
}

// Error puts the three together.
func (e RowError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Column, e.Reason)
}
