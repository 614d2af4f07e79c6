package dialect

import "quartet/openapi"

// ResultMessage and ResultCode are what a success of the result dialect says.
const (
	JeecgMessage = "success"
	JeecgCode    = 200
)

// Result is the envelope of document 000, JeecgBoot's Result.
var Jeecg = Dialect{
	Name:        "jeecg",
	Prefixes:    []string{"/user/"},
	ContentType: jsonType,
	body: func(f Failure) any {
		return openapi.JeecgFailureBody{
			Success: false, Message: f.Message, Code: f.Number, Timestamp: f.At.UnixMilli(),
		}
	},
}
