package dialect

import "quartet/openapi"

// State is the envelope of document 004, JFinal's Ret.
var JFinal = Dialect{
	Name:        "state",
	Prefixes:    []string{"/api/"},
	ContentType: jsonType,
	body: func(f Failure) any {
		return openapi.StateFailureBody{State: openapi.StateFail, Message: f.Message, Code: f.Number}
	},
}
