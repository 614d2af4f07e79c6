package mock

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/answerrule"
)

// Read reads an OpenAPI document of version 3.0 or 3.1, in YAML or JSON and in one file.
func Read(text []byte) (*openapi3.T, error) {
	return checked(openapi3.NewLoader().LoadFromData(text))
}

// ReadFile reads a document whose references may lead to other files beside it.
func ReadFile(path string) (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	return checked(loader.LoadFromFile(path))
}

func checked(document *openapi3.T, err error) (*openapi3.T, error) {
	switch {
	case err != nil:
		return nil, err
	case document.OpenAPI == "":
		return nil, errors.New("it is no OpenAPI 3 document: it has no key openapi (Swagger 2.0 has to be converted first)")
	case !document.IsOpenAPI30() && !document.IsOpenAPI31OrLater():
		return nil, fmt.Errorf("it is OpenAPI %s; 3.0 and 3.1 can be answered", document.OpenAPI)
	case document.Paths.Len() == 0:
		return nil, errors.New("it has no paths")
	}
	return document, nil
}

// Validate says in what a document is not as OpenAPI says. Such a document can be answered
// all the same. Examples that do not fit their schemas are not looked at: an answer is made
// to fit.
func Validate(document *openapi3.T) error {
	return document.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaPatternValidation(),
		openapi3.DisableSchemaDefaultsValidation())
}

// operation is an operation of the document, and what it does to what is remembered.
type operation struct {
	*openapi3.Operation
	method, path string
	item         *openapi3.PathItem
	parameters   openapi3.Parameters // of the path, too
	rules        []answerrule.Rule
	plan         plan
}

// route is a path of the document.
type route struct {
	path       string
	pattern    *regexp.Regexp
	names      []string // of the path's parameters
	item       *openapi3.PathItem
	operations map[string]*operation
}

var parameterInPath = regexp.MustCompile(`\{([^}]*)\}`)

// routesOf lists the paths, those with fewer parameters first.
func routesOf(document *openapi3.T) (all []*route) {
	for path, item := range document.Paths.Map() {
		r := &route{path: path, item: item, operations: map[string]*operation{}}
		expression, rest := "^", strings.SplitN(path, "#", 2)[0] // some documents tell operations of one path apart so
		for _, at := range parameterInPath.FindAllStringSubmatch(path, -1) {
			before, after, _ := strings.Cut(rest, at[0])
			expression += regexp.QuoteMeta(before) + "([^/]+?)"
			rest, r.names = after, append(r.names, at[1])
		}
		r.pattern = regexp.MustCompile(expression + regexp.QuoteMeta(rest) + "/?$")
		for method, found := range item.Operations() {
			o := &operation{Operation: found, method: method, path: path, item: item}
			o.rules, _ = answerrule.Of(found) // rules of other documents that cannot be read are not kept
			for _, list := range []openapi3.Parameters{found.Parameters, item.Parameters} {
				for _, p := range list {
					if p.Value != nil && o.parameters.GetByInAndName(p.Value.In, p.Value.Name) == nil {
						o.parameters = append(o.parameters, p)
					}
				}
			}
			if o.Responses == nil {
				o.Responses = openapi3.NewResponses()
			}
			r.operations[method] = o
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *route) int {
		return cmp.Or(cmp.Compare(rank(a.path), rank(b.path)), cmp.Compare(a.path, b.path))
	})
	return all
}

// rank sorts paths by their first parameters, so that /users/me comes before /users/{id}.
func rank(path string) string {
	var ranks strings.Builder
	path, _, variant := strings.Cut(path, "#")
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		switch {
		case !strings.Contains(segment, "{"):
			ranks.WriteByte('0')
		case !isParameter(segment):
			ranks.WriteByte('1')
		default:
			ranks.WriteByte('2')
		}
	}
	if variant {
		ranks.WriteByte('3')
	}
	return ranks.String()
}

// isParameter reports whether a segment of a path is a parameter and nothing else.
func isParameter(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.Index(segment, "}") == len(segment)-1
}

// match finds the values of the path's parameters.
func (r *route) match(escapedPath string) (map[string]string, bool) {
	found := r.pattern.FindStringSubmatch(escapedPath)
	if found == nil {
		return nil, false
	}
	values := map[string]string{}
	for i, name := range r.names {
		value, err := url.PathUnescape(found[i+1])
		if err != nil {
			value = found[i+1]
		}
		values[name] = value
	}
	return values, true
}

// allowed are the methods of a path.
func (r *route) allowed() []string {
	methods := slices.Collect(maps.Keys(r.operations))
	if r.operations["GET"] != nil && r.operations["HEAD"] == nil {
		methods = append(methods, "HEAD")
	}
	methods = append(methods, "OPTIONS")
	slices.Sort(methods)
	return slices.Compact(methods)
}

// basePaths are the paths of the document's servers, which may precede those of operations.
func basePaths(document *openapi3.T) (all []string) {
	for _, server := range document.Servers {
		address := server.URL
		for name, variable := range server.Variables {
			address = strings.ReplaceAll(address, "{"+name+"}", variable.Default)
		}
		if parsed, err := url.Parse(address); err == nil {
			if base := strings.TrimSuffix(parsed.EscapedPath(), "/"); base != "" && !slices.Contains(all, base) {
				all = append(all, "/"+strings.TrimPrefix(base, "/"))
			}
		}
	}
	return all
}

// success is the status and the response of an operation that goes well: the lowest of
// 2xx, or the one that is preferred.
func (o *operation) success(preferred ...int) (int, *openapi3.Response) {
	for _, status := range preferred {
		if response := o.Responses.Value(fmt.Sprint(status)); response != nil && response.Value != nil {
			return status, response.Value
		}
	}
	for _, first := range "213" {
		for _, key := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			if response := o.Responses.Value(key).Value; rune(key[0]) == first && response != nil {
				return statusOf(key), response
			}
		}
		if response := o.Responses.Default(); first == '2' && response != nil && response.Value != nil {
			return 200, response.Value
		}
	}
	return 200, nil
}

// documented finds the first of these statuses that the operation documents: by number,
// by its class, or as default.
func (o *operation) documented(statuses ...int) (int, *openapi3.Response) {
	for _, status := range statuses {
		for _, key := range []string{fmt.Sprint(status), fmt.Sprintf("%dXX", status/100), fmt.Sprintf("%dxx", status/100)} {
			if response := o.Responses.Value(key); response != nil && response.Value != nil {
				return status, response.Value
			}
		}
	}
	if response := o.Responses.Default(); response != nil && len(statuses) > 0 {
		return statuses[0], response.Value
	}
	return 0, nil
}

// statusOf is the status that a key of responses means; of a class its first.
func statusOf(key string) int {
	if len(key) != 3 {
		return 200
	}
	status := 0
	for _, r := range key {
		digit := 0
		if r >= '0' && r <= '9' {
			digit = int(r - '0')
		}
		status = 10*status + digit
	}
	return status
}
