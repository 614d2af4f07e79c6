package jfinal

import "quartet/server/request"

// rules are those of fastjson, which JFinal's clients are read by, and of Jboot, which
// reads a JSON body under any content type. fastjson also takes true for 1, 1.5 for 1 and
// an object for a text; no client relies on that, and another value than the one that was
// sent would be used, so that these stay refused.
var rules = request.Rules{
	Name:                "fastjson",
	IgnoreUnknown:       true,
	IgnoreOtherCase:     true,
	NullIsAbsent:        true,
	EmptyNumberIsAbsent: true,
	TextForInteger:      true,
	ScalarForText:       true,
	DateLayouts: []string{
		"2006-1-2T15:4:5Z07:00", "2006-1-2T15:4:5Z0700", "2006-1-2T15:4:5", "2006-1-2T15:4", // ISO 8601
		"2006-1-2 15:4:5", "2006-1-2 15:4", "2006-1-2",
		"2006/1/2 15:4:5", "2006/1/2 15:4", "2006/1/2",
		"20060102150405", "20060102",
	},
	MillisecondsForDate: true,
	Encodings:           true,
	MultipartForm:       true,
	JSONForForm:         true,
}
