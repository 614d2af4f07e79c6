package request

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
)

// Options are the options of New.
type Options struct {
	// Limits of a request; those of DefaultLimits where zero.
	Limits Limits
	// Rules returns the parsing rules of an operation; nil parses all strictly.
	Rules func(*openapi3.Operation) Rules
}

// Rules relax the parsing for a framework's clients. The zero value is strict.
type Rules struct {
	// NullIsAbsent treats a null member of a JSON body, and of the objects in it, as
	// missing.
	NullIsAbsent bool
	// EmptyNumberIsAbsent treats an empty parameter or form field of type integer as
	// missing.
	EmptyNumberIsAbsent bool
}

// Operation parses the requests of one operation of the document.
type Operation struct {
	*openapi3.Operation
	Path        string // as the document writes it
	parameters  []parameter
	bodyInQuery []parameter      // fields of the body that may be in the query as well
	bodies      map[string]*body // by media type; empty if no body is documented
	bodyNeeded  bool
	limits      Limits
}

// Route is a method and a path in Echo's syntax.
type Route struct{ Method, Path string }

// RouteOf returns the route that Echo matched.
func RouteOf(c echo.Context) Route { return Route{c.Request().Method, c.Path()} }

// New prepares the operations of a document. It returns them by the routes that
// oapi-codegen registers; HEAD is handled as GET unless the document describes it. It
// returns an error for a body that is neither JSON nor an urlencoded form.
func New(document *openapi3.T, o Options) (map[Route]*Operation, error) {
	limits, table := o.Limits.WithDefaults(), map[Route]*Operation{}
	for path, item := range document.Paths.Map() {
		echoPath := strings.NewReplacer("{", ":", "}", "").Replace(path)
		for method, described := range item.Operations() {
			var rules Rules
			if o.Rules != nil {
				rules = o.Rules(described)
			}
			built := &Operation{Operation: described, Path: path, bodies: map[string]*body{}, limits: limits}
			err := built.prepare(slices.Concat(item.Parameters, described.Parameters), rules)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			table[Route{method, echoPath}] = built
			if method == http.MethodGet && item.Head == nil {
				table[Route{http.MethodHead, echoPath}] = built
			}
		}
	}
	return table, nil
}

func (o *Operation) prepare(parameters openapi3.Parameters, rules Rules) error {
	for _, p := range parameters {
		o.parameters = append(o.parameters, parameter{p.Value.Name, p.Value.In, p.Value.Required, merged(p.Value.Schema.Value), rules})
	}
	if o.RequestBody == nil {
		return nil
	}
	o.bodyNeeded = o.RequestBody.Value.Required
	for mediaType, media := range o.RequestBody.Value.Content {
		read, err := newBody(mediaType, media, rules, o.limits)
		if err != nil {
			return err
		}
		o.bodies[mediaType] = read
	}
	return o.findBodyInQuery(rules)
}

// findBodyInQuery reads the extension x-query-too: fields of the body that may be in
// the query as well. They are no parameters of the document, because generated clients
// would have each of them twice.
func (o *Operation) findBodyInQuery(rules Rules) error {
	names, _ := o.Extensions["x-query-too"].([]any)
	for _, given := range names {
		name, _ := given.(string)
		for mediaType, read := range o.bodies {
			if read.schema.Properties[name] == nil {
				return fmt.Errorf("x-query-too %q is no field of the body %s", name, mediaType)
			}
		}
		field := parameter{name: name, in: openapi3.ParameterInQuery, schema: merged(o.anyBody().schema.Properties[name].Value), rules: rules}
		o.bodyInQuery, o.parameters = append(o.bodyInQuery, field), append(o.parameters, field)
	}
	return nil
}

// Read validates the request and returns the members of its body, nil if it has none.
// The generated code then decodes the same value that was validated. Every error is an
// *apierr.Error that names the field.
func (o *Operation) Read(c echo.Context) (map[string]any, error) {
	if err := o.checkParameters(c); err != nil {
		return nil, err
	}
	return o.readBody(c.Request())
}

// mediaTypes lists the media types of the operation's body for the error.
func (o *Operation) mediaTypes() string {
	return strings.Join(slices.Sorted(maps.Keys(o.bodies)), ", ")
}
