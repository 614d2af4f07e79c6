package dialect

import "quartet/openapi"

// FlatCode and FlatMessage are what a success of the flat dialect says.
const (
	RuoYiCode    = 200
	RuoYiMessage = "操作成功"
)

// Flat is the envelope of document 003, RuoYi's AjaxResult.
var RuoYi = Dialect{
	Name:        "ruoyi",
	Prefixes:    []string{"/account_api/"},
	ContentType: jsonType,
	body: func(f Failure) any {
		return openapi.RuoyiFailureBody{Msg: f.Message, Code: f.Number}
	},
}
