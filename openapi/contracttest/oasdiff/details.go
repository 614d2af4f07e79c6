package oasdiff

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// What generated clients and callers rely on and oasdiff lets pass: addresses, credentials,
// entries of tags, media types of answers, how parameters are written, and types of values.

const (
	whoCalls     = "clients that call the address before"
	whoSendsIt   = "clients that send it so"
	whoGenerates = "generated clients: the type is another"
)

// addresses compares the servers of the document, a path or an operation: an old URL stays
// where there was one, and none is added below the document.
func (c *comparison) addresses(where string, before, after node) {
	old, now := urls(before), urls(after)
	if len(old) == 0 && len(now) > 0 {
		c.found.add(where, fmt.Sprintf("servers is now %v, before there was none", now), whoCalls)
	}
	for _, url := range old {
		if !slices.Contains(now, url) {
			c.found.add(where, fmt.Sprintf("the server %s is gone", url), whoCalls)
		}
	}
}

// urls are those of the servers, with the defaults of their variables.
func urls(n node) (all []string) {
	list, _ := n["servers"].([]any)
	for _, entry := range list {
		server, _ := entry.(node)
		url := fmt.Sprint(server["url"])
		for _, name := range slices.Sorted(maps.Keys(child(server, "variables"))) {
			url = strings.ReplaceAll(url, "{"+name+"}", fmt.Sprint(child(server, "variables", name)["default"]))
		}
		all = append(all, url)
	}
	return all
}

// credentials compares the alternatives of an operation: each that was taken still is.
func (c *comparison) credentials(where string, before, after node) {
	now := alternatives(c.after, after)
	for _, old := range alternatives(c.before, before) {
		if !slices.ContainsFunc(now, func(other node) bool { return reflect.DeepEqual(old, other) }) {
			c.found.add(where, fmt.Sprintf("security has no alternative %v any more", slices.Sorted(maps.Keys(old))), whoSendsIt)
		}
	}
}

func alternatives(document, operation node) (all []node) {
	list, own := operation["security"].([]any)
	if !own {
		list, _ = document["security"].([]any)
	}
	for _, entry := range list {
		alternative, _ := entry.(node)
		all = append(all, alternative)
	}
	return all
}

// tagEntries finds tags that operations still have and the document no longer describes.
func (c *comparison) tagEntries() {
	now := c.byName(c.after, c.after["tags"])
	for name := range c.byName(c.before, c.before["tags"]) {
		if now[name] == nil {
			c.found.add("the document", "tags/"+name+" is gone", "generated clients and pages that read its words")
		}
	}
}

// types compares how a value is written: what a parameter's text looks like, the media
// types of an answer, and the type of a schema.
func (c *comparison) types(where, at string, before, after node) {
	gone := func(key, why string) {
		for name := range child(before, key) {
			if child(after, key)[name] == nil {
				c.found.add(where, join(at, key, name)+" is gone", why)
			}
		}
	}
	if strings.HasPrefix(at, "responses/") || strings.HasPrefix(at, "components/responses") {
		gone("content", "clients that read it")
	}
	if _, isParameter := before["in"].(string); isParameter && before["type"] == nil {
		gone("content", whoSendsIt)
		if before["schema"] != nil && after["schema"] == nil {
			c.found.add(where, join(at, "schema")+" is gone", whoSendsIt)
		}
		for _, key := range []string{"style", "explode", "allowReserved"} {
			if old, now := written(before, key), written(after, key); old != now {
				c.found.add(where, join(at, key)+changed(old, now), whoSendsIt)
			}
		}
	}
	if before["encoding"] == nil && after["encoding"] != nil {
		c.found.add(where, join(at, "encoding")+" is new", whoSendsIt)
	}
	for _, key := range []string{"type", "format"} {
		if old := before[key]; old != nil && isText(old) && after["$ref"] == nil && !reflect.DeepEqual(old, after[key]) && before["in"] == nil {
			c.found.add(where, join(at, key)+changed(old, after[key]), whoGenerates)
		}
	}
	values, _ := after["enum"].([]any)
	if old, isEnum := before["enum"].([]any); isEnum && len(values) > 0 {
		for _, value := range old {
			if !slices.Contains(values, value) {
				c.found.add(where, join(at, "enum")+fmt.Sprintf(" has no %v any more", value), "generated clients: the constant is gone")
			}
		}
	}
}

func isText(value any) bool {
	_, is := value.(string)
	return is
}

// written is a keyword of a parameter's serialization, or its default (OpenAPI 3.0.3, Parameter Object).
func written(parameter node, key string) any {
	inQuery := parameter["in"] == "query" || parameter["in"] == "cookie"
	switch {
	case parameter[key] != nil:
		return parameter[key]
	case key == "style" && inQuery:
		return "form"
	case key == "style":
		return "simple"
	case key == "explode":
		return written(parameter, "style") == "form"
	}
	return false
}
