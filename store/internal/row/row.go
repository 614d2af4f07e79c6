// Package row holds the types of columns, and stores the values of rows in them.
package row

import (
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// Time is a time in milliseconds since the Unix epoch, as in the columns.
type Time int64

// TimeOf converts a time to a column's value.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Scan reads a column (sql.Scanner).
func (t *Time) Scan(column any) error {
	millis, ok := column.(int64)
	if !ok {
		return fmt.Errorf("%T is not a time", column)
	}
	*t = Time(millis)
	return nil
}

// ScanInt64 reads a column of PostgreSQL, whose driver prefers it to Scan
// (pgtype.Int64Scanner).
func (t *Time) ScanInt64(column pgtype.Int8) error {
	if !column.Valid {
		return errors.New("NULL is not a time")
	}
	*t = Time(column.Int64)
	return nil
}

// Add returns the time d later.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Time returns the time in UTC.
func (t Time) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }
