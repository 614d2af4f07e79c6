package oasdiff

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// comparison finds what oasdiff does not look at: extensions, examples and the numbers of
// failures in them, links, default answers, names of path parameters, and which schema is used where.
type comparison struct {
	found         findings
	before, after node
}

func compareByHand(found findings, before, after node) {
	c := &comparison{found, before, after}
	present := map[string]operation{}
	for o := range operations(after) {
		present[o.method+shape(o.path)] = o
	}
	for old := range operations(before) {
		now, stays := present[old.method+shape(old.path)]
		if !stays {
			continue // oasdiff reports it
		}
		if old.path != now.path {
			c.found.add(old.String(), "the path is now "+now.path, "generated clients that pass its parameters by name")
		}
		c.addresses(old.String(), child(before, "paths", old.path), child(after, "paths", now.path))
		c.addresses(old.String(), old.node, now.node)
		c.credentials(old.String(), old.node, now.node)
		c.mapping(old.String(), "", old.node, now.node)
	}
	c.addresses("the document", before, after)
	c.tagEntries()
	for _, kind := range []string{"schemas", "securitySchemes"} {
		c.named("components/"+kind, "", child(before, "components", kind), child(after, "components", kind))
	}
	c.list("tags", "", before["tags"], after["tags"])
	c.compareWords("the document", "", before, after)
	if before["openapi"] != after["openapi"] {
		c.found.add("the document", "openapi"+changed(before["openapi"], after["openapi"]), "tools that read the version before")
	}
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// shape is a path without the names of its parameters.
func shape(path string) string { return parameter.ReplaceAllString(path, "{}") }

// mapping compares two mappings whose keys are keywords.
func (c *comparison) mapping(where, at string, before, after node) {
	before, after = resolved(c.before, before), resolved(c.after, after)
	if name := refersTo(before); name != "" {
		c.reference(where, at, name, after)
		return
	}
	c.compareWords(where, at, before, after)
	c.types(where, at, before, after)
	if before["example"] != nil && after["example"] == nil && after["examples"] == nil {
		c.found.add(where, join(at, "example")+" is gone", whoUsesExamples)
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		below := join(at, key)
		switch {
		case isWord(key), slices.Contains(data, key):
		case key == "examples":
			c.examples(where, below, child(before, key), child(after, key))
		case key == "links":
			c.links(where, below, child(before, key), child(after, key))
		case key == "responses":
			if old := child(before, key); old["default"] != nil && child(after, key)["default"] == nil {
				c.found.add(where, below+"/default is gone", "generated clients that read failures by it")
			}
			c.named(where, below, child(before, key), child(after, key))
		default:
			if names, ok := before[key].(node); ok && slices.Contains(keysAreNames, key) {
				c.named(where, below, names, child(after, key))
			} else if ok && len(child(after, key)) > 0 {
				c.mapping(where, below, names, child(after, key))
			}
			c.list(where, below, before[key], after[key])
		}
	}
}

// reference compares where a schema was referred to.
func (c *comparison) reference(where, at, before string, after node) {
	if now := refersTo(after); now != before && child(c.after, "components", "schemas")[before] != nil {
		c.found.add(where, fmt.Sprintf("%s is %s instead of the schema %s", at, cmp.Or(now, "an unnamed schema"), before),
			"generated clients: the type is another")
	}
}

// named compares the members that both mappings have, whose keys are names.
func (c *comparison) named(where, at string, before, after node) {
	for _, name := range slices.Sorted(maps.Keys(before)) {
		old, wasMapping := before[name].(node)
		now, isMapping := after[name].(node)
		if wasMapping && isMapping {
			c.mapping(where, join(at, name), old, now)
		}
	}
}

// list compares the entries that both lists have.
func (c *comparison) list(where, at string, before, after any) {
	c.named(where, at, c.byName(c.before, before), c.byName(c.after, after))
}

// byName are the mappings of a list by what identifies them: name and place of parameters,
// the name of a tag, the schema that is referred to, else their order.
func (c *comparison) byName(document node, list any) node {
	entries, _ := list.([]any)
	names := node{}
	for _, entry := range entries {
		n, ok := entry.(node)
		if !ok {
			continue
		}
		n = resolved(document, n)
		name := cmp.Or(refersTo(n), fmt.Sprint(len(names)))
		if called, ok := n["name"].(string); ok {
			name = called
			if in, ok := n["in"].(string); ok {
				name = in + " " + called
			}
		}
		names[name] = n
	}
	return names
}

const (
	whoUsesExamples = "tests, mock servers and `quartet check`, which replay it"
	whoReadsNumbers = "clients that tell failures apart by it"
)

// prose are the members of an envelope that are no numbers of it.
var prose = []string{
	"message", "msg", "errmsg", "title", "detail", "error_description", "instance", "timestamp", "data", "result",
}

// envelope are the members of a successful answer that say that it is one.
var envelope = []string{"code", "errcode", "success", "state"}

// examples compares the examples by name, and the numbers of envelopes in them.
func (c *comparison) examples(where, at string, before, after node) {
	for _, name := range slices.Sorted(maps.Keys(before)) {
		now := resolved(c.after, child(after, name))
		if len(now) == 0 {
			c.found.add(where, join(at, name)+" is gone", whoUsesExamples)
			continue
		}
		status, isAnswer := strings.CutPrefix(at, "responses/")
		if !isAnswer {
			continue
		}
		old, present := child(resolved(c.before, child(before, name)), "value"), child(now, "value")
		for _, key := range slices.Sorted(maps.Keys(old)) {
			isSuccess := strings.HasPrefix(status, "2") || strings.HasPrefix(status, "3")
			if isSuccess && !slices.Contains(envelope, key) || slices.Contains(prose, key) || isComposite(old[key]) {
				continue
			}
			if !reflect.DeepEqual(old[key], present[key]) {
				c.found.add(where, join(at, name, "value", key)+changed(old[key], present[key]), whoReadsNumbers)
			}
		}
	}
}

func isComposite(value any) bool {
	switch value.(type) {
	case node, []any:
		return true
	}
	return false
}

// links compares the links by name: each still leads there, with what it passed.
func (c *comparison) links(where, at string, before, after node) {
	const why = "test tools and generated clients that follow it"
	for _, name := range slices.Sorted(maps.Keys(before)) {
		old, now := resolved(c.before, child(before, name)), resolved(c.after, child(after, name))
		below := join(at, name)
		if len(now) == 0 {
			c.found.add(where, below+" is gone", why)
			continue
		}
		for _, key := range []string{"operationId", "operationRef"} {
			if !reflect.DeepEqual(old[key], now[key]) {
				c.found.add(where, join(below, key)+changed(old[key], now[key]), why)
			}
		}
		passed := child(now, "parameters")
		for parameter, value := range child(old, "parameters") {
			if !reflect.DeepEqual(value, passed[parameter]) {
				c.found.add(where, join(below, "parameters", parameter)+changed(value, passed[parameter]), why)
			}
		}
		if body := old["requestBody"]; body != nil && !reflect.DeepEqual(body, now["requestBody"]) {
			c.found.add(where, join(below, "requestBody")+changed(body, now["requestBody"]), why)
		}
		c.compareWords(where, below, old, now)
	}
}

func isWord(key string) bool { return strings.HasPrefix(key, "x-") }

func join(at string, keys ...string) string {
	return strings.TrimPrefix(at+"/"+strings.Join(keys, "/"), "/")
}

// changed says what a value was and is.
func changed(before, after any) string {
	switch {
	case after == nil:
		return fmt.Sprintf(" was %v and is gone", before)
	case before == nil:
		return fmt.Sprintf(" is now %v, before there was none", after)
	}
	return fmt.Sprintf(" was %v and is now %v", before, after)
}

// union are the keys of both mappings in their order.
func union(a, b node) iter.Seq[string] {
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	return slices.Values(slices.Sorted(maps.Keys(keys)))
}
