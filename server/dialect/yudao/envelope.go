// Package yudao is the dialect of document 001: yudao's CommonResult.
package yudao

import (
	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// Dialect is the envelope {code, data, msg}.
var Dialect = dialect.Dialect{
	Name:        "yudao",
	Prefixes:    []string{"/auth/", "/app/", "/wx/"},
	Rules:       rules,
	Credentials: []dialect.Credential{{In: "header", Name: "Authorization"}, {In: "header", Name: "token"}},
	Numbers: map[apierr.Code]int32{
		apierr.WrongCredentials: 1002000000,
		apierr.UsernameTaken:    1002003000,
		apierr.MobileTaken:      1002003001,
		apierr.EmailTaken:       1002003002,
		apierr.UserNotFound:     1002003003,
		apierr.WrongOldPassword: 1002003005,
		apierr.WrongCode:        1002014000,
		apierr.TooManyRequests:  1002014005,

		apierr.WeChatCodeInvalid: 40029, // WeChat's errcodes
		apierr.WeChatCodeUsed:    40163,
		apierr.WeChatTooFrequent: 45011,
	},
	ContentType: dialect.ContentTypeJSON,
	FailureBody: func(_ *apierr.Error, w dialect.Wording) any {
		return openapi.YudaoFailureBody{Code: w.Number, Msg: w.Message}
	},
}
