package replay

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/check/contract"
)

// The roles that examples are sent as.
const (
	RoleUser          = "user"
	RoleAdministrator = "administrator"
)

// TokenSource has the tokens that requests carry.
type TokenSource interface {
	// Token is a live token of the role, "" where there is none.
	Token(ctx context.Context, role string) (string, error)
	// EndedToken is a token whose session has been signed out, "" where there is
	// none.
	EndedToken(ctx context.Context) (string, error)
}

// RequestBuilder builds the requests that an operation answers with an example.
type RequestBuilder struct {
	Contract contract.Contract
	Fixtures Fixtures
	Tokens   TokenSource
}

// Requests are the documented requests of the case's example, or else the ones
// that succeed, changed so that they fail in the documented way. If there are
// none, reason says why.
func (b RequestBuilder) Requests(ctx context.Context, c Case) (requests []contract.Request, reason string, err error) {
	if reason := b.Fixtures.skipped(c); reason != "" {
		return nil, reason, nil
	}
	if b.Fixtures.ApplicationSecret == "" && b.needsSecret(c.Operation) {
		return nil, "the fixtures have no applicationSecret", nil
	}
	hasExample := c.Operation.HasExample(c.Example)
	if build := derivations[c.Example]; build != nil && !hasExample {
		requests, err = build(ctx, b, c)
	} else if hasExample && (c.Example != "ok" || c.succeeds()) {
		requests, err = b.documented(ctx, c, c.Example)
	}
	switch {
	case err == nil && len(requests) == 0:
		reason = cmp.Or(skipReasons[c.Example], "the document has no request for it")
	case err == nil && strings.Contains(requests[0].Path, "{"):
		return nil, "the document has no example for a parameter of the path", nil
	}
	return requests, reason, err
}

// skipReasons say what an example takes beside requests to the server.
var skipReasons = map[string]string{
	"token_expired":     "takes a token that has expired",
	"session_ended":     "takes a session that has been signed out",
	"session_replaced":  "takes a sign-in on another device",
	"replaced":          "takes a sign-in on another device",
	"refresh_reused":    "takes a pair of tokens that was used before",
	"too_many_requests": "takes too many requests",
	"overloaded":        "takes many sign-ins at once",
	"unavailable":       "takes a fault of the server",
	"internal":          "takes a fault of the server",
	"unauthenticated":   "the server may accept requests without a token",
}

// documented are the documented requests of a name, with a token of the role that
// the fixtures name.
func (b RequestBuilder) documented(ctx context.Context, c Case, example string) ([]contract.Request, error) {
	token := ""
	if b.takesToken(c.Operation) {
		var err error
		if token, err = b.Tokens.Token(ctx, b.Fixtures.role(c)); err != nil {
			return nil, err
		}
	}
	return b.withToken(c.Operation, example, token), nil
}

// takesToken reports whether the operation names a place for a token. An application's id
// is none.
func (b RequestBuilder) takesToken(o contract.Operation) bool {
	if o.Security == nil {
		return false
	}
	for _, alternative := range *o.Security {
		for name := range alternative {
			if !b.Contract.IsApplication(name) {
				return true
			}
		}
	}
	return false
}

// withToken are the documented requests of a name with that token, or with the
// documented one where it is "" and belongs into the body.
func (b RequestBuilder) withToken(o contract.Operation, example, token string) []contract.Request {
	fields := map[string]any{}
	if token != "" {
		fields[bodyCredential(o)] = token
	}
	return b.with(o, example, token, fields)
}

// with are the documented requests of a name with that token and those fields.
func (b RequestBuilder) with(o contract.Operation, example, token string, fields map[string]any) []contract.Request {
	all := o.RequestsWith(example, b.Fixtures.replace(o.OperationID, example, fields))
	for i := range all {
		b.Contract.Authorise(&all[i], o, token, b.Fixtures.application())
	}
	return all
}

// bodyCredential is the field of the body that may hold the token, "" where there
// is none.
func bodyCredential(o contract.Operation) string {
	field, _ := o.Extensions["x-credential-body"].(string)
	return field
}

// derivation builds the requests of a failure from those that succeed. It returns
// none where the operation cannot fail so.
type derivation func(ctx context.Context, b RequestBuilder, c Case) ([]contract.Request, error)

