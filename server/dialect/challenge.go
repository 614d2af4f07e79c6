package dialect

import (
	"fmt"

	"quartet/server/apierr"
)

const realm = `Bearer realm="quartet"`

// bearerErrors are the error codes of RFC 6750 section 3.1. A wrong password or
// one-time code has none, because it is no token.
var bearerErrors = map[apierr.Code]string{
	apierr.Unauthenticated:        "invalid_token",
	apierr.TokenExpired:           "invalid_token",
	apierr.SessionEnded:           "invalid_token",
	apierr.SessionReplaced:        "invalid_token",
	apierr.RefreshReused:          "invalid_token",
	apierr.UnknownApplication:     "invalid_request",
	apierr.WrongApplicationSecret: "invalid_request",
}

// BearerChallenge returns the header WWW-Authenticate of a 401 response (RFC 6750 section 3).
// It tells engineers, in ASCII, why a token is not accepted and where it was sent;
// without a token it only names the scheme.
func BearerChallenge(failed *apierr.Error) string {
	code := bearerErrors[failed.Code]
	isMissing := failed.Code == apierr.Unauthenticated && failed.Reason == apierr.Required
	if code == "" || isMissing {
		return realm
	}
	description := Message(failed, English)
	if failed.Field != "" {
		description += " (" + failed.Field + ")"
	}
	return fmt.Sprintf(`%s, error="%s", error_description="%s"`, realm, code, description)
}
