package specfilter

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// links are those whose operation is in the slice: one that leads out of it
// would make the slice invalid.
type links struct {
	operations map[string]bool
	named      *yaml.Node // components/links
}

func newLinks(paths, components *yaml.Node) links {
	l := links{operations: map[string]bool{}, named: member(components, "links")}
	for _, item := range members(paths) {
		for _, operation := range members(item) {
			if id := member(operation, "operationId"); id != nil {
				l.operations[id.Value] = true
			}
		}
	}
	return l
}

// within copies a part of the document without the links that lead elsewhere.
func (l links) within(node *yaml.Node) *yaml.Node {
	if node == nil || node.Kind == yaml.ScalarNode || node.Kind == yaml.AliasNode {
		return node
	}
	if node.Kind == yaml.MappingNode {
		return filter(node, func(key string, value *yaml.Node) *yaml.Node {
			if key == "links" {
				return l.kept(value)
			}
			return l.within(value)
		})
	}
	kept := *node
	kept.Content = nil
	for _, item := range node.Content {
		kept.Content = append(kept.Content, l.within(item))
	}
	return &kept
}

// kept are the links of one response; nil when none is left.
func (l links) kept(all *yaml.Node) *yaml.Node {
	some := filter(all, func(_ string, link *yaml.Node) *yaml.Node {
		target := member(link, "operationId")
		if reference := member(link, "$ref"); reference != nil {
			target = member(member(l.named, strings.TrimPrefix(reference.Value, toComponents+"links/")), "operationId")
		}
		if target != nil && !l.operations[target.Value] {
			return nil
		}
		return link
	})
	if len(some.Content) == 0 {
		return nil
	}
	return some
}
