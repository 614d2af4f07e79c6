package server

import (
	"time"

	"quartet/store"
)

// Small steps that the converters of several dialects share.

func ptr[T any](value T) *T { return &value }

// orNull is nil for an unknown text.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// deref is "" for an unknown text.
func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// flag is a truth as the 0 or 1 that the documents use.
func flag(truth bool) int32 {
	if truth {
		return 1
	}
	return 0
}

func narrow(number *int64) *int32 {
	if number == nil {
		return nil
	}
	return ptr(int32(*number))
}

// dateTime is document 000's and 004's form of a moment, in the server's zone.
func (s *server) dateTime(at store.Time) string { return at.Time().In(s.zone).Format(time.DateTime) }

func (s *server) dateTimeOrNull(at *store.Time) *string {
	if at == nil {
		return nil
	}
	return ptr(s.dateTime(*at))
}

// date is document 003's form of a moment, in the server's zone.
func (s *server) date(at store.Time) string { return at.Time().In(s.zone).Format(time.DateOnly) }

// local is a moment with the server's offset, to the second (RFC 3339).
func (s *server) local(at time.Time) time.Time { return at.In(s.zone).Truncate(time.Second) }
