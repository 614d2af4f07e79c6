// Package cas is the dialect of document 002: a CAS-style open platform.
package cas

import (
	"net/http"

	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// Dialect is the envelope {code, status, message, data}.
var Dialect = dialect.Dialect{
	Name:        "cas",
	Prefixes:    []string{"/user/info"},
	Rules:       rules,
	Credentials: []dialect.Credential{{In: "query", Name: "accessToken"}},
	ContentType: dialect.ContentTypeJSON,
	FailureBody: func(_ *apierr.Error, w dialect.Wording) any {
		status := openapi.CasFail // the caller's fault
		if w.HTTP >= http.StatusInternalServerError {
			status = openapi.CasError
		}
		return openapi.CasFailureBody{Code: w.Number, Status: status, Message: w.Message, Data: map[string]any{}}
	},
}

// The code and message of a success.
const (
	successMessage = "请求成功"
	successCode    = 200
)
