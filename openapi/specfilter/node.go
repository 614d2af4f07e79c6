package specfilter

import (
	"iter"

	"go.yaml.in/yaml/v3"
)

// members gives the keys and values of a mapping in order; nothing of any other
// node.
func members(node *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if node == nil || node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i].Value, node.Content[i+1]) {
				return
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

// filter copies a mapping with each value as keep returns it, without those for
// which it returns nil.
func filter(mapping *yaml.Node, keep func(key string, value *yaml.Node) *yaml.Node) *yaml.Node {
	if mapping == nil {
		return nil
	}
	kept := *mapping
	kept.Content = nil
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if value := keep(mapping.Content[i].Value, mapping.Content[i+1]); value != nil {
			kept.Content = append(kept.Content, mapping.Content[i], value)
		}
	}
	return &kept
}

// only copies a sequence with the items that wanted accepts.
func only(sequence *yaml.Node, wanted func(*yaml.Node) bool) *yaml.Node {
	kept := *sequence
	kept.Content = nil
	for _, item := range sequence.Content {
		if wanted(item) {
			kept.Content = append(kept.Content, item)
		}
	}
	return &kept
}
