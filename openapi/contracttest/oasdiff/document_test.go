package oasdiff

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// document is a contract that a test edits: what it changes is found by its name, so that
// the edits outlive rewritten texts and moved lines.
type document struct {
	t *testing.T
	node
}

func (d document) find(id string) operation {
	d.t.Helper()
	for o := range operations(d.node) {
		if o.node["operationId"] == id {
			return o
		}
	}
	d.t.Fatalf("there is no operation %s", id)
	return operation{}
}

func (d document) operation(id string) node { d.t.Helper(); return d.find(id).node }

func (d document) removeOperation(id string) {
	d.t.Helper()
	o := d.find(id)
	delete(child(d.node, "paths"), o.path)
	removeLinks(d.node, map[string]bool{id: true})
}

// move renames an operation's path.
func (d document) move(id, path string) {
	d.t.Helper()
	o, paths := d.find(id), child(d.node, "paths")
	paths[path] = paths[o.path]
	delete(paths, o.path)
}

func (d document) must(n node, what ...any) node {
	d.t.Helper()
	if len(n) == 0 {
		d.t.Fatalf("there is no %s", fmt.Sprint(what...))
	}
	return n
}

func (d document) schema(name string) node {
	d.t.Helper()
	return d.must(child(d.node, "components", "schemas", name), "schema ", name)
}

// owner is the schema, or the part of its allOf, that has the property.
func (d document) owner(schema node, property string) node {
	if child(schema, "properties")[property] != nil {
		return schema
	}
	parts, _ := schema["allOf"].([]any)
	for _, part := range parts {
		n := part.(node)
		if name := refersTo(n); name != "" {
			n = d.schema(name)
		}
		if found := d.owner(n, property); found != nil {
			return found
		}
	}
	return nil
}

func (d document) property(schema, name string) node {
	d.t.Helper()
	owner := d.owner(d.schema(schema), name)
	return d.must(child(owner, "properties", name), "property ", schema, ".", name)
}

func (d document) removeProperty(schema, name string) {
	d.t.Helper()
	owner := d.owner(d.schema(schema), name)
	d.must(owner, "property ", schema, ".", name)
	delete(child(owner, "properties"), name)
	notRequired(owner, name)
}

// required makes properties of a schema required.
func (d document) required(schema string, names ...string) {
	d.t.Helper()
	owner := d.must(d.owner(d.schema(schema), names[0]), "property ", schema, ".", names[0])
	list, _ := owner["required"].([]any)
	for _, name := range names {
		list = append(list, name)
	}
	owner["required"] = list
}

func (d document) parameter(id, name string) node {
	d.t.Helper()
	parameters, _ := d.operation(id)["parameters"].([]any)
	for _, p := range parameters {
		if n := resolved(d.node, p.(node)); n["name"] == name {
			return n
		}
	}
	d.t.Fatalf("%s has no parameter %s", id, name)
	return nil
}

func (d document) removeParameter(id, name string) {
	d.t.Helper()
	o, gone := d.operation(id), d.parameter(id, name)["name"]
	o["parameters"] = slices.DeleteFunc(o["parameters"].([]any), func(p any) bool { return resolved(d.node, p.(node))["name"] == gone })
}

func (d document) response(id, status string) node {
	d.t.Helper()
	response := resolved(d.node, child(d.operation(id), "responses", status))
	return d.must(response, "answer ", id, " ", status)
}

func (d document) answer(id, status string) node {
	d.t.Helper()
	return d.must(child(d.response(id, status), "content", "application/json"), "body ", id, " ", status)
}

func (d document) example(id, status, name string) node {
	d.t.Helper()
	return d.must(child(d.answer(id, status), "examples", name, "value"), "example ", id, " ", status, " ", name)
}

func (d document) link(id, name string) node {
	d.t.Helper()
	return d.must(resolved(d.node, child(d.response(id, "200"), "links", name)), "link ", id, " ", name)
}

func (d document) tag(name string) node {
	d.t.Helper()
	tags, _ := d.node["tags"].([]any)
	for _, tag := range tags {
		if n := tag.(node); n["name"] == name {
			return n
		}
	}
	d.t.Fatalf("there is no tag %s", name)
	return nil
}

// renameTag renames a tag and leaves the words of parameters alone.
func (d document) renameTag(old, now string) {
	d.t.Helper()
	d.set(d.tag(old), "name", now)
	for o := range operations(d.node) {
		if tags := o.node["tags"].([]any); tags[0] == old {
			o.node["tags"] = []any{now}
		}
	}
}

// everywhere replaces texts that are exactly so in all values.
func (d document) everywhere(old, now string) {
	var walk func(value any) any
	walk = func(value any) any {
		switch v := value.(type) {
		case string:
			if v == old {
				return now
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case node:
			for key := range v {
				v[key] = walk(v[key])
			}
		}
		return value
	}
	walk(d.node)
}

func (d document) renameSchema(old, now string) {
	d.t.Helper()
	schemas := child(d.node, "components", "schemas")
	schemas[now] = d.schema(old)
	delete(schemas, old)
	d.everywhere(toSchemas+old, toSchemas+now)
}

// copied is a deep copy.
func copied(value any) any {
	switch v := value.(type) {
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = copied(v[i])
		}
		return all
	case node:
		all := node{}
		for key := range v {
			all[key] = copied(v[key])
		}
		return all
	}
	return value
}

// set changes a word or keyword that must be there.
func (d document) set(n node, key string, value any) {
	d.t.Helper()
	d.must(n, "place of ", key)
	if n[key] == nil {
		d.t.Fatalf("there is no %s", key)
	}
	n[key] = value
}

func (d document) remove(n node, key string) {
	d.t.Helper()
	d.set(n, key, true)
	delete(n, key)
}

// rewritten changes every description.
func (d document) rewritten() {
	each(d.node, func(_ string, n node) {
		for _, key := range []string{"description", "summary", "title"} {
			if text, ok := n[key].(string); ok {
				n[key] = strings.ToUpper(text) + " !"
			}
		}
	})
}
