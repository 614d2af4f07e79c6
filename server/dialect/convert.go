package dialect

import (
	"time"

	"quartet/server/account"
	"quartet/store"
)

// Conversions that the dialects share.

// OrNull is nil for an unknown text.
func OrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// OrEmpty is "" for an unknown text.
func OrEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// Flag is a truth as the 0 or 1 that the documents use.
func Flag(truth bool) int32 {
	if truth {
		return 1
	}
	return 0
}

// Narrow is a number of the store as the documents' int32.
func Narrow(number *int64) *int32 {
	if number == nil {
		return nil
	}
	return new(int32(*number))
}

// DateTime is document 000's and 004's form of a moment, in the server's zone.
func (s Services) DateTime(at store.Time) string { return at.Time().In(s.Zone).Format(time.DateTime) }

// DateTimeOrNull is DateTime of a moment that may be unknown.
func (s Services) DateTimeOrNull(at *store.Time) *string {
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
