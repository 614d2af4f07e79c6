package request

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/apierr"
)

// Options are the options of New.
type Options struct {
	// Limits of a request; those of DefaultLimits where zero.
	Limits Limits
	// Rules returns the reading rules of an operation; nil reads all strictly.
	Rules func(*openapi3.Operation) Rules
}

// Operation parses the requests of one operation of the document.
type Operation struct {
	*openapi3.Operation
	Path        string // as the document writes it
	parameters  []parameter
	bodyInQuery []parameter      // fields of the body that may be in the query as well
	bodies      map[string]*body // by media type; empty if no body is documented
	bodyNeeded  bool
	queryNames  map[string]bool // documented query parameters, credentials too
	rules       Rules
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
			built := &Operation{Operation: described, Path: path, bodies: map[string]*body{}, queryNames: map[string]bool{}, limits: limits}
			if o.Rules != nil {
				built.rules = o.Rules(described)
			}
			built.findCredentials(document)
			err := built.prepare(slices.Concat(item.Parameters, described.Parameters))
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

func (o *Operation) prepare(parameters openapi3.Parameters) error {
	for _, p := range parameters {
		o.addParameter(parameter{p.Value.Name, p.Value.In, p.Value.Required, merged(p.Value.Schema.Value), &o.rules})
	}
	if o.RequestBody == nil {
		return nil
	}
	o.bodyNeeded = o.RequestBody.Value.Required
	for mediaType := range o.RequestBody.Value.Content {
		read, err := newBody(mediaType, o.RequestBody.Value.Content, &o.rules, o.limits)
		if err != nil {
			return err
		}
		o.bodies[mediaType] = read
	}
	return o.findBodyInQuery()
}

func (o *Operation) addParameter(p parameter) {
	o.parameters = append(o.parameters, p)
	if p.in == openapi3.ParameterInQuery {
		o.queryNames[p.name] = true
	}
}

// findCredentials adds the security schemes of the query.
func (o *Operation) findCredentials(document *openapi3.T) {
	security := o.Security
	if security == nil {
		security = &document.Security
	}
	for _, alternative := range *security {
		for name := range alternative {
			if scheme := document.Components.SecuritySchemes[name]; scheme != nil && scheme.Value.In == openapi3.ParameterInQuery {
				o.queryNames[scheme.Value.Name] = true
			}
		}
	}
}

// findBodyInQuery reads the extension x-query-too: fields of the body that may be in
// the query as well. They are no parameters of the document, because generated clients
// would have each of them twice. FormInQuery adds the other text fields of a form.
func (o *Operation) findBodyInQuery() error {
	given, _ := o.Extensions["x-query-too"].([]any)
	var names []string
	for _, name := range given {
		name, _ := name.(string)
		for mediaType, read := range o.bodies {
			if read.schema.Properties[name] == nil {
				return fmt.Errorf("x-query-too %q is no field of the body %s", name, mediaType)
			}
		}
		names = append(names, name)
	}
	if form := o.bodies[mediaForm]; form != nil && o.rules.FormInQuery {
		for _, name := range slices.Sorted(maps.Keys(form.shape.fields)) {
			if !form.jsonFields[name] && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		field := parameter{name: name, in: openapi3.ParameterInQuery, schema: merged(o.anyBody().schema.Properties[name].Value), rules: &o.rules}
		o.bodyInQuery = append(o.bodyInQuery, field)
		o.addParameter(field)
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
	if len(o.bodies) == 0 {
		return nil, nil
	}
	limited := limitReading(c)
	members, err := o.readBody(c.Request())
	if limited && !apierr.Is(err, apierr.BodyTooSlow) {
		endReadingLimit(c)
	}
	return members, err
}

// mediaTypes lists the media types of the operation's body for the error.
func (o *Operation) mediaTypes() string {
	return strings.Join(slices.Sorted(maps.Keys(o.bodies)), ", ")
}
