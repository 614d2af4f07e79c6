package server

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/server/dialect"
)

// access says who may call an operation; the contract's x-access.
type access string

const (
	accessPublic                   access = "public"
	accessRegistration             access = "registration"
	accessSignedIn                 access = "signed-in"
	accessSignedInOrReplaced       access = "signed-in-or-replaced"
	accessSelfOrAdministrator      access = "self-or-administrator"
	accessSelfOrSuperAdministrator access = "self-or-super-administrator"
	accessApplication              access = "application"
	accessDemo                     access = "demo"
)

var everyAccess = []access{
	accessPublic, accessRegistration, accessSignedIn, accessSignedInOrReplaced,
	accessSelfOrAdministrator, accessSelfOrSuperAdministrator, accessApplication, accessDemo,
}

// operation is what the pipeline must know of one operation of the contract.
type operation struct {
	id          string
	dialect     *dialect.Dialect
	access      access
	credentials []credential
	application bool // needs X-App-Id
	parameters  []parameter
	bodyInQuery []parameter      // body fields that may travel in the query as well
	bodies      map[string]*body // by media type; nil where none is documented
	bodyNeeded  bool
	limits      Limits
}

// operations is the contract as a table.
type operations map[route]*operation

// route is a method and a path in Echo's spelling.
type route struct{ method, path string }

func (t operations) find(method, path string) *operation { return t[route{method, path}] }

// loadContract reads what the embedded document says of requests, and checks it.
func loadContract() (*openapi3.T, error) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Requests)
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	return document, nil
}

// newOperations builds the table. An operation without a dialect, an access rule
// or a known credential is an error: the server does not start with it.
func newOperations(document *openapi3.T, bounds Limits) (operations, error) {
	table := operations{}
	for path, item := range document.Paths.Map() {
		for method, described := range item.Operations() {
			built, err := newOperation(document, described, slices.Concat(item.Parameters, described.Parameters), bounds)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			table[route{method, echoRoute(path)}] = built
		}
	}
	return table, nil
}

func newOperation(document *openapi3.T, described *openapi3.Operation, parameters openapi3.Parameters, bounds Limits) (*operation, error) {
	built := &operation{id: described.OperationID, bodies: map[string]*body{}, limits: bounds}
	var err error
	if built.dialect, err = dialectOf(described); err != nil {
		return nil, err
	}
	if built.access, err = accessOf(described); err != nil {
		return nil, err
	}
	if built.credentials, built.application, err = credentialsOf(document, described); err != nil {
		return nil, err
	}
	if built.access != accessPublic && built.access != accessDemo && len(built.credentials) == 0 {
		return nil, fmt.Errorf("x-access %s needs a security scheme", built.access)
	}
	for _, p := range parameters {
		built.parameters = append(built.parameters, newParameter(p.Value))
	}
	if described.RequestBody == nil {
		return built, nil
	}
	built.bodyNeeded = described.RequestBody.Value.Required
	for mediaType, media := range described.RequestBody.Value.Content {
		if built.bodies[mediaType], err = newBody(mediaType, media, bounds); err != nil {
			return nil, err
		}
	}
	built.bodyInQuery, err = bodyInQuery(described)
	built.parameters = append(built.parameters, built.bodyInQuery...)
	return built, err
}

func dialectOf(described *openapi3.Operation) (*dialect.Dialect, error) {
	if len(described.Tags) != 1 {
		return nil, fmt.Errorf("needs exactly one tag, its dialect")
	}
	found, known := dialect.ByName(described.Tags[0])
	if !known {
		return nil, fmt.Errorf("tag %q is no dialect", described.Tags[0])
	}
	return found, nil
}

func accessOf(described *openapi3.Operation) (access, error) {
	word, _ := described.Extensions["x-access"].(string)
	if !slices.Contains(everyAccess, access(word)) {
		return "", fmt.Errorf("x-access %q is not known", word)
	}
	return access(word), nil
}

// mediaTypes lists what the operation's body may be, for the error that says so.
func (o *operation) mediaTypes() string {
	names := make([]string, 0, len(o.bodies))
	for name := range o.bodies {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

// takesJSON tells whether a JSON body is documented.
func (o *operation) takesJSON() bool { return o.bodies[mediaJSON] != nil }

// echoRoute turns a documented path into Echo's spelling: {id} becomes :id.
func echoRoute(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
