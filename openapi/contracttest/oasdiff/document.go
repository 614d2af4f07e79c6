package oasdiff

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// node is a mapping of the document.
type node = map[string]any

func read(text []byte) (node, error) {
	var document node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	return plain(document).(node), nil
}

// plain turns what YAML takes for a time back into its date.
func plain(value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.Format(time.DateOnly)
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case node:
		for key := range v {
			v[key] = plain(v[key])
		}
	}
	return value
}

// child is the mapping below these keys; an empty one where there is none.
func child(n node, keys ...string) node {
	for _, key := range keys {
		n, _ = n[key].(node)
	}
	if n == nil {
		return node{}
	}
	return n
}

const toSchemas = "#/components/schemas/"

// refersTo is the name of the schema that a mapping is nothing but a reference to: a
// $ref, or an allOf of one $ref, which adds a description.
func refersTo(n node) string {
	if all, _ := n["allOf"].([]any); len(all) == 1 && n["properties"] == nil {
		n, _ = all[0].(node)
	}
	ref, _ := n["$ref"].(string)
	name, found := strings.CutPrefix(ref, toSchemas)
	if !found {
		return ""
	}
	return name
}

// resolved follows a reference to anything but a schema.
func resolved(document, n node) node {
	for {
		ref, _ := n["$ref"].(string)
		if ref == "" || strings.HasPrefix(ref, toSchemas) {
			return n
		}
		n = child(document, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// operation is an operation and its place.
type operation struct {
	path, method string
	node
}

func (o operation) String() string {
	id, _ := o.node["operationId"].(string)
	return operationName(id, o.method, o.path)
}

// operations are all of the document, by path and method.
func operations(document node) iter.Seq[operation] {
	return func(yield func(operation) bool) {
		paths := child(document, "paths")
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			for _, method := range methods {
				if described := child(paths, path, method); len(described) > 0 && !yield(operation{path, method, described}) {
					return
				}
			}
		}
	}
}

// keysAreNames are the keywords below which every key is a name: a property may be
// called links or x-access.
var keysAreNames = []string{
	"paths", "schemas", "responses", "parameters", "headers", "requestBodies", "securitySchemes",
	"properties", "content", "encoding", "callbacks", "examples", "links",
}

// data are the keywords below which nothing is a keyword.
var data = []string{"example", "default", "enum", "value", "required", "security", "mapping", "info", "servers"}
