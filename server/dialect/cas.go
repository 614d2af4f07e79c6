package dialect

import "quartet/openapi"

// StatusCode and StatusMessage are what a success of the status dialect says.
const (
	CASCode    = 200
	CASMessage = "请求成功"
)

// Status is the envelope of document 002, that of a CAS-dialect open platform.
var CAS = Dialect{
	Name:        "cas",
	Prefixes:    []string{"/user/info"},
	ContentType: jsonType,
	body: func(f Failure) any {
		word := openapi.CasFail
		if ourFault(f.HTTP) {
			word = openapi.CasError
		}
		return openapi.CasFailureBody{Code: f.Number, Status: word, Message: f.Message, Data: map[string]any{}}
	},
}
