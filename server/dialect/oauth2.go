package dialect

import (
	"net/http"
	"strings"

	"quartet/openapi"
	"quartet/server/apierr"
)

// OAuth2 is the format of failures of OAuth 2.0 endpoints: RFC 6749 section 5.2, in
// English.
var OAuth2 = Dialect{
	Name:        "oauth2",
	Prefixes:    []string{"/oauth2/"},
	Challenge:   `Basic realm="quartet"`,
	ContentType: ContentTypeJSON,
	FailureBody: func(failed *apierr.Error, _ Wording) any {
		return openapi.Oauth2FailureBody{Error: oauth2Error(failed.Code), ErrorDescription: errorDescription(failed)}
	},
}

// oauth2Error returns the error code of a kind of failure. RFC 6749 section 5.2 defines
// none for a server's fault or for too many requests: these are those of section 4.1.2.1.
func oauth2Error(code apierr.Code) openapi.Oauth2Error {
	switch status := Catalogue[code].HTTP; {
	case status == http.StatusUnauthorized:
		return openapi.OauthInvalidClient
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return openapi.OauthTemporarilyUnavailable
	case status >= http.StatusInternalServerError:
		return openapi.OauthServerError
	default:
		return openapi.OauthInvalidRequest
	}
}

// errorDescription is the English message with the characters that RFC 6749 allows in
// error_description. It can contain names that the caller has sent.
func errorDescription(failed *apierr.Error) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, Message(failed, English))
}
