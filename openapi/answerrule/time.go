package answerrule

import (
	"encoding/json"
	"strconv"
	"time"
)

// How far a time that is written without its zone, and a day without its hour, may lie from
// the one in UTC.
const (
	anyZone = 14 * time.Hour
	anyHour = 24 * time.Hour
)

// TimeForm is a way of writing a time in JSON.
type TimeForm struct {
	// Off is how far the time may lie from the one in UTC that was read.
	Off time.Duration

	layout       string // "" for a number
	milliseconds bool   // since 1970; otherwise seconds
}

var timeLayouts = []TimeForm{
	{layout: time.RFC3339},
	{layout: time.DateTime, Off: anyZone},
	{layout: "2006-01-02T15:04:05", Off: anyZone},
	{layout: "2006/01/02 15:04:05", Off: anyZone},
	{layout: time.DateOnly, Off: anyZone + anyHour},
}

// shortestInMilliseconds is the least number since 1970 that counts milliseconds and not
// seconds.
const shortestInMilliseconds = 100_000_000_000

// ReadTime reads a time as JSON has it, and says how it is written.
func ReadTime(value any) (at time.Time, form TimeForm, isTime bool) {
	switch v := value.(type) {
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return at, form, false
		}
		if n < shortestInMilliseconds {
			return time.Unix(n, 0), form, true
		}
		return time.UnixMilli(n), TimeForm{milliseconds: true}, true
	case string:
		for _, form := range timeLayouts {
			if at, err := time.Parse(form.layout, v); err == nil {
				return at, form, true
			}
		}
	}
	return at, form, false
}

// InFormOf writes a time as another value is written, in its zone, and gives back a value that
// is no time.
func InFormOf(value any, at time.Time) any {
	was, form, isTime := ReadTime(value)
	switch {
	case !isTime:
		return value
	case form.layout != "":
		return at.In(was.Location()).Format(form.layout)
	case form.milliseconds:
		return json.Number(strconv.FormatInt(at.UnixMilli(), 10))
	}
	return json.Number(strconv.FormatInt(at.Unix(), 10))
}
