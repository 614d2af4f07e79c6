// Package jeecg is the dialect of document 000: JeecgBoot's Result.
package jeecg

import (
	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// Dialect is the envelope {success, message, code, timestamp, result}.
var Dialect = dialect.Dialect{
	Name:     "jeecg",
	Prefixes: []string{"/user/"},
	Rules:    rules,
	Credentials: []dialect.Credential{
		{In: "header", Name: "X-Access-Token"}, {In: "header", Name: "token"}, {In: "body", Name: "token"}, {In: "query", Name: "token"},
	},
	Numbers:     map[apierr.Code]int32{apierr.Forbidden: 510}, // JeecgBoot's number for a missing permission
	ContentType: dialect.ContentTypeJSON,
	FailureBody: func(_ *apierr.Error, w dialect.Wording) any {
		return openapi.JeecgFailureBody{Success: false, Message: w.Message, Code: w.Number, Timestamp: w.At.UnixMilli()}
	},
}

// The code and message of a success.
const (
	successMessage = "success"
	successCode    = 200
)
