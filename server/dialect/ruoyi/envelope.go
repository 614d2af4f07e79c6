// Package ruoyi is the dialect of document 003: RuoYi's AjaxResult, a flat envelope.
package ruoyi

import (
	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// Dialect is the envelope {msg, code, …}.
var Dialect = dialect.Dialect{
	Name:     "ruoyi",
	Prefixes: []string{"/account_api/"},
	Rules:    rules,
	Numbers: map[apierr.Code]int32{ // WeChat's errcodes
		apierr.WeChatCodeInvalid: 40029,
		apierr.WeChatCodeUsed:    40163,
		apierr.WeChatTooFrequent: 45011,
	},
	ContentType: dialect.ContentTypeJSON,
	FailureBody: func(_ *apierr.Error, w dialect.Wording) any {
		return openapi.RuoyiFailureBody{Msg: w.Message, Code: w.Number}
	},
}

// The code and message of a success.
const (
	successMessage = "操作成功"
	successCode    = 200
)
