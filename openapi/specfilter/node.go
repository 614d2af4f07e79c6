package specfilter

import (
	"iter"

	"go.yaml.in/yaml/v3"
)

// members are the keys and values of a mapping in order, or the items of a
// sequence under the key "".
func members(node *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		switch {
		case node == nil:
		case node.Kind == yaml.SequenceNode:
			for _, item := range node.Content {
				if !yield("", item) {
					return
				}
			}
		case node.Kind == yaml.MappingNode:
			for i := 0; i+1 < len(node.Content); i += 2 {
				if !yield(node.Content[i].Value, node.Content[i+1]) {
					return
				}
			}
		}
	}
}

// member is the value of a key; nil where there is none.
func member(node *yaml.Node, key string) *yaml.Node {
	for name, value := range members(node) {
		if name == key {
			return value
		}
	}
	return nil
}

// replaced copies a mapping or sequence with each of its members as replace
// returns it, without those for which that is nil. Other nodes stay as they are.
func replaced(node *yaml.Node, replace func(key string, value *yaml.Node) *yaml.Node) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode && node.Kind != yaml.SequenceNode {
		return node
	}
	copied := *node
	copied.Content = nil
	i := 0
	for key, value := range members(node) {
		value = replace(key, value)
		if node.Kind == yaml.MappingNode {
			if value != nil {
				copied.Content = append(copied.Content, node.Content[i])
			}
			i += 2
		}
		if value != nil {
			copied.Content = append(copied.Content, value)
		}
	}
	return &copied
}

// notEmpty is the node, or nil where it has no members.
func notEmpty(node *yaml.Node) *yaml.Node {
	if node == nil || len(node.Content) == 0 {
		return nil
	}
	return node
}

// without copies a mapping without a key.
func without(node *yaml.Node, key string) *yaml.Node {
	return replaced(node, func(name string, value *yaml.Node) *yaml.Node {
		if name == key {
			return nil
		}
		return value
	})
}