var derivations = map[string]derivation{
	"invalid_field":            changed(withoutRequired),
	"malformed_body":           withBody(func(string) string { return "{" }, func(string) string { return "a=%zz" }),
	"duplicate_field":          withBody(func(f string) string { return fmt.Sprintf(`{%q:"1",%q:"1"}`, f, f) }, func(f string) string { return f + "=1&" + f + "=1" }),
	"misspelled_field":         withBody(func(f string) string { return fmt.Sprintf(`{%q:"1"}`, title(f)) }, func(f string) string { return title(f) + "=1" }),
	"body_too_large":           withBody(func(string) string { return `"` + strings.Repeat("a", 70_000) + `"` }, func(string) string { return "a=" + strings.Repeat("a", 70_000) }),
	"unsupported_media_type":   changed(withPlainText),
	"headers_too_large":        changedHeader("X-Long", strings.Repeat("a", 20_000)),
	"unauthenticated":          withoutToken,
	"unknown_application":      whereSent(contract.CredentialApplication, changed(withUnknownApplication)),
	"wrong_application_secret": whereSent(contract.CredentialSecret, changed(withWrongSecret)),
	"session_ended":            withEndedToken,
	notModified:                changedHeader("If-None-Match", "*"), // any version will do (RFC 9110, 13.1.2)
}

