package mock

import "github.com/getkin/kin-openapi/openapi3"

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
