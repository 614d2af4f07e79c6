package specfilter

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Client is the document as generators of clients read it best: inlined; of keys
// that differ only in case the one that begins with a lower-case letter; JSON alone
// where a body may be JSON or a form; in an allOf the schemas with required keys first;
// and links without a body.
func (d Document) Client() Document {
	d = d.Inlined()
	components := member(d.root, "components")
	clients := func(node *yaml.Node, at place) *yaml.Node {
		if at == schema {
			return requiredFirst(withoutTwins(node), components)
		}
		return replaced(node, func(key string, value *yaml.Node) *yaml.Node {
			switch key {
			case "requestBody":
				return jsonAlone(value)
			case "links": // openapi-generator refuses an object as the body of a link
				return replaced(value, func(_ string, link *yaml.Node) *yaml.Node { return without(link, "requestBody") })
			}
			return value
		})
	}
	paths := changed(member(d.root, "paths"), names, clients)
	r := newReferences(changed(components, object, clients), paths, member(d.root, "security"))
	return d.with(paths, r.referenced())
}

// jsonAlone is a request body without the other media types, if it may be JSON.
func jsonAlone(body *yaml.Node) *yaml.Node {
	return replaced(body, func(key string, value *yaml.Node) *yaml.Node {
		if key != "content" || member(value, specJSON) == nil {
			return value
		}
		return replaced(value, func(mediaType string, content *yaml.Node) *yaml.Node {
			if mediaType != specJSON {
				return nil
			}
			return content
		})
	})
}

const specJSON = "application/json"

// withoutTwins is a schema without the properties whose names begin with an
// upper-case letter and differ from others only in case. Answers and examples still
// have them, so that the schema says that it allows more keys: generated Java refuses
// them otherwise.
func withoutTwins(node *yaml.Node) *yaml.Node {
	folded, all := map[string]int{}, 0
	for name := range members(member(node, "properties")) {
		folded[strings.ToLower(name)]++
		all++
	}
	if len(folded) == all {
		return node
	}
	twin := func(name string) bool { return folded[strings.ToLower(name)] > 1 }
	upper := func(name string) bool { return twin(name) && strings.ToLower(name[:1]) != name[:1] }
	node = replaced(node, func(key string, value *yaml.Node) *yaml.Node {
		switch key {
		case "properties":
			return replaced(value, func(name string, property *yaml.Node) *yaml.Node {
				switch {
				case upper(name):
					return nil
				case twin(name):
					return without(property, "x-go-name") // which told the two apart
				}
				return property
			})
		case "required":
			return replaced(value, func(_ string, name *yaml.Node) *yaml.Node {
				if upper(name.Value) {
					return nil
				}
				return name
			})
		}
		return value
	})
	if member(node, "additionalProperties") == nil {
		node.Content = append(node.Content, text("additionalProperties"), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
	}
	return node
}

// requiredFirst is a schema whose allOf begins with the members that require keys.
func requiredFirst(node, components *yaml.Node) *yaml.Node {
	return replaced(node, func(key string, value *yaml.Node) *yaml.Node {
		if key != "allOf" {
			return value
		}
		sorted := *value
		sorted.Content = slices.Clone(value.Content)
		slices.SortStableFunc(sorted.Content, func(a, b *yaml.Node) int { return rank(a, components) - rank(b, components) })
		return &sorted
	})
}

// rank is 0 for a schema that requires keys, by itself or by what it refers to.
func rank(node, components *yaml.Node) int {
	if member(resolved(node, components), "required") != nil {
		return 0
	}
	return 1
}
