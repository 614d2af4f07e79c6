package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/openapi"
	"quartet/openapi/specfilter"
	"quartet/server/dialect"
	"quartet/server/request"
)

// operation is what the server needs of an operation of the contract.
type operation struct {
	*request.Operation
	dialect     *dialect.Dialect
	access      string               // the contract's x-access
	right       string               // the contract's x-right
	credentials []dialect.Credential // in order of precedence
	application applicationPlaces
	deprecation deprecation
}

// operations are the operations by their route.
type operations map[request.Route]*operation

// readContract parses the OpenAPI document. For nil it parses the part of the embedded
// one that describes requests, which takes a tenth of the time.
func readContract(document []byte) (*openapi3.T, error) {
	requests := openapi.Requests
	if document != nil {
		whole, err := specfilter.Read(document)
		if err != nil {
			return nil, fmt.Errorf("read the contract: %w", err)
		}
		if requests, err = whole.Requests().JSON(); err != nil {
			return nil, fmt.Errorf("read the contract: %w", err)
		}
	}
	read, err := openapi3.NewLoader().LoadFromData(requests)
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	return read, nil
}

// newOperations returns an error for an operation without a dialect, an access rule or
// a known credential, and for a dialect without operations.
func newOperations(document *openapi3.T, o Options) (operations, error) {
	dialects := o.Dialects
	byTag := func(described *openapi3.Operation) *dialect.Dialect {
		if len(described.Tags) != 1 {
			return nil
		}
		return dialects.ByTag(described.Tags[0])
	}
	rules := func(described *openapi3.Operation) request.Rules { return o.rules(byTag(described)) }
	read, err := request.New(document, request.Options{Limits: o.Limits, Rules: rules})
	if err != nil {
		return nil, err
	}
	table, spoken := operations{}, map[*dialect.Dialect]bool{}
	for route, reader := range read {
		o := &operation{Operation: reader, dialect: byTag(reader.Operation)}
		switch owner := dialects.ForPath(reader.Path); {
		case o.dialect == nil:
			err = fmt.Errorf("needs exactly one tag, the name of its dialect: %s", strings.Join(dialects.Tags(), ", "))
		case o.dialect != owner:
			err = fmt.Errorf("has the tag %s, but its path belongs to %s", o.dialect.Name, owner.Name)
		default:
			err = errors.Join(o.readAccess(), o.readCredentials(document), o.checkReading(), o.readDeprecation())
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", route.Method, reader.Path, err)
		}
		table[route], spoken[o.dialect] = o, true
	}
	for _, d := range dialects {
		if !spoken[d] {
			return nil, fmt.Errorf("the contract has no operation with the tag %s", d.Name)
		}
	}
	return table, nil
}

// rules are the reading rules of a dialect, nil for an unknown one.
func (o Options) rules(owner *dialect.Dialect) request.Rules {
	if o.StrictInput || owner == nil {
		return request.Rules{}
	}
	rules := owner.Rules
	rules.Zone = o.TimeZone
	rules.FormInQuery = rules.FormInQuery || slices.Contains(o.FormInQuery, owner.Name)
	return rules
}

// checkReading makes sure that the contract says by x-lenient-reading how the body of an
// operation is read.
func (o *operation) checkReading() error {
	said, _ := o.Extensions["x-lenient-reading"].(string)
	if o.RequestBody != nil && said != o.dialect.Rules.Name {
		return fmt.Errorf("x-lenient-reading is %q, but the dialect %s reads as %q", said, o.dialect.Name, o.dialect.Rules.Name)
	}
	return nil
}

// checkRoutes makes sure that every operation of the contract has a route.
func (t operations) checkRoutes(e *echo.Echo) error {
	served := map[request.Route]bool{}
	for _, known := range e.Routes() {
		served[request.Route{Method: known.Method, Path: known.Path}] = true
	}
	var missing []error
	for wanted := range t {
		if !served[wanted] {
			missing = append(missing, fmt.Errorf("no handler for %s %s", wanted.Method, wanted.Path))
		}
	}
	return errors.Join(missing...)
}
