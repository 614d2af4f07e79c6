package server

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// queryToo reads the contract's x-query-too: fields of the body that may travel
// in the query as well, as the frameworks behind the documents have it. They are
// no parameters of the contract, since an SDK would ask for the same thing twice.
func bodyInQuery(described *openapi3.Operation) ([]parameter, error) {
	names, _ := described.Extensions["x-query-too"].([]any)
	var all []parameter
	for _, given := range names {
		name, _ := given.(string)
		for mediaType, media := range described.RequestBody.Value.Content {
			field := merged(media.Schema.Value).Properties[name]
			if field == nil {
				return nil, fmt.Errorf("x-query-too %q is no field of the body %s", name, mediaType)
			}
			if len(all) == 0 || all[len(all)-1].name != name {
				all = append(all, parameter{name: name, in: openapi3.ParameterInQuery, schema: merged(field.Value)})
			}
		}
	}
	return all, nil
}

// fieldInQuery tells whether the query has a field of the body.
func (o *operation) fieldInQuery(r *http.Request) bool {
	if len(o.bodyInQuery) == 0 {
		return false
	}
	query := r.URL.Query()
	return slices.ContainsFunc(o.bodyInQuery, func(field parameter) bool { return query.Has(field.name) })
}

// addFromQuery adds the fields that the query has and the body leaves out;
// checkParameters has validated them.
func (o *operation) addFromQuery(r *http.Request, members map[string]any) {
	if !o.fieldInQuery(r) {
		return
	}
	query := r.URL.Query()
	for _, field := range o.bodyInQuery {
		if members[field.name] == nil && query.Has(field.name) {
			members[field.name] = scalar(field.schema, query.Get(field.name))
		}
	}
}
