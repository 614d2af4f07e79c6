// Package specfilter renders an OpenAPI document: reduced to the operations of some tags,
// or to what describes requests, with the components that they refer to; or with its texts
// in one language. It writes documents as YAML or JSON in their own order.
package specfilter

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Document is an OpenAPI document as a tree that keeps its order. It is never
// changed once it is read, so any number of callers may share it.
type Document struct{ root *yaml.Node }

// Read reads a document. It returns an error for invalid YAML and for anything but
// a mapping.
func Read(text []byte) (Document, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(text, &file); err != nil {
		return Document{}, fmt.Errorf("read the document: %w", err)
	}
	if len(file.Content) != 1 || file.Content[0].Kind != yaml.MappingNode {
		return Document{}, errors.New("read the document: it is not a mapping")
	}
	return Document{file.Content[0]}, nil
}

// Only is the document with the operations of these tags alone, and with the
// components that these refer to, directly or through others. Links to operations
// that are left out go too.
func (d Document) Only(tags ...string) Document {
	paths := replaced(member(d.root, "paths"), func(_ string, item *yaml.Node) *yaml.Node { return operationsOf(item, tags) })
	l := newLinks(paths, member(d.root, "components"))
	paths = l.within(paths)
	r := newReferences(l.within(member(d.root, "components")), paths, member(d.root, "security"))
	return Document{replaced(d.root, func(key string, value *yaml.Node) *yaml.Node {
		switch key {
		case "tags":
			return replaced(value, func(_ string, tag *yaml.Node) *yaml.Node {
				if !slices.Contains(tags, member(tag, "name").Value) {
					return nil
				}
				return tag
			})
		case "paths":
			return paths
		case "components":
			return r.referenced()
		}
		return value
	})}
}

// operationsOf is a path item without the operations of other tags; nil when none
// is left.
func operationsOf(item *yaml.Node, tags []string) *yaml.Node {
	left := 0
	item = replaced(item, func(_ string, operation *yaml.Node) *yaml.Node {
		own := member(operation, "tags")
		if own == nil {
			return operation // what all operations of the path share
		}
		if !slices.ContainsFunc(own.Content, func(tag *yaml.Node) bool { return slices.Contains(tags, tag.Value) }) {
			return nil
		}
		left++
		return operation
	})
	if left == 0 {
		return nil
	}
	return item
}

// references are the components that a part of the document refers to, as
// "schemas/User".
type references struct {
	components *yaml.Node
	seen       map[string]bool
}

// newReferences follows the references in paths, and the security requirements of
// the whole document.
func newReferences(components, paths, security *yaml.Node) references {
	r := references{components, map[string]bool{}}
	r.follow(paths)
	r.requirements(security)
	return r
}

const toComponents = "#/components/"

func (r references) follow(node *yaml.Node) {
	for key, value := range members(node) {
		switch {
		case key == "$ref" && strings.HasPrefix(value.Value, toComponents):
			r.add(strings.TrimPrefix(value.Value, toComponents))
		case key == "security":
			r.requirements(value)
		default:
			r.follow(value)
		}
	}
}

// requirements adds the security schemes of a list of alternatives.
func (r references) requirements(security *yaml.Node) {
	for _, alternative := range members(security) {
		for name := range members(alternative) {
			r.add("securitySchemes/" + name)
		}
	}
}

func (r references) add(name string) {
	if r.seen[name] {
		return
	}
	r.seen[name] = true
	kind, of, _ := strings.Cut(name, "/")
	r.follow(member(member(r.components, kind), of))
}

// referenced are the components that are referred to, in the document's order.
func (r references) referenced() *yaml.Node {
	return replaced(r.components, func(kind string, all *yaml.Node) *yaml.Node {
		return notEmpty(replaced(all, func(name string, component *yaml.Node) *yaml.Node {
			if !r.seen[kind+"/"+name] {
				return nil
			}
			return component
		}))
	})
}
