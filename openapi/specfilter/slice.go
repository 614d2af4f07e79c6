package specfilter

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Document is an OpenAPI document as a tree that remembers its order. It is
// never changed once it is read, so any number of callers may share it.
type Document struct{ root *yaml.Node }

// Read reads a document; the error is about its YAML.
func Read(text []byte) (Document, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(text, &file); err != nil {
		return Document{}, fmt.Errorf("read the document: %w", err)
	}
	if len(file.Content) != 1 || file.Content[0].Kind != yaml.MappingNode {
		return Document{}, errors.New("read the document: it is no mapping")
	}
	return Document{file.Content[0]}, nil
}

// Only is the document with the operations of these tags alone, and with the
// components that these reach, directly or through others. Links to operations
// that are left out go too.
func (d Document) Only(tags ...string) Document {
	paths := filter(member(d.root, "paths"), func(_ string, item *yaml.Node) *yaml.Node { return operationsOf(item, tags) })
	linked := newLinks(paths, member(d.root, "components"))
	paths = linked.within(paths)
	reached := reach{components: linked.within(member(d.root, "components")), seen: map[string]bool{}}
	reached.from(paths)
	reached.schemes(member(d.root, "security"))
	return Document{filter(d.root, func(key string, value *yaml.Node) *yaml.Node {
		switch key {
		case "tags":
			return only(value, func(tag *yaml.Node) bool { return slices.Contains(tags, member(tag, "name").Value) })
		case "paths":
			return paths
		case "components":
			return reached.kept()
		}
		return value
	})}
}

// operationsOf is a path item without the operations of other tags; nil when
// none is left.
func operationsOf(item *yaml.Node, tags []string) *yaml.Node {
	left := 0
	kept := filter(item, func(_ string, operation *yaml.Node) *yaml.Node {
		named := member(operation, "tags")
		if named == nil {
			return operation // what all operations of the path share
		}
		if !slices.ContainsFunc(named.Content, func(tag *yaml.Node) bool { return slices.Contains(tags, tag.Value) }) {
			return nil
		}
		left++
		return operation
	})
	if left == 0 {
		return nil
	}
	return kept
}

// reach collects the components that a part of the document needs, as
// "schemas/User".
type reach struct {
	components *yaml.Node
	seen       map[string]bool
}

const toComponents = "#/components/"

// from follows every reference, and every requirement of a security scheme,
// below the node.
func (r reach) from(node *yaml.Node) {
	if node == nil {
		return
	}
	for key, value := range members(node) {
		switch {
		case key == "$ref" && strings.HasPrefix(value.Value, toComponents):
			r.add(strings.TrimPrefix(value.Value, toComponents))
		case key == "security":
			r.schemes(value)
		default:
			r.from(value)
		}
	}
	if node.Kind == yaml.SequenceNode {
		for _, item := range node.Content {
			r.from(item)
		}
	}
}

// schemes adds the security schemes that a list of requirements names.
func (r reach) schemes(requirements *yaml.Node) {
	if requirements == nil {
		return
	}
	for _, alternative := range requirements.Content {
		for name := range members(alternative) {
			r.add("securitySchemes/" + name)
		}
	}
}

func (r reach) add(name string) {
	if r.seen[name] {
		return
	}
	r.seen[name] = true
	kind, of, _ := strings.Cut(name, "/")
	r.from(member(member(r.components, kind), of))
}

// kept are the components that were reached, in the document's order.
func (r reach) kept() *yaml.Node {
	return filter(r.components, func(kind string, all *yaml.Node) *yaml.Node {
		some := filter(all, func(name string, component *yaml.Node) *yaml.Node {
			if !r.seen[kind+"/"+name] {
				return nil
			}
			return component
		})
		if len(some.Content) == 0 {
			return nil
		}
		return some
	})
}
