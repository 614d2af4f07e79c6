package specfilter

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// place is what a node of the document is.
type place int

const (
	object      place = iota // its keys are keywords of OpenAPI
	schema                   // its keys are those of a schema
	names                    // its keys are names of objects
	schemaNames              // its keys are names of schemas
	literal                  // an example, a default, an extension: it belongs to nobody but its author
)

// Keywords that are named by what they hold.
var (
	ofSchemas  = []string{"schema", "items", "not", "additionalProperties", "allOf", "anyOf", "oneOf"}
	ofNames    = append([]string{"responses", "headers", "links", "examples", "callbacks", "securitySchemes"}, named...)
	ofLiterals = []string{"example", "value", "default", "enum", "required", "security"}
)

// of is the place of a member; the items of a list are where the list is.
func (p place) of(key string, value *yaml.Node) place {
	switch {
	case p == literal, key == "":
		return p
	case p == names:
		return object
	case p == schemaNames:
		return schema
	case strings.HasPrefix(key, "x-"), slices.Contains(ofLiterals, key):
		return literal
	case key == "schemas", key == "properties":
		return schemaNames
	case slices.Contains(ofSchemas, key):
		return schema
	case slices.Contains(ofNames, key) && value.Kind == yaml.MappingNode:
		return names
	}
	return object
}

// changed copies a part of the document with each of its objects and schemas as
// change returns it, the outer ones first.
func changed(node *yaml.Node, at place, change func(*yaml.Node, place) *yaml.Node) *yaml.Node {
	if at == literal {
		return node
	}
	if node.Kind == yaml.MappingNode && (at == object || at == schema) {
		node = change(node, at)
	}
	return replaced(node, func(key string, value *yaml.Node) *yaml.Node { return changed(value, at.of(key, value), change) })
}
