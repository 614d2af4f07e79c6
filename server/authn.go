package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/account"
	"quartet/server/apierr"
)

// credential is one place an access token may travel in.
type credential struct {
	in   string // header, query or body
	name string
}

// credentialsOf lists where the operation takes a token from, in order of
// precedence: headers, then the body, then the query; and whether it needs an
// application.
func credentialsOf(document *openapi3.T, described *openapi3.Operation) (places []credential, application bool, err error) {
	if described.Security == nil {
		return nil, false, fmt.Errorf("security must be stated, [] where public")
	}
	byPlace := map[string][]credential{}
	for _, alternative := range *described.Security {
		for name := range alternative {
			scheme := document.Components.SecuritySchemes[name]
			if scheme == nil || scheme.Value.Type != "apiKey" {
				return nil, false, fmt.Errorf("security scheme %q is not known", name)
			}
			if scheme.Value.Extensions["x-credential"] == "application" {
				application = true
				continue
			}
			byPlace[scheme.Value.In] = append(byPlace[scheme.Value.In], credential{in: scheme.Value.In, name: scheme.Value.Name})
		}
	}
	if field, ok := described.Extensions["x-credential-body"].(string); ok {
		byPlace["body"] = []credential{{in: "body", name: field}}
	}
	for _, in := range []string{openapi3.ParameterInHeader, "body", openapi3.ParameterInQuery} {
		places = append(places, byPlace[in]...)
	}
	return places, application, nil
}

// call is what a handler knows of the request beside its typed parameters.
type call struct {
	caller      account.Caller
	callerErr   error // why there is no live caller; nil where there is one
	application string
	clientIP    string
	userAgent   string
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return &call{callerErr: apierr.New(apierr.Unauthenticated)}
	}
	return c
}

const applicationHeader = "X-App-Id"

// identify finds out who calls: the first credential that is there decides.
func (s *server) identify(ctx context.Context, c echo.Context, o *operation, members map[string]any, made *call) error {
	if o.application {
		ids := c.Request().Header[applicationHeader]
		if err := checkText(applicationHeader, ids...); err != nil {
			return err
		}
		made.application = strings.Join(ids, "")
	}
	if len(o.credentials) == 0 {
		return nil
	}
	token, name, err := o.token(c, members)
	if err != nil {
		return err
	}
	if token == "" {
		made.callerErr = &apierr.Error{Code: apierr.Unauthenticated, Field: name, Reason: apierr.Required}
		return nil
	}
	made.caller, made.callerErr = s.accounts.Authenticate(ctx, token, made.application)
	if failed := (*apierr.Error)(nil); asFailure(made.callerErr, &failed) && failed.Code == apierr.Unauthenticated {
		failed.Field = name
	}
	return nil
}

// token is the first token the request carries and the name it travels under;
// without one, the name is the documented body field's or the first place's.
func (o *operation) token(c echo.Context, members map[string]any) (token, name string, err error) {
	for _, place := range o.credentials {
		values := place.values(c, members)
		if len(values) == 0 {
			continue
		}
		if err := checkText(place.name, values...); err != nil {
			return "", "", err
		}
		if token := bare(values[0]); token != "" {
			return token, place.name, nil
		}
	}
	return "", o.mainCredential(), nil
}

func (o *operation) mainCredential() string {
	for _, place := range o.credentials {
		if place.in == "body" {
			return place.name
		}
	}
	return o.credentials[0].name
}

func (p credential) values(c echo.Context, members map[string]any) []string {
	switch p.in {
	case openapi3.ParameterInHeader:
		return c.Request().Header[http.CanonicalHeaderKey(p.name)]
	case openapi3.ParameterInQuery:
		return c.QueryParams()[p.name]
	default:
		if text, ok := members[p.name].(string); ok {
			return []string{text}
		}
		return nil
	}
}

// bare takes the scheme off a token: "Bearer x" is x (RFC 6750), "x" stays.
func bare(value string) string {
	value = strings.TrimSpace(value)
	const bearer = "bearer "
	if len(value) >= len(bearer) && strings.EqualFold(value[:len(bearer)], bearer) {
		return strings.TrimSpace(value[len(bearer):])
	}
	return value
}

// clip keeps a client's description of itself to a length worth storing.
func clip(text string) string {
	const longest = 200
	if len(text) > longest {
		text = text[:longest]
	}
	return strings.ToValidUTF8(text, "")
}
