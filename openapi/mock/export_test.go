package mock

import (
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Value is a value that the mock makes of a schema.
func Value(document *openapi3.T, schema *openapi3.Schema, name string) any {
	return newMaker(document, 0).value(schema, name)
}

// RequestValue is a value for a request of a media type: its example, or a made one.
func RequestValue(document *openapi3.T, media *openapi3.MediaType) any {
	m := newMaker(document, 0)
	m.options[0] = openapi3.VisitAsRequest()
	m.request = true
	for _, name := range []string{"ok", ""} {
		if value, found := example(media, name); found && m.valid(schemaOf(media), value) {
			return value
		}
	}
	return m.value(schemaOf(media), "")
}

// Simplest is the key of the record that is there at the start.
func Simplest(document *openapi3.T, schema *openapi3.Schema, name string) any {
	return newMaker(document, 0).simplest(schema, name)
}

// StartPath is a path with the keys of records that are there at the start; otherwise gives
// the values of its other parameters.
func (s *Server) StartPath(path string, otherwise func(parameter string) string) string {
	s.lock.Lock()
	defer s.lock.Unlock()
	segments, written := strings.Split(path, "/"), strings.Split(path, "/")
	var scope []string
	for i, segment := range segments {
		name, _, _ := strings.Cut(segment, ".json")
		if !isParameter(name) {
			continue
		}
		key := ""
		for _, r := range s.resources {
			if r.name == normal(written[1:i]) && r.isNamedBy(strings.Trim(name, "{}")) {
				if all := s.collection(r, scope); len(all.records) > 0 {
					key = all.records[0].key
				} else if !r.creates {
					key = "1"
				}
			}
		}
		if key == "" {
			key = otherwise(strings.Trim(name, "{}"))
		}
		scope = append(scope, key)
		segments[i] = strings.Replace(segment, name, url.PathEscape(key), 1)
	}
	return strings.Join(segments, "/")
}

// Forget is a reset.
func (s *Server) Forget() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.forget()
}
