package specfilter

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Merged is the document as knife4j reads it best: inlined; without the allOf that do
// no more than list the keys of an object in parts, of which it shows none; and with an
// application that may be named as an optional header, since it demands every
// credential of every alternative.
func (d Document) Merged() Document {
	d = d.Inlined()
	components := member(d.root, "components")
	merge := func(node *yaml.Node, at place) *yaml.Node {
		if at == schema {
			return merged(node, components)
		}
		return applicationAsHeader(node, member(components, "securitySchemes"))
	}
	paths := changed(member(d.root, "paths"), names, merge)
	r := newReferences(changed(components, object, merge), paths, member(d.root, "security"))
	return d.with(paths, r.referenced())
}

// applicationAsHeader is an operation whose only credential, an optional application
// id, is a parameter; anything else stays as it is.
func applicationAsHeader(node, schemes *yaml.Node) *yaml.Node {
	security := member(node, "security")
	if security == nil || len(security.Content) != 2 || len(security.Content[0].Content) != 0 || len(security.Content[1].Content) != 2 {
		return node
	}
	scheme := member(schemes, security.Content[1].Content[0].Value)
	if credential := member(scheme, "x-credential"); credential == nil || credential.Value != "application" {
		return node
	}
	header := mapping("name", member(scheme, "name"), "in", text("header"), "description", member(scheme, "description"), "schema", mapping("type", text("string")))
	parameters := &yaml.Node{Kind: yaml.SequenceNode}
	if own := member(node, "parameters"); own != nil {
		parameters.Content = append(parameters.Content, own.Content...)
	}
	parameters.Content = append(parameters.Content, header)
	node = without(without(node, "parameters"), "security")
	node.Content = append(node.Content, text("parameters"), parameters, text("security"), &yaml.Node{Kind: yaml.SequenceNode})
	return node
}

// mapping is a mapping of keys and values by turns.
func mapping(all ...any) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, each := range all {
		if key, ok := each.(string); ok {
			each = text(key)
		}
		node.Content = append(node.Content, each.(*yaml.Node))
	}
	return node
}

// merged is a schema with the keys of its allOf as its own. A schema whose parts say
// more, or name a key twice, stays as it is.
func merged(node, components *yaml.Node) *yaml.Node {
	parts := member(node, "allOf")
	if parts == nil || member(node, "properties") != nil || member(node, "required") != nil {
		return node
	}
	required, properties := &yaml.Node{Kind: yaml.SequenceNode}, &yaml.Node{Kind: yaml.MappingNode}
	for _, part := range parts.Content {
		part = merged(resolved(part, components), components)
		for key, value := range members(part) {
			switch key {
			case "type", "description", "example":
			case "required":
				required.Content = append(required.Content, value.Content...)
			case "properties":
				for name := range members(value) {
					if member(properties, name) != nil {
						return node
					}
				}
				properties.Content = append(properties.Content, value.Content...)
			default:
				return node
			}
		}
	}
	whole := *node
	whole.Content = nil
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Value != "allOf" {
			whole.Content = append(whole.Content, node.Content[i], node.Content[i+1])
			continue
		}
		whole.Content = append(whole.Content, text("type"), text("object"))
		if len(required.Content) > 0 {
			whole.Content = append(whole.Content, text("required"), required)
		}
		whole.Content = append(whole.Content, text("properties"), properties)
	}
	return &whole
}

// resolved is the schema that a reference is to, or the node itself.
func resolved(node, components *yaml.Node) *yaml.Node {
	if reference := member(node, "$ref"); reference != nil {
		return member(member(components, "schemas"), strings.TrimPrefix(reference.Value, toComponents+"schemas/"))
	}
	return node
}
