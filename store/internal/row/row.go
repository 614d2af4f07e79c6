// Package row holds the types of columns.
package row

import (
	"fmt"
	"time"
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

// Add returns the time d later.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Time returns the time in UTC.
func (t Time) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }
