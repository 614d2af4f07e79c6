// Package jfinal is the dialect of document 004: JFinal's Ret.
package jfinal

import (
	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// Dialect is the envelope {state, …}.
var Dialect = dialect.Dialect{
	Name:        "jfinal",
	Prefixes:    []string{"/api/"},
	Rules:       rules,
	Credentials: []dialect.Credential{{In: "header", Name: "Jwt"}, {In: "header", Name: "Authorization"}},
	ContentType: dialect.ContentTypeJSON,
	FailureBody: func(_ *apierr.Error, w dialect.Wording) any {
		return openapi.JfinalFailureBody{State: openapi.JfinalFail, Message: w.Message, Code: w.Number}
	},
}
