package specfilter

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// links are those between the operations of a filtered document: one to another
// operation would make it invalid.
type links struct {
	operations map[string]bool
	components *yaml.Node // components/links
}

func newLinks(paths, components *yaml.Node) links {
	l := links{map[string]bool{}, member(components, "links")}
	for _, item := range members(paths) {
		for _, operation := range members(item) {
			if id := member(operation, "operationId"); id != nil {
				l.operations[id.Value] = true
			}
		}
	}
	return l
}

// within copies a part of the document without the links to other operations.
func (l links) within(node *yaml.Node) *yaml.Node {
	return replaced(node, func(key string, value *yaml.Node) *yaml.Node {
		if key != "links" {
			return l.within(value)
		}
		return notEmpty(replaced(value, func(_ string, link *yaml.Node) *yaml.Node {
			target := member(link, "operationId")
			if reference := member(link, "$ref"); reference != nil {
				target = member(member(l.components, strings.TrimPrefix(reference.Value, toComponents+"links/")), "operationId")
			}
			if target != nil && !l.operations[target.Value] {
				return nil
			}
			return link
		}))
	})
}
