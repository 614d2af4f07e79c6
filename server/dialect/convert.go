package dialect

import (
	"time"

	"quartet/server/account"
)

// Conversions that the dialects share.

// OrNull is nil for an unknown text.
func OrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// OrEmpty is the zero value for an unknown value.
func OrEmpty[T any](value *T) (v T) {
	if value != nil {
		v = *value
	}
	return v
}

// Flag is a truth as the 0 or 1 that the documents use.
func Flag(truth bool) int32 {
	if truth {
		return 1
	}
	return 0
}

// Narrow is a number as the documents' int32.
func Narrow[T int | int64](number *T) *int32 {
	if number == nil {
		return nil
	}
	return new(int32(*number))
}

// DateTime is document 000's and 004's form of a moment, in the server's zone.
func (s Services) DateTime(at account.Time) string { return at.Time().In(s.Zone).Format(time.DateTime) }

// DateTimeOrNull is DateTime of a moment that may be unknown.
func (s Services) DateTimeOrNull(at *account.Time) *string {
	if at == nil {
		return nil
	}
	return new(s.DateTime(*at))
}

// OpenID is the user's openid at WeChat, nil without one.
func OpenID(u account.User) *string {
	if len(u.WeChat) == 0 {
		return nil
	}
	return &u.WeChat[0].OpenID
}