func title(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// changed is the first request that succeeds with a change.
func changed(change func(b RequestBuilder, o contract.Operation, r *contract.Request)) derivation {
	return func(ctx context.Context, b RequestBuilder, c Case) ([]contract.Request, error) {
		all, err := b.documented(ctx, c, "ok")
		if err == nil && len(all) == 0 {
			err = fmt.Errorf("%s has no example ok", c.Operation.OperationID)
		}
		if err != nil {
			return nil, err
		}
		change(b, c.Operation, &all[0])
		return all[:1], nil
	}
}

func changedHeader(name, value string) derivation {
	return changed(func(_ RequestBuilder, _ contract.Operation, r *contract.Request) { r.Header.Set(name, value) })
}

// withoutRequired leaves out what is required, or sends an invalid parameter.
func withoutRequired(_ RequestBuilder, o contract.Operation, r *contract.Request) {
	if o.RequestBody != nil {
		r.Body = ""
		if media := r.Header.Get("Content-Type"); media == contract.MediaJSON {
			r.Body = "{}"
			if strict := contract.Strict(o.RequestBody.Value.Content[media].Schema.Value); len(strict.Required) == 0 && len(strict.Properties) > 0 {
				r.Body = fmt.Sprintf(`{%q:{}}`, slices.Sorted(maps.Keys(strict.Properties))[0])
			}
		}
	}
	path := o.Path
	for _, parameter := range o.Parameters {
		if parameter.Value.In == openapi3.ParameterInPath {
			path = strings.ReplaceAll(path, "{"+parameter.Value.Name+"}", strings.Repeat("x", 200))
			r.Path = path
		}
		r.Query.Del(parameter.Value.Name)
		if schema := parameter.Value.Schema; schema != nil && schema.Value.Type.Is(openapi3.TypeArray) {
			r.Query.Set(parameter.Value.Name, "nobody")
		} else if schema != nil && schema.Value.Type.Is(openapi3.TypeInteger) && !parameter.Value.Required && parameter.Value.In == openapi3.ParameterInQuery {
			r.Query.Set(parameter.Value.Name, "x")
		} else if schema != nil && (schema.Value.Format == "date-time" || len(schema.Value.Enum) > 0) && !parameter.Value.Required && parameter.Value.In == openapi3.ParameterInQuery {
			r.Query.Set(parameter.Value.Name, "nobody")
		}
	}
}

// withBody replaces the body, once for each media type; the functions get the name
// of a field.
func withBody(inJSON, inForm func(field string) string) derivation {
	return func(ctx context.Context, b RequestBuilder, c Case) (all []contract.Request, err error) {
		if c.Operation.RequestBody == nil {
			return nil, nil
		}
		content := c.Operation.RequestBody.Value.Content
		for _, mediaType := range slices.Sorted(maps.Keys(content)) {
			fields := slices.Sorted(maps.Keys(contract.Strict(content[mediaType].Schema.Value).Properties))
			if len(fields) == 0 {
				continue
			}
			made, err := changed(func(_ RequestBuilder, _ contract.Operation, r *contract.Request) {
				r.Header.Set("Content-Type", mediaType)
				r.Body = inForm(fields[0])
				if mediaType == contract.MediaJSON {
					r.Body = inJSON(fields[0])
				}
			})(ctx, b, c)
			if err != nil {
				return nil, err
			}
			all = append(all, made...)
		}
		return all, nil
	}
}

func withPlainText(_ RequestBuilder, _ contract.Operation, r *contract.Request) {
	r.Header.Set("Content-Type", "text/plain")
	r.Body = "hello"
}

// withUnknownApplication names an unknown application in the first alternative of the
// operation's security that names one.
func withUnknownApplication(b RequestBuilder, o contract.Operation, r *contract.Request) {
	application := b.Fixtures.application()
	application.ID = "nobody"
	for _, one := range alternatives(o) {
		if b.sends(one, contract.CredentialApplication) {
			b.Contract.Authorise(r, one, "", application)
			return
		}
	}
}

// whereSent derives requests of operations that take a credential of an application.
func whereSent(credential string, derive derivation) derivation {
	return func(ctx context.Context, b RequestBuilder, c Case) ([]contract.Request, error) {
		if !slices.ContainsFunc(alternatives(c.Operation), func(one contract.Operation) bool { return b.sends(one, credential) }) {
			return nil, nil
		}
		return derive(ctx, b, c)
	}
}

// sends reports whether the operation's only alternative has a credential of an application:
// its id, which goes with each secret, or a secret.
func (b RequestBuilder) sends(o contract.Operation, credential string) bool {
	return slices.ContainsFunc(b.Contract.Credentials(o), func(scheme *openapi3.SecurityScheme) bool {
		kind := scheme.Extensions["x-credential"]
		return kind == credential || kind == contract.CredentialSecret
	})
}

// alternatives are the operation with each alternative of its security alone.
func alternatives(o contract.Operation) (all []contract.Operation) {
	if o.Security == nil {
		return nil
	}
	for i := range *o.Security {
		alone := *o.Operation
		alone.Security = new((*o.Security)[i : i+1])
		all = append(all, contract.Operation{Method: o.Method, Path: o.Path, Operation: &alone})
	}
	return all
}

// needsSecret reports whether every caller of the operation is an application that proves
// itself.
func (b RequestBuilder) needsSecret(o contract.Operation) bool {
	return slices.ContainsFunc(b.Contract.Credentials(o), func(scheme *openapi3.SecurityScheme) bool {
		return scheme.Extensions["x-credential"] == contract.CredentialSecret
	})
}

// withWrongSecret sends a wrong secret where any alternative of the operation's security
// takes one.
func withWrongSecret(b RequestBuilder, o contract.Operation, r *contract.Request) {
	wrong := b.Fixtures.application()
	wrong.Secret = "wrong"
	for _, one := range alternatives(o) {
		b.Contract.Authorise(r, one, "", wrong)
	}
}

// withoutToken is what succeeds without its token, where one is required.
func withoutToken(_ context.Context, b RequestBuilder, c Case) ([]contract.Request, error) {
	o := c.Operation
	optional := o.Security != nil && slices.ContainsFunc(*o.Security, func(one openapi3.SecurityRequirement) bool { return len(one) == 0 })
	if !b.takesToken(o) || bodyCredential(o) == "" && optional {
		return nil, nil
	}
	return b.with(o, "ok", "", map[string]any{bodyCredential(o): contract.Omit}), nil
}

// withEndedToken is what succeeds with the token of a session that was signed out.
func withEndedToken(ctx context.Context, b RequestBuilder, c Case) ([]contract.Request, error) {
	if !b.takesToken(c.Operation) {
		return nil, nil
	}
	token, err := b.Tokens.EndedToken(ctx)
	if err != nil || token == "" {
		return nil, err
	}
	return b.withToken(c.Operation, "ok", token), nil
}

// isUnsafe reports whether the request may change the server's data.
func isUnsafe(r contract.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead
}
