package request

import (
	"encoding/json"
	"time"
)

// dateOfText converts a text in one of the rules' layouts, or the digits of
// milliseconds; any other text stays as it is. Digits as long as a layout of digits are no
// milliseconds: 20001301 is no day.
func (r *Rules) dateOfText(text, layout string) any {
	for _, other := range r.DateLayouts {
		if at, err := time.ParseInLocation(other, text, r.zone()); err == nil {
			return r.date(at, layout, text)
		}
		if len(other) == len(text) && isDigits(other) && isDigits(text) {
			return text
		}
	}
	if number, isNumber := (&Rules{}).integer(text, true).(json.Number); isNumber && r.MillisecondsForDate {
		if made, isText := r.dateOfNumber(number, layout).(string); isText {
			return made
		}
	}
	return text
}

// dateOfNumber converts milliseconds since 1970; a number that is no such time stays as
// it is.
func (r *Rules) dateOfNumber(number json.Number, layout string) any {
	milliseconds, err := whole(number).Int64()
	if err != nil {
		return number
	}
	return r.date(time.UnixMilli(milliseconds), layout, number)
}

// date formats a time of the years that four digits can write; otherwise it returns what
// was sent.
func (r *Rules) date(at time.Time, layout string, sent any) any {
	const firstYear, lastYear = 1, 9999
	at = at.In(r.zone())
	if at.Year() < firstYear || at.Year() > lastYear {
		return sent
	}
	return at.Format(layout)
}

func (r *Rules) zone() *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}
