package mock

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// requestExample is the name of the documented example that a request is: all that the
// document has under that name is as it was sent. "" where it is none.
func (s *Server) requestExample(c *call) string {
	names := map[string]bool{}
	media := content(c.operation).Get(c.Header.Get("Content-Type"))
	for _, name := range exampleNames(media) {
		names[name] = true
	}
	for _, p := range c.operation.parameters {
		for name := range p.Value.Examples {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if s.isExample(c, media, name) {
			return name
		}
	}
	return ""
}

func (s *Server) isExample(c *call, media *openapi3.MediaType, name string) bool {
	if wanted, has := example(media, name); has && !sameSent(wanted, c.body) {
		return false
	}
	for _, p := range c.operation.parameters {
		documented := p.Value.Examples[name]
		if documented == nil || documented.Value == nil {
			continue
		}
		sent := c.path[p.Value.Name]
		switch p.Value.In {
		case openapi3.ParameterInQuery:
			sent = strings.Join(c.query[p.Value.Name], ",")
		case openapi3.ParameterInHeader:
			sent = c.Header.Get(p.Value.Name)
		}
		if sent != listText(plain(documented.Value.Value)) {
			return false
		}
	}
	return true
}

func listText(value any) string {
	list, isList := value.([]any)
	if !isList {
		return textOf(value)
	}
	texts := make([]string, 0, len(list))
	for _, item := range list {
		texts = append(texts, textOf(item))
	}
	return strings.Join(texts, ",")
}

// sameSent compares a documented body with one that was sent; a form has texts.
func sameSent(documented, sent any) bool {
	wanted, isObject := documented.(map[string]any)
	got, isAlso := sent.(map[string]any)
	if !isObject || !isAlso {
		return sameText(documented, sent)
	}
	if len(wanted) != len(got) {
		return false
	}
	for name, value := range wanted {
		other, present := got[name]
		if !present || !sameText(value, other) {
			return false
		}
	}
	return true
}

// sameText compares two values, also as a form has them; texts of JSON by what they say.
func sameText(a, b any) bool {
	if x, isText := a.(string); isText {
		if y, isAlso := b.(string); isAlso {
			first, isJSON := jsonText(x)
			second, isAlsoJSON := jsonText(y)
			return x == y || isJSON && isAlsoJSON && sameValue(first, second)
		}
	}
	return sameValue(a, b) || textOf(a) == textOf(b)
}

// pairedFailure is the failure that is documented under the name of the request's example.
func (s *Server) pairedFailure(c *call, name string) (answer, bool) {
	if name == "" {
		return answer{}, false
	}
	_, success := c.operation.success()
	if success != nil {
		for _, media := range success.Content {
			if slices.Contains(exampleNames(media), name) {
				return answer{}, false
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.operation.Responses.Map())) {
		response := c.operation.Responses.Value(key).Value
		if response == nil || statusOf(key) < 400 {
			continue
		}
		at, _ := shapeOf(c, statusOf(key), response)
		if _, found := example(at.media, name); found {
			a := s.respond(at, s.static(at, name))
			a.note = "example " + name
			return a, true
		}
	}
	return answer{}, false
}
