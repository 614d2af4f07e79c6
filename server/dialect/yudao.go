package dialect

import "quartet/openapi"

// Data is the envelope of document 001, yudao's CommonResult.
var Yudao = Dialect{
	Name:        "yudao",
	Prefixes:    []string{"/auth/", "/app/", "/wx/"},
	ContentType: jsonType,
	body: func(f Failure) any {
		return openapi.YudaoFailureBody{Code: f.Number, Msg: f.Message}
	},
}
