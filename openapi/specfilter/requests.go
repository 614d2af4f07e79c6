package specfilter

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// What a server does not need in order to check requests: the answers, and what
// people alone read.
var (
	answers = []string{"responses", "links", "headers", "callbacks"}
	prose   = []string{"summary", "description", "externalDocs", "example", "examples", "title"}
)

// named are the keywords below which keys are names, whatever they look like: a
// property may be called description.
var named = []string{"paths", "schemas", "parameters", "requestBodies", "properties", "content", "encoding", "mapping"}

// Requests is the document without its answers, examples and prose: what
// requests are checked by. The security schemes stay as they are, because pages
// show them. It is no OpenAPI document, which must state answers.
func (d Document) Requests() Document {
	paths := bare(member(d.root, "paths"), true)
	reached := reach{components: bareComponents(member(d.root, "components")), seen: map[string]bool{}}
	reached.from(paths)
	reached.schemes(member(d.root, "security"))
	for name := range members(member(reached.components, "securitySchemes")) {
		reached.seen["securitySchemes/"+name] = true
	}
	return Document{filter(d.root, func(key string, value *yaml.Node) *yaml.Node {
		switch key {
		case "openapi", "info":
			return bare(value, false)
		case "paths":
			return paths
		case "components":
			return reached.kept()
		}
		return nil
	})}
}

func bareComponents(components *yaml.Node) *yaml.Node {
	return filter(components, func(kind string, all *yaml.Node) *yaml.Node {
		switch {
		case slices.Contains(answers, kind):
			return nil
		case kind == "securitySchemes":
			return all
		}
		return bare(all, true)
	})
}

// bare copies a part of the document without answers and prose. names says that
// its keys are names. What an extension, a default or a list of values holds is
// left alone: its keys are nobody's keywords.
func bare(node *yaml.Node, names bool) *yaml.Node {
	switch {
	case node == nil:
		return nil
	case node.Kind == yaml.SequenceNode:
		kept := *node
		kept.Content = nil
		for _, item := range node.Content {
			kept.Content = append(kept.Content, bare(item, false))
		}
		return &kept
	case names:
		return filter(node, func(_ string, value *yaml.Node) *yaml.Node { return bare(value, false) })
	}
	return filterOrSame(node, func(key string, value *yaml.Node) *yaml.Node {
		switch {
		case slices.Contains(answers, key), slices.Contains(prose, key):
			return nil
		case key == "default", key == "enum", strings.HasPrefix(key, "x-"):
			return value
		}
		return bare(value, slices.Contains(named, key) && value.Kind == yaml.MappingNode)
	})
}

// filterOrSame is filter for a node that need not be a mapping.
func filterOrSame(node *yaml.Node, keep func(key string, value *yaml.Node) *yaml.Node) *yaml.Node {
	if node.Kind != yaml.MappingNode {
		return node
	}
	return filter(node, keep)
}
