package specfilter

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// The version of OpenAPI that OpenAPI31 writes, and what its schemas are.
const (
	version31 = "3.1.0"
	dialect31 = "https://spec.openapis.org/oas/3.1/dialect/base"
)

// OpenAPI31 is the document, inlined, in OpenAPI 3.1, whose schemas are those of
// JSON Schema 2020-12.
func (d Document) OpenAPI31() Document {
	root := changed(d.Inlined().root, object, func(node *yaml.Node, at place) *yaml.Node {
		if at != schema {
			return node
		}
		return schema31(node)
	})
	written := *root
	written.Content = nil
	for key, value := range members(root) {
		if key == "openapi" {
			value = text(version31)
		}
		written.Content = append(written.Content, text(key), value)
		if key == "info" {
			written.Content = append(written.Content, text("jsonSchemaDialect"), text(dialect31))
		}
	}
	return Document{&written}
}

// schema31 is one schema, without those inside it, in the words of 3.1. A format
// binary goes, since the media type says it.
func schema31(node *yaml.Node) *yaml.Node {
	nullable := isTrue(member(node, "nullable")) && member(node, "type") != nil
	written := *node
	written.Content = nil
	for key, value := range members(node) {
		switch key {
		case "nullable":
			continue
		case "type":
			if nullable {
				value = list(value, text("null"))
			}
		case "enum":
			if nullable && !slices.ContainsFunc(value.Content, isNull) {
				value = list(append(slices.Clone(value.Content), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"})...)
			}
		case "x-contentMediaType":
			key = "contentMediaType"
		case "example":
			key, value = "examples", list(value)
		case "format":
			switch value.Value {
			case "binary":
				continue
			case "byte":
				key, value = "contentEncoding", text("base64")
			}
		case "minimum", "maximum":
			if isTrue(member(node, exclusive[key])) {
				key = exclusive[key]
			}
		case "exclusiveMinimum", "exclusiveMaximum":
			continue
		}
		written.Content = append(written.Content, text(key), value)
	}
	return &written
}

// exclusive are the keywords that are true beside a bound in 3.0, and in 3.1 the bound.
var exclusive = map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}

func isTrue(node *yaml.Node) bool { return node != nil && node.Value == "true" }
func isNull(node *yaml.Node) bool { return node.ShortTag() == "!!null" }

func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

func list(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle, Content: items}
}
