package mock

import (
	"encoding/json"
	"strconv"
	"time"

	"quartet/openapi/answerrule"
)

// lifetime is how far in the future a time lies that has to come after now.
const lifetime = time.Hour

// ruled is an answer of which x-answer-rules are kept: an expiry in an example lies in the
// past by now, and the value asked for is another one. What the rules say otherwise
// follows from the examples and from what is remembered.
func (s *Server) ruled(c *call, a answer) answer {
	response := c.operation.Responses.Status(a.status)
	if len(c.operation.rules) == 0 || a.status >= 300 || response == nil || response.Value == nil {
		return a
	}
	schema := schemaOf(response.Value.Content.Get(a.header.Get("Content-Type")))
	value := plain(json.RawMessage(a.body))
	if schema == nil || value == nil {
		return a
	}
	request := answerrule.Exchange{
		Path: func(name string) string { return c.path[name] }, Query: c.query, RequestHeader: c.Header, RequestBody: c.body, Now: time.Now(),
	}
	for _, rule := range c.operation.rules {
		changed := answerrule.Replaced(value, rule.At, func(old any) any {
			if rule.After == answerrule.Now {
				return answerrule.InFormOf(old, request.Now.Add(lifetime))
			}
			if !answerrule.IsExpression(rule.Equals) {
				return old
			}
			wanted, _ := request.Value(rule.Equals)
			if at, isTime := wanted.(time.Time); isTime {
				return answerrule.InFormOf(old, at)
			}
			return inTypeOf(old, wanted)
		})
		if s.maker.valid(schema, changed) {
			value = changed
		}
	}
	a.body = encode(a.header.Get("Content-Type"), value)
	return a
}

// inTypeOf is what a request has, in the type of another value, which is given back where
// the request does not have it.
func inTypeOf(old, found any) any {
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
