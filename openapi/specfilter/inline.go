package specfilter

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Inlined is the document with references to schemas alone: answers, parameters,
// headers and links stand where they are used.
func (d Document) Inlined() Document { return d.inlined("schemas/") }

// Dereferenced is the document without references, except where a schema contains
// itself.
func (d Document) Dereferenced() Document { return d.inlined("-") }

// inlined leaves the references to components whose kind has the prefix, and the
// components that they refer to.
func (d Document) inlined(left string) Document {
	components := member(d.root, "components")
	i := inliner{components, left}
	paths := i.within(member(d.root, "paths"), names, nil)
	r := newReferences(replaced(components, i.components), paths, member(d.root, "security"))
	return d.with(paths, r.referenced())
}

// with is the document with other paths and components.
func (d Document) with(paths, components *yaml.Node) Document {
	return Document{replaced(d.root, func(key string, value *yaml.Node) *yaml.Node {
		switch key {
		case "paths":
			return paths
		case "components":
			return notEmpty(components)
		}
		return value
	})}
}

type inliner struct {
	all  *yaml.Node // the document's components
	left string
}

// components inlines within the components of a kind.
func (i inliner) components(kind string, all *yaml.Node) *yaml.Node {
	at := object
	switch kind {
	case "securitySchemes":
		return all
	case "schemas":
		at = schema
	}
	return replaced(all, func(name string, component *yaml.Node) *yaml.Node {
		return i.within(component, at, []string{kind + "/" + name})
	})
}

// within puts components in the place of references to them. open are those that it
// is in.
func (i inliner) within(node *yaml.Node, at place, open []string) *yaml.Node {
	if at == literal {
		return node
	}
	if reference := member(node, "$ref"); reference != nil && (at == object || at == schema) {
		name, ok := strings.CutPrefix(reference.Value, toComponents)
		if !ok || strings.HasPrefix(name, i.left) || slices.Contains(open, name) {
			return node
		}
		kind, of, _ := strings.Cut(name, "/")
		return i.within(member(member(i.all, kind), of), at, append(slices.Clip(open), name))
	}
	return replaced(node, func(key string, value *yaml.Node) *yaml.Node {
		return i.within(value, at.of(key, value), open)
	})
}
