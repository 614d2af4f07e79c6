package server

import (
	"context"
	"net/url"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/request"
)

const (
	applicationHeader = "X-App-Id"
	secretHeader      = "X-App-Secret"
)

// applicationPlaces are the places from which an operation reads an application.
type applicationPlaces struct {
	id     bool // X-App-Id
	secret bool // X-App-Secret, which proves X-App-Id
	basic  bool // HTTP Basic: the id and a secret (RFC 6749 section 2.3.1)
}

// read adds the place of a security scheme, and reports whether it is one of an
// application: its x-credential says so.
func (p *applicationPlaces) read(scheme *openapi3.SecurityScheme) bool {
	switch credential := scheme.Extensions["x-credential"]; {
	case credential == "application" && scheme.Type == "apiKey":
		p.id = true
	case credential == "application-secret" && scheme.Type == "apiKey":
		p.secret = true
	case credential == "application-secret" && scheme.Type == "http" && scheme.Scheme == "basic":
		p.basic = true
	default:
		return false
	}
	return true
}

// callingApplication returns the application that the request names, and whether it has
// proved itself. A secret that is present must be right.
func (s *server) callingApplication(ctx context.Context, c echo.Context, o *operation) (account.CallingApplication, error) {
	none := account.CallingApplication{}
	if o.application.basic {
		if _, _, err := header(c, echo.HeaderAuthorization); err != nil {
			return none, err
		}
		id, secret, present := basicCredentials(c)
		if !present {
			return none, nil
		}
		return s.prove(ctx, c, id, secret, echo.HeaderAuthorization)
	}
	if !o.application.id {
		return none, nil
	}
	id, _, err := header(c, applicationHeader)
	if id == "" {
		id = s.basePathApps[basePathOf(c)]
	}
	if err != nil || !o.application.secret {
		return account.CallingApplication{ID: id}, err
	}
	secret, present, err := header(c, secretHeader)
	if err != nil || !present {
		return account.CallingApplication{ID: id}, err
	}
	return s.prove(ctx, c, id, secret, applicationHeader)
}

// prove names field in the failure of an unknown application.
func (s *server) prove(ctx context.Context, c echo.Context, id, secret, field string) (account.CallingApplication, error) {
	application, err := s.accounts.ProveApplication(ctx, id, secret, c.RealIP())
	if apierr.Is(err, apierr.UnknownApplication) {
		apierr.As(err).Field = field
	}
	return application, err
}

// header returns the only value of a header.
func header(c echo.Context, name string) (value string, present bool, err error) {
	values := c.Request().Header[name]
	if len(values) == 0 {
		return "", false, nil
	}
	return values[0], true, request.CheckText(name, values...)
}

// basicCredentials returns the id and the secret in HTTP Basic, both urlencoded. A
// malformed encoding is that of no application.
func basicCredentials(c echo.Context) (id, secret string, present bool) {
	id, secret, _ = c.Request().BasicAuth()
	if id == "" {
		return "", "", false
	}
	id, wrongID := url.QueryUnescape(id)
	secret, wrongSecret := url.QueryUnescape(secret)
	return id, secret, wrongID == nil && wrongSecret == nil
}
