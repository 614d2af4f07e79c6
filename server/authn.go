package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/dialect"
	"quartet/server/request"
)

const inBody = "body"

// readCredentials lists the places that the operation accepts a token from, in order of
// precedence: headers, then the body, then the query; and from where it reads an
// application. Each place of a token must be one of its dialect's.
func (o *operation) readCredentials(document *openapi3.T) error {
	if o.Security == nil {
		return fmt.Errorf("security must be stated, [] where public")
	}
	byPlace := map[string][]dialect.Credential{}
	for _, alternative := range *o.Security {
		for name := range alternative {
			scheme := document.Components.SecuritySchemes[name]
			if scheme != nil && o.application.read(scheme.Value) {
				continue
			}
			place, known := placeOf(scheme)
			if !known {
				return fmt.Errorf("security scheme %q is not known", name)
			}
			if !slices.Contains(byPlace[place.In], place) {
				byPlace[place.In] = append(byPlace[place.In], place)
			}
		}
	}
	if field, ok := o.Extensions["x-credential-body"].(string); ok {
		byPlace[inBody] = []dialect.Credential{{In: inBody, Name: field}}
	}
	o.credentials = slices.Concat(byPlace[openapi3.ParameterInHeader], byPlace[inBody], byPlace[openapi3.ParameterInQuery])
	for _, place := range o.credentials {
		if !slices.Contains(o.dialect.Credentials, place) {
			return fmt.Errorf("the dialect %s has no credential in the %s %s", o.dialect.Name, place.In, place.Name)
		}
	}
	if o.access == "authenticated-application" && !o.application.basic {
		return fmt.Errorf("x-access %s needs HTTP Basic of an application", o.access)
	}
	if !slices.Contains([]string{"public", "demo", "authenticated-application"}, o.access) && len(o.credentials) == 0 {
		return fmt.Errorf("x-access %s needs a security scheme", o.access)
	}
	return nil
}

// placeOf returns where a security scheme of tokens carries one. The header of HTTP bearer is
// read like the one of an API key: the token may be bare.
func placeOf(scheme *openapi3.SecuritySchemeRef) (place dialect.Credential, known bool) {
	switch {
	case scheme == nil:
		return place, false
	case scheme.Value.Type == "http" && scheme.Value.Scheme == "bearer":
		return dialect.Credential{In: openapi3.ParameterInHeader, Name: echo.HeaderAuthorization}, true
	default:
		return dialect.Credential{In: scheme.Value.In, Name: scheme.Value.Name}, scheme.Value.Type == "apiKey"
	}
}

// identify authenticates the application, and the caller by the first token of this server
// in the request.
func (s *server) identify(ctx context.Context, c echo.Context, o *operation, members map[string]any, call *dialect.Call) error {
	var err error
	if call.Application, err = s.callingApplication(ctx, c, o); err != nil || len(o.credentials) == 0 {
		return err
	}
	token, name, err := o.token(c, members)
	if err != nil {
		return err
	}
	if token == "" {
		call.CallerErr = &apierr.Error{Code: apierr.Unauthenticated, Reason: apierr.Required}
		return nil
	}
	authenticate := s.accounts.Authenticate
	if o.access == "application" {
		authenticate = s.accounts.AuthenticateToApplication
	}
	call.Caller, call.CallerErr = authenticate(ctx, token, call.Application)
	if call.CallerErr == nil && call.Caller.MustSetPassword && !slices.Contains(withWeakPassword, o.OperationID) {
		call.Caller, call.CallerErr = account.Caller{}, apierr.New(apierr.NewPasswordRequired)
	}
	if failed, isFailure := errors.AsType[*apierr.Error](call.CallerErr); isFailure && failed.Code == apierr.Unauthenticated {
		failed.Field = name
	}
	return nil
}

// withWeakPassword are the operations of a session that is good for setting a password
// alone.
var withWeakPassword = []string{"updatePassword", "signOut", "signOutAdministrator"}

// token returns the first text in the request that has the form of a token of this
// server, and the name of its place. Without one it returns the first other text, which is
// not valid, so that the token of another server never hides one of this.
func (o *operation) token(c echo.Context, members map[string]any) (token, name string, err error) {
	for _, place := range o.credentials {
		values := valuesOf(place, c, members)
		if len(values) == 0 {
			continue
		}
		if place.In == openapi3.ParameterInHeader {
			values = tokensOrFirst(values)
		} else if err := request.CheckText(place.Name, values...); err != nil {
			return "", "", err
		}
		switch text := withoutScheme(values[0]); {
		case account.IsToken(text):
			return text, place.Name, nil
		case token == "":
			token, name = text, place.Name
		}
	}
	return token, name, nil
}

// tokensOrFirst returns the values that have the form of a token of this server; without
// any, the first value. A proxy may add a header of its own beside the client's.
func tokensOrFirst(values []string) []string {
	isOther := func(value string) bool { return !account.IsToken(withoutScheme(value)) }
	if tokens := slices.DeleteFunc(slices.Clone(values), isOther); len(tokens) > 0 {
		return tokens
	}
	return values[:1]
}

func valuesOf(place dialect.Credential, c echo.Context, members map[string]any) []string {
	if place.In != inBody {
		return request.Values(c, place.In, place.Name)
	}
	if text, ok := members[place.Name].(string); ok {
		return []string{text}
	}
	return nil
}

// withoutScheme returns the token of a credential: x of "Bearer x" (RFC 6750) and of "x".
// It returns "" where there is none: for other schemes, as staging proxies use them, and
// for what scripts send instead of a missing token.
func withoutScheme(value string) string {
	value = strings.TrimSpace(value)
	if scheme, rest, found := strings.Cut(value, " "); found {
		if !strings.EqualFold(scheme, "Bearer") {
			return ""
		}
		value = strings.TrimSpace(rest)
	}
	if slices.Contains([]string{"undefined", "null"}, value) || strings.EqualFold(value, "Bearer") {
		return ""
	}
	return value
}

// clip shortens the User-Agent to the stored length.
func clip(text string) string {
	const longest = 200
	if len(text) > longest {
		text = text[:longest]
	}
	return strings.ToValidUTF8(text, "")
}
