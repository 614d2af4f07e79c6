package dialect

import "quartet/openapi"

// StatusCode and StatusMessage are what a success of the status style says.
const (
	CASCode    = 200
	CASMessage = "请求成功"
)

// Status is the envelope of document 002, that of a CAS-style open platform.
var CAS = Dialect{
	Name:        "status",
	Prefixes:    []string{"/user/info"},
	ContentType: jsonType,
	body: func(f Failure) any {
		word := openapi.StatusFail
		if ourFault(f.HTTP) {
			word = openapi.StatusError
		}
		return openapi.StatusFailureBody{Code: f.Number, Status: word, Message: f.Message, Data: map[string]any{}}
	},
}
