package oasdiff

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// From the release that deprecates something to its sunset, clients have half a year.
const (
	noticeMonths = 6
	noticeDays   = 180 // oasdiff counts days from today, where something becomes deprecated
)

// checkDeprecations requires that everything deprecated says since when, and until when
// it works: the server's headers are made of these two.
func checkDeprecations(found findings, document node) {
	const why = "clients that cannot plan: write `x-deprecation` and a later `x-sunset`, both as 2006-01-02"
	each(document, func(at string, n node) {
		since, until := dateOf(n, "x-deprecation"), dateOf(n, "x-sunset")
		switch {
		case n["deprecated"] != true:
			if n["x-deprecation"] != nil || n["x-sunset"] != nil {
				found.add(place(document, at), "has a date of deprecation, but is not `deprecated: true`", why)
			}
		case since.IsZero() || until.IsZero():
			found.add(place(document, at), "is deprecated without x-deprecation or x-sunset", why)
		case until.Before(since.AddDate(0, noticeMonths, 0)):
			found.add(place(document, at), "its sunset is less than six months after its deprecation", why)
		}
	})
}

// place names the operation that a part of the document is in.
func place(document node, at string) string {
	for o := range operations(document) {
		rest, found := strings.CutPrefix(at, join("paths", o.path, o.method))
		if found && (rest == "" || rest[0] == '/') {
			return o.String() + strings.Replace(rest, "/", " ", 1)
		}
	}
	return at
}

// dateOf is zero where there is no date.
func dateOf(n node, key string) time.Time {
	text, _ := n[key].(string)
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return date
}

// each calls a function for every mapping whose keys are keywords.
func each(document node, visit func(at string, n node)) {
	var walk func(at string, value any, names bool)
	walk = func(at string, value any, names bool) {
		switch v := value.(type) {
		case []any:
			for _, entry := range v {
				walk(at, entry, false)
			}
		case node:
			if !names {
				visit(at, v)
			}
			for _, key := range slices.Sorted(maps.Keys(v)) {
				if names || !isWord(key) && !slices.Contains(data, key) {
					walk(join(at, key), v[key], !names && slices.Contains(keysAreNames, key))
				}
			}
		}
	}
	walk("", document, false)
}

// retire takes out of the old contract what has reached its sunset and is gone in the
// present one: operations with links to them and schemas of theirs alone, parameters and properties.
func retire(before, after node, today time.Time) {
	isRetired := func(n node) bool {
		sunset := dateOf(n, "x-sunset")
		return n["deprecated"] == true && !sunset.IsZero() && !today.Before(sunset)
	}
	used := schemasOf(before)
	gone := map[string]bool{}
	for o := range operations(before) {
		if len(child(after, "paths", o.path, o.method)) == 0 && isRetired(o.node) {
			item := child(before, "paths", o.path)
			delete(item, o.method)
			if len(item) == 0 {
				delete(child(before, "paths"), o.path)
			}
			gone[o.node["operationId"].(string)] = true
		}
	}
	fields := map[any]bool{}
	retireMembers(before, after, isRetired, fields)
	for o := range operations(before) {
		if inQuery, ok := o.node["x-query-too"].([]any); ok {
			o.node["x-query-too"] = slices.DeleteFunc(inQuery, func(field any) bool { return fields[field] })
		}
	}
	removeLinks(before, gone)
	stillUsed := schemasOf(before)
	for name := range used {
		if !stillUsed[name] && child(after, "components", "schemas")[name] == nil {
			delete(child(before, "components", "schemas"), name)
		}
	}
}

// removeLinks takes out the links to these operations.
func removeLinks(document node, targets map[string]bool) {
	each(document, func(at string, n node) {
		if at == "components" {
			return // other links still refer to these
		}
		maps.DeleteFunc(child(n, "links"), func(_ string, link any) bool {
			l, _ := link.(node)
			target, _ := resolved(document, l)["operationId"].(string)
			return targets[target]
		})
	})
}

// retireMembers takes out parameters and properties that isRetired, and notes the
// names of the properties.
func retireMembers(before, after node, isRetired func(node) bool, fields map[any]bool) {
	for _, key := range slices.Sorted(maps.Keys(before)) {
		switch old := before[key].(type) {
		case node:
			now := child(after, key)
			if key == "properties" {
				for name := range old {
					if now[name] == nil && isRetired(child(old, name)) {
						delete(old, name)
						fields[name] = true
						notRequired(before, name)
					}
				}
			}
			retireMembers(old, now, isRetired, fields)
		case []any:
			present, _ := after[key].([]any)
			if key == "parameters" {
				before[key] = slices.DeleteFunc(old, func(entry any) bool {
					n, _ := entry.(node)
					return isRetired(n) && !slices.ContainsFunc(present, func(other any) bool {
						o, _ := other.(node)
						return o["name"] == n["name"] && o["in"] == n["in"]
					})
				})
				continue
			}
			for i := range min(len(old), len(present)) {
				o, _ := old[i].(node)
				n, _ := present[i].(node)
				retireMembers(o, n, isRetired, fields)
			}
		}
	}
}

func notRequired(schema node, name string) {
	required, _ := schema["required"].([]any)
	schema["required"] = slices.DeleteFunc(required, func(entry any) bool { return entry == name })
	if len(required) == 0 || len(schema["required"].([]any)) == 0 {
		delete(schema, "required")
	}
}

// schemasOf are the schemas that operations refer to, directly or through others.
func schemasOf(document node) map[string]bool {
	seen := map[string]bool{}
	var follow func(value any)
	follow = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, entry := range v {
				follow(entry)
			}
		case node:
			for _, below := range v {
				follow(below)
			}
			ref, _ := v["$ref"].(string)
			if ref != "" && !seen[ref] {
				seen[ref] = true
				follow(child(document, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...))
			}
		}
	}
	follow(document["paths"])
	schemas := map[string]bool{}
	for ref := range seen {
		if name, ok := strings.CutPrefix(ref, toSchemas); ok {
			schemas[name] = true
		}
	}
	return schemas
}
