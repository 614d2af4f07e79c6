package mock

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// lifetime is how far in the future a time lies that has to come after now.
const lifetime = time.Hour

// ruled is an answer of which x-answer-rules are kept: an expiry in an example lies in the
// past by now, and the value asked for is another one. What the rules say otherwise
// follows from the examples and from what is remembered.
func (s *Server) ruled(c *call, a answer) answer {
	rules, _ := plain(c.operation.Extensions["x-answer-rules"]).([]any)
	response := c.operation.Responses.Status(a.status)
	if len(rules) == 0 || a.status >= 300 || response == nil || response.Value == nil {
		return a
	}
	schema := schemaOf(response.Value.Content.Get(a.header.Get("Content-Type")))
	value := plain(json.RawMessage(a.body))
	if schema == nil || value == nil {
		return a
	}
	for _, rule := range rules {
		rule, _ := rule.(map[string]any)
		path, isPointer := strings.CutPrefix(textOf(rule["at"]), "/")
		if !isPointer {
			continue
		}
		changed := replaceAt(value, strings.Split(path, "/"), func(old any) any {
			switch wanted, _ := rule["equals"].(string); {
			case rule["after"] == "$now":
				return inFormOf(old, time.Now().Add(lifetime))
			case wanted == "$now":
				return inFormOf(old, time.Now())
			default:
				return c.expression(wanted, old)
			}
		})
		if s.maker.valid(schema, changed) {
			value = changed
		}
	}
	a.body = encode(a.header.Get("Content-Type"), value)
	return a
}

// replaceAt replaces the values at a path, in which * stands for every item of a list.
// Values that are not there stay away.
func replaceAt(value any, path []string, change func(any) any) any {
	if len(path) == 0 {
		return change(value)
	}
	switch v := value.(type) {
	case map[string]any:
		if member, present := v[path[0]]; present {
			v = maps.Clone(v)
			v[path[0]] = replaceAt(member, path[1:], change)
		}
		return v
	case []any:
		v = slices.Clone(v)
		for i := range v {
			if path[0] == "*" || path[0] == strconv.Itoa(i) {
				v[i] = replaceAt(v[i], path[1:], change)
			}
		}
		return v
	}
	return value
}

// inFormOf writes a time as another value is written: in seconds or milliseconds, or as a text.
func inFormOf(old any, at time.Time) any {
	switch v := old.(type) {
	case json.Number:
		if len(v) > len("9999999999") {
			return json.Number(strconv.FormatInt(at.UnixMilli(), 10))
		}
		return json.Number(strconv.FormatInt(at.Unix(), 10))
	case string:
		for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
			if parsed, err := time.Parse(layout, v); err == nil {
				return at.In(parsed.Location()).Format(layout)
			}
		}
	}
	return old
}

// expression is what a runtime expression of OpenAPI means in a request, in the type of
// another value. What it does not have is that value.
func (c *call) expression(expression string, old any) any {
	var found any
	if pointer, inBody := strings.CutPrefix(expression, "$request.body#/"); inBody {
		found = valueAt(c.body, strings.Split(pointer, "/"))
	} else if name, inQuery := strings.CutPrefix(expression, "$request.query."); inQuery && c.query.Has(name) {
		found = c.query.Get(name)
	} else if name, inPath := strings.CutPrefix(expression, "$request.path."); inPath && c.path[name] != "" {
		found = c.path[name]
	}
	switch old.(type) {
	case string:
		if found != nil {
			return textOf(found)
		}
	case json.Number:
		if number, err := strconv.ParseInt(textOf(found), 10, 64); err == nil {
			return json.Number(strconv.FormatInt(number, 10))
		}
	case bool:
		if given, isBool := found.(bool); isBool {
			return given
		}
	}
	return old
}
