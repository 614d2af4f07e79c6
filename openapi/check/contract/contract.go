// Package contract checks answers against an OpenAPI document more strictly than
// a client does, and builds requests from the document's examples.
package contract

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"quartet/openapi"
	"quartet/openapi/answerrule"
	"quartet/openapi/envelope"
)

// Contract is an OpenAPI document.
type Contract struct {
	*openapi3.T
	envelopes     map[string]envelope.Envelope // by tag
	rules         map[*openapi3.Operation][]answerrule.Rule
	keysByOutcome map[outcome][]string
}

// Operation is one operation of a document.
type Operation struct {
	Method, Path string
	*openapi3.Operation
}

// Load reads and validates the document that the program embeds.
func Load() (Contract, error) { return Read(openapi.Document) }

// Read reads and validates an OpenAPI document in one file, YAML or JSON, and
// fills in what it may leave out: see fillDefaults.
func Read(text []byte) (Contract, error) {
	if err := checkVersion(text); err != nil {
		return Contract{}, err
	}
	loader := openapi3.NewLoader()
	document, err := loader.LoadFromData(text)
	if err != nil && strings.Contains(err.Error(), "disallowed external reference") {
		err = fmt.Errorf("it refers to another file; make one file of them, for example with npx @redocly/cli bundle: %w", err)
	}
	if err == nil {
		err = document.Validate(loader.Context)
	}
	if err != nil {
		return Contract{T: document}, err
	}
	fillDefaults(document)
	c := Contract{T: document, envelopes: envelope.All(document), rules: map[*openapi3.Operation][]answerrule.Rule{}}
	for _, o := range c.Operations() {
		if c.rules[o.Operation], err = answerrule.Of(o.Operation); err != nil {
			return c, err
		}
	}
	c.keysByOutcome = c.documentedKeys()
	return c, nil
}

// checkVersion refuses what is no OpenAPI document, or one of a version that is read in part
// only.
func checkVersion(text []byte) error {
	var version struct{ Swagger, OpenAPI string }
	if err := yaml.Unmarshal(text, &version); err != nil {
		return fmt.Errorf("it is neither YAML nor JSON: %w", err)
	}
	switch {
	case version.Swagger != "":
		return fmt.Errorf("it is Swagger %s; convert it to OpenAPI 3.0, for example with npx swagger2openapi", version.Swagger)
	case version.OpenAPI == "":
		return errors.New("it has no key openapi with a version")
	case !strings.HasPrefix(version.OpenAPI, "3.0.") && !strings.HasPrefix(version.OpenAPI, "3.1."):
		return fmt.Errorf("it is OpenAPI %s, and 3.0 and 3.1 are read", version.OpenAPI)
	}
	return nil
}

// Operations lists all operations by their id.
func (c Contract) Operations() []Operation {
	var all []Operation
	for path, item := range c.Paths.Map() {
		for method, operation := range item.Operations() {
			all = append(all, Operation{method, path, operation})
		}
	}
	slices.SortFunc(all, func(a, b Operation) int { return strings.Compare(a.OperationID, b.OperationID) })
	return all
}

// Operation finds an operation by its id.
func (c Contract) Operation(id string) (Operation, bool) {
	for _, o := range c.Operations() {
		if o.OperationID == id {
			return o, true
		}
	}
	return Operation{}, false
}

// Failure is how failures in operations with these tags are answered: with the
// schema <Tag>FailureBody, or Problem where the document has no schema of that
// name. nil where it has neither.
func (c Contract) Failure(tags ...string) *openapi3.Response {
	if c.T == nil || c.Components == nil {
		return nil
	}
	name := "Problem"
	for _, tag := range tags {
		if own := failureBody(tag); c.Components.Schemas[own] != nil {
			name = own
		}
	}
	content := openapi3.Content{}
	for _, o := range c.Operations() {
		for _, response := range o.Responses.Map() {
			for mediaType, media := range response.Value.Content {
				if media.Schema != nil && media.Schema.Ref == "#/components/schemas/"+name {
					content[mediaType] = media
				}
			}
		}
	}
	if len(content) == 0 {
		return nil
	}
	return openapi3.NewResponse().WithContent(content)
}

// failureBody is the name of the schema of a tag's failures.
func failureBody(tag string) string {
	first := min(1, len(tag))
	return strings.ToUpper(tag[:first]) + tag[first:] + "FailureBody"
}

// CheckFailure says in what an answer is not a failure in the operations of a tag.
func (c Contract) CheckFailure(tag string, a Answer) error {
	if a.Status < http.StatusBadRequest {
		return fmt.Errorf("status %d is not a failure", a.Status)
	}
	response := c.Failure(tag)
	if response == nil {
		return fmt.Errorf("the document describes no failure of %q", tag)
	}
	return CheckResponse(response, a)
}

// Credentials are the schemes of an operation's first security alternative: where
// a token or an application's id is sent. None where the operation is public.
func (c Contract) Credentials(o Operation) (schemes []*openapi3.SecurityScheme) {
	if o.Security == nil || len(*o.Security) == 0 || c.Components == nil {
		return nil
	}
	for name := range (*o.Security)[0] {
		if scheme := c.Components.SecuritySchemes[name]; scheme != nil {
			schemes = append(schemes, scheme.Value)
		}
	}
	return schemes
}

// The values of x-credential: a security scheme carries an application's id, or a secret
// of the application; HTTP Basic carries both.
const (
	CredentialApplication = "application"
	CredentialSecret      = "application-secret"
)

// IsApplication reports whether a security scheme carries an application's id or secret.
func (c Contract) IsApplication(scheme string) bool {
	known := c.Components != nil && c.Components.SecuritySchemes[scheme] != nil
	return known && c.Components.SecuritySchemes[scheme].Value.Extensions["x-credential"] != nil
}

// Application is an application's id and a secret of it, each "" for none.
type Application struct{ ID, Secret string }

// Basic is the application's HTTP Basic header (RFC 6749 section 2.3.1).
func (a Application) Basic() string {
	pair := url.QueryEscape(a.ID) + ":" + url.QueryEscape(a.Secret)
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// Authorise adds the token, and the application's id and secret, to a request, where the
// operation's first security alternative expects them.
func (c Contract) Authorise(r *Request, o Operation, token string, application Application) {
	for _, scheme := range c.Credentials(o) {
		value := token
		switch scheme.Extensions["x-credential"] {
		case CredentialApplication:
			value = application.ID
		case CredentialSecret:
			value = application.Secret
		}
		switch {
		case value == "":
		case scheme.Type == "http" && scheme.Extensions["x-credential"] == CredentialSecret:
			r.Header.Set("Authorization", application.Basic())
		case scheme.Type == "http" && strings.EqualFold(scheme.Scheme, "bearer"), scheme.Type == "oauth2", scheme.Type == "openIdConnect":
			r.Header.Set("Authorization", "Bearer "+value)
		case scheme.Name == "": // HTTP Basic of users and the like take no token
		case scheme.In == openapi3.ParameterInCookie:
			r.Header.Add("Cookie", scheme.Name+"="+value)
		case scheme.In == openapi3.ParameterInQuery:
			r.Query.Set(scheme.Name, value)
		default:
			r.Header.Set(scheme.Name, value)
		}
	}
}
