package specfilter

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// What a server does not need to check requests: answers, and texts for people.
var (
	answers = []string{"responses", "links", "headers", "callbacks", "x-answer-rules"}
	texts   = []string{"summary", "description", "externalDocs", "example", "examples", "title"}
)

// named are the keywords whose members have names for keys: a property may be
// called description.
var named = []string{"paths", "schemas", "parameters", "requestBodies", "properties", "content", "encoding", "mapping"}

// Requests is the document without its answers, examples and texts: what requests
// are checked by. The security schemes stay as they are, because pages show them.
// It is not a valid OpenAPI document, which must have answers.
func (d Document) Requests() Document {
	paths := withoutAnswers(member(d.root, "paths"), true)
	r := newReferences(replaced(member(d.root, "components"), func(kind string, all *yaml.Node) *yaml.Node {
		switch {
		case slices.Contains(answers, kind):
			return nil
		case kind == "securitySchemes":
			return all
		}
		return withoutAnswers(all, true)
	}), paths, member(d.root, "security"))
	for name := range members(member(r.components, "securitySchemes")) {
		r.add("securitySchemes/" + name)
	}
	return Document{replaced(d.root, func(key string, value *yaml.Node) *yaml.Node {
		switch key {
		case "openapi", "info":
			return withoutAnswers(value, false)
		case "paths":
			return paths
		case "components":
			return r.referenced()
		}
		return nil
	})}
}

// withoutAnswers copies a part of the document without answers and texts.
// keysAreNames says that its keys are no keywords. What an extension, a default or
// an enum holds stays as it is.
func withoutAnswers(node *yaml.Node, keysAreNames bool) *yaml.Node {
	return replaced(node, func(key string, value *yaml.Node) *yaml.Node {
		switch {
		case keysAreNames || key == "":
			return withoutAnswers(value, false)
		case slices.Contains(answers, key), slices.Contains(texts, key):
			return nil
		case key == "default", key == "enum", strings.HasPrefix(key, "x-"):
			return value
		}
		return withoutAnswers(value, slices.Contains(named, key) && value.Kind == yaml.MappingNode)
	})
}
