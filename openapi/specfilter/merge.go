package specfilter

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Merged is the document inlined, and without the allOf that do no more than list the
// keys of an object in parts: knife4j shows no key of those.
func (d Document) Merged() Document {
	d = d.Inlined()
	components := member(d.root, "components")
	merge := func(node *yaml.Node, at place) *yaml.Node {
		if at == schema {
			return merged(node, components)
		}
		return node
	}
	return d.with(changed(member(d.root, "paths"), names, merge), changed(components, object, merge))
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
