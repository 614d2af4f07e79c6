package contract

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
)

// Contract is an OpenAPI document.
type Contract struct{ *openapi3.T }

// Operation is one operation of the contract.
type Operation struct {
	Method, Path string
	*openapi3.Operation
}

// Load reads and checks the contract that the program embeds.
func Load() (Contract, error) { return Read(openapi.Document) }

// Read reads and checks an OpenAPI document, in YAML or JSON. What it refers to
// must be in it. What it may leave out is filled in: see settle.
func Read(text []byte) (Contract, error) {
	loader := openapi3.NewLoader()
	document, err := loader.LoadFromData(text)
	if err == nil {
		err = document.Validate(loader.Context)
	}
	if err == nil {
		settle(document)
	}
	return Contract{document}, err
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

// Operation gives the operation of an id.
func (c Contract) Operation(id string) (Operation, bool) {
	for _, o := range c.Operations() {
		if o.OperationID == id {
			return o, true
		}
	}
	return Operation{}, false
}

// Find gives the operation that a method and an escaped path mean. Paths without
// parameters win over those with.
func (c Contract) Find(method, escaped string) (found Operation, ok bool) {
	for _, o := range c.Operations() {
		if o.Method != method || !matches(o.Path, escaped) {
			continue
		}
		if !ok || !strings.Contains(o.Path, "{") {
			found, ok = o, true
		}
	}
	return found, ok
}

func matches(template, escaped string) bool {
	wanted, given := strings.Split(template, "/"), strings.Split(escaped, "/")
	if len(wanted) != len(given) {
		return false
	}
	for i := range wanted {
		if isParameter := strings.HasPrefix(wanted[i], "{"); !isParameter && wanted[i] != given[i] {
			return false
		}
	}
	return true
}

// CheckFailure tells what about an answer is not the envelope of a failure in
// the dialect: the one that the dialect's operations declare as their default.
func (c Contract) CheckFailure(dialect string, a Answer) error {
	if a.Status < http.StatusBadRequest {
		return fmt.Errorf("status %d is no failure", a.Status)
	}
	for _, o := range c.Operations() {
		if slices.Contains(o.Tags, dialect) && o.Responses.Default() != nil {
			return CheckResponse(o.Responses.Default().Value, a)
		}
	}
	return fmt.Errorf("no operation of dialect %q declares a default", dialect)
}

// Credentials are the schemes of the operation's first security alternative:
// where a token or an application's id travels. None where it is public.
func (c Contract) Credentials(o Operation) []*openapi3.SecurityScheme {
	if o.Security == nil || len(*o.Security) == 0 {
		return nil
	}
	var schemes []*openapi3.SecurityScheme
	for name := range (*o.Security)[0] {
		if c.Components != nil && c.Components.SecuritySchemes[name] != nil {
			schemes = append(schemes, c.Components.SecuritySchemes[name].Value)
		}
	}
	return schemes
}

// Authorise puts the token and the application's id where the operation's first
// security alternative wants them.
func (c Contract) Authorise(r *Request, o Operation, token, application string) {
	for _, scheme := range c.Credentials(o) {
		value := token
		if scheme.Extensions["x-credential"] == "application" {
			value = application
		}
		switch {
		case value == "":
		case scheme.Type == "http" && strings.EqualFold(scheme.Scheme, "bearer"), scheme.Type == "oauth2", scheme.Type == "openIdConnect":
			r.Header.Set("Authorization", "Bearer "+value)
		case scheme.Name == "": // a scheme that no token fits
		case scheme.In == openapi3.ParameterInCookie:
			r.Header.Add("Cookie", scheme.Name+"="+value)
		case scheme.In == openapi3.ParameterInQuery:
			r.Query.Set(scheme.Name, value)
		default:
			r.Header.Set(scheme.Name, value)
		}
	}
}

// Request is a request of the contract.
type Request struct {
	Method, Path string // the path without its query, escaped
	Query        url.Values
	Header       http.Header
	Body         string
}
