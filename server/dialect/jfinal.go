package dialect

import "quartet/openapi"

// State is the envelope of document 004, JFinal's Ret.
var JFinal = Dialect{
	Name:        "jfinal",
	Prefixes:    []string{"/api/"},
	ContentType: jsonType,
	body: func(f Failure) any {
		return openapi.JfinalFailureBody{State: openapi.JfinalFail, Message: f.Message, Code: f.Number}
	},
}
