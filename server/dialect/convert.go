package dialect

import (
	"time"

	"quartet/server/account"
)

// Conversions that the dialects share.

// OrNull returns nil for the zero value.
func OrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// OrEmpty returns the zero value for nil.
func OrEmpty[T any](value *T) (v T) {
	if value != nil {
		v = *value
	}
	return v
}

// Flag returns 1 for true and 0 for false, as the documents do.
func Flag(truth bool) int32 {
	if truth {
		return 1
	}
	return 0
}

// Narrow converts a number to the documents' int32.
func Narrow[T int | int64](number *T) *int32 {
	if number == nil {
		return nil
	}
	return new(int32(*number))
}

// Widen converts one of the documents' int32.
func Widen(number *int32) *int64 {
	if number == nil {
		return nil
	}
	return new(int64(*number))
}

// DateTime formats a time as documents 000 and 004 do, in the server's zone.
func (s Services) DateTime(at account.Time) string { return at.Time().In(s.Zone).Format(time.DateTime) }

// DateTimeOrNull is DateTime for a time that may be unknown.
func (s Services) DateTimeOrNull(at *account.Time) *string {
	if at == nil {
		return nil
	}
	return new(s.DateTime(*at))
}

// OpenID returns the user's WeChat openid, nil without one.
func OpenID(u account.User) *string {
	if len(u.WeChat) == 0 {
		return nil
	}
	return &u.WeChat[0].OpenID
}

// Convert converts each of a list; the result is never nil, because JSON would say null.
func Convert[From, To any](list []From, one func(From) To) []To {
	made := make([]To, 0, len(list))
	for _, item := range list {
		made = append(made, one(item))
	}
	return made
}
