// Package row holds the types of columns that no engine has itself.
package row

import (
	"fmt"
	"time"
)

// Time is a moment in milliseconds since the Unix epoch, as the columns hold it.
type Time int64

// TimeOf turns a moment into a column's value.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Scan reads a column (sql.Scanner).
func (t *Time) Scan(column any) error {
	millis, ok := column.(int64)
	if !ok {
		return fmt.Errorf("%T is no moment", column)
	}
	*t = Time(millis)
	return nil
}

// Add gives the moment d later.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Time gives the moment in UTC.
func (t Time) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }
