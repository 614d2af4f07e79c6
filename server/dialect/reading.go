package dialect

import "quartet/server/request"

// Jackson is how Jackson reads requests in Spring's configuration, for the dialects of
// such frameworks. Jackson also takes 1.5 for the integer 1; another value than the one
// that was sent would be used, so that it stays refused.
var Jackson = request.Rules{
	Name:                "jackson",
	IgnoreUnknown:       true,
	IgnoreOtherCase:     true,
	NullIsAbsent:        true,
	EmptyNumberIsAbsent: true,
	TextForInteger:      true,
	TrimIntegers:        true,
	ScalarForText:       true,
	DateLayouts:         []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02"}, // StdDateFormat
	MillisecondsForDate: true,
	Encodings:           true,
}
