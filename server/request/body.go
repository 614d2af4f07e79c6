package request

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/server/apierr"
)

// body is a documented media type of an operation's request body.
type body struct {
	schema     *openapi3.Schema // with allOf merged, so that a failure names its field
	shape      *shape
	jsonFields map[string]bool // form fields that contain JSON
	rules      *Rules
	limits     Limits
}

// newBody reads the extension x-contentMediaType: a text of the form is JSON, of the schema
// that the operation's JSON body has.
func newBody(mediaType string, content openapi3.Content, rules *Rules, limits Limits) (*body, error) {
	if mediaType != mediaJSON && mediaType != mediaForm {
		return nil, fmt.Errorf("no decoder for the media type %q", mediaType)
	}
	schema := *merged(content[mediaType].Schema.Value)
	schema.Properties = maps.Clone(schema.Properties)
	b := &body{schema: &schema, jsonFields: map[string]bool{}, rules: rules, limits: limits}
	for name, property := range schema.Properties {
		if property.Value.Extensions["x-contentMediaType"] != mediaJSON {
			continue
		}
		if content[mediaJSON] == nil {
			return nil, fmt.Errorf("the operation has no JSON body that says what x-contentMediaType of %q means", name)
		}
		b.jsonFields[name] = true
		schema.Properties[name] = openapi3.NewSchemaRef("", merged(content[mediaJSON].Schema.Value))
	}
	var err error
	b.shape, err = newShape(b.schema)
	return b, err
}

// readBody parses, converts and validates the request's body, and passes the validated
// value to the generated code.
func (o *Operation) readBody(r *http.Request) (map[string]any, error) {
	if len(o.bodies) == 0 {
		return nil, nil
	}
	sent, err := o.receive(r)
	if err != nil {
		return nil, err
	}
	var query url.Values
	if len(o.bodyInQuery) > 0 {
		query = r.URL.Query()
	}
	read, sentAs, err := o.choose(sent, query)
	if read == nil || err != nil {
		return nil, err
	}
	value, err := read.parse(sent, sentAs)
	if err != nil {
		return nil, err
	}
	members, isObject := value.(map[string]any)
	if isObject {
		if err := read.shape.convert(members, read.rules, sentAs != asJSON); err != nil {
			return nil, err
		}
		o.addFromQuery(members, query)
	}
	if err := validate(read.schema, value, "body"); err != nil {
		return nil, err
	}
	o.handOn(r, read, members)
	return members, nil
}

// addFromQuery adds fields that the body lacks; checkParameters has validated them.
func (o *Operation) addFromQuery(members map[string]any, query url.Values) {
	for _, field := range o.bodyInQuery {
		if _, sent := members[field.name]; sent || !query.Has(field.name) {
			continue
		}
		if value := field.value(field.schema, query.Get(field.name)); value != nil {
			members[field.name] = value
		}
	}
}

func (o *Operation) tooLarge(cause error) error {
	return &apierr.Error{Code: apierr.BodyTooLarge, Expected: size(o.limits.Body), Cause: cause}
}

// format is how a body was sent.
type format int

const (
	asJSON format = iota
	asForm
	asMultipart
)

// choose returns the documented body that was sent and its format; no body if there is
// none and none is required.
func (o *Operation) choose(sent content, query url.Values) (*body, format, error) {
	empty, form := len(sent.text) == 0, o.bodies[mediaForm]
	if empty && !o.bodyNeeded && !o.inQuery(query) {
		return nil, 0, nil
	}
	jsonForForm := o.rules.JSONForForm && form != nil && (sent.mediaType == mediaJSON || looksLikeJSON(sent))
	switch {
	case jsonForForm:
		return cmp.Or(o.bodies[mediaJSON], form), asJSON, nil
	case sent.mediaType == mediaJSON && o.bodies[mediaJSON] != nil:
		return o.bodies[mediaJSON], asJSON, nil
	case sent.mediaType == mediaForm && form != nil:
		return form, asForm, nil
	case sent.mediaType == mediaMultipart && form != nil && o.rules.MultipartForm:
		return form, asMultipart, nil
	case empty && (sent.mediaType == "" || !o.bodyNeeded): // any media type names the missing field
		return o.anyBody(), asForm, nil
	}
	return nil, 0, &apierr.Error{Code: apierr.UnsupportedMediaType, Field: contentType, Expected: o.mediaTypes()}
}

// inQuery reports whether the query has a field of the body.
func (o *Operation) inQuery(query url.Values) bool {
	for _, field := range o.bodyInQuery {
		if query.Has(field.name) {
			return true
		}
	}
	return false
}

func (o *Operation) anyBody() *body { return cmp.Or(o.bodies[mediaForm], o.bodies[mediaJSON]) }

// looksLikeJSON reports whether a body without the media type of JSON may be JSON and is
// an object: no name of a form begins with a brace.
func looksLikeJSON(sent content) bool {
	switch sent.mediaType {
	case mediaForm, mediaText, "":
		return bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(sent.text, byteOrderMark)), []byte("{"))
	default:
		return false
	}
}

// parse parses what was sent. An empty text is an object without members, so that the
// failure names the first missing field.
func (b *body) parse(sent content, sentAs format) (any, error) {
	switch sentAs {
	case asForm:
		return b.parseForm(sent)
	case asMultipart:
		return b.parseMultipart(sent)
	}
	text, err := sent.json(b.rules)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return map[string]any{}, nil
	}
	return parseJSON(text, b.limits)
}

// handOn passes the validated value to the generated code: the value itself for JSON
// and for forms of operations that document JSON too, and for other forms the request's
// form without the query.
func (o *Operation) handOn(r *http.Request, b *body, members map[string]any) {
	if o.bodies[mediaJSON] != nil {
		r.Header.Set(contentType, mediaJSON)
		r.Body = validatedBody{b.unwrapped(members)}
		return
	}
	fields := make(url.Values, len(members))
	for name := range b.shape.fields {
		if value, sent := members[name]; sent {
			fields.Set(name, text(value))
		}
	}
	r.Header.Set(contentType, mediaForm)
	r.PostForm, r.Form = fields, fields
	r.Body = http.NoBody
}

// unwrapped returns the JSON of a form that has a single JSON field.
func (b *body) unwrapped(members map[string]any) any {
	for name := range b.jsonFields {
		if len(b.schema.Properties) == 1 {
			return members[name]
		}
	}
	return members
}

func text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	default:
		return fmt.Sprint(value)
	}
}

// validatedBody carries a validated value to the generated strict handler
// (oapi-codegen's ValidatedValue).
type validatedBody struct{ value any }

func (validatedBody) Read([]byte) (int, error) { return 0, io.EOF }
func (validatedBody) Close() error             { return nil }

// ValidatedValue returns the validated value.
func (b validatedBody) ValidatedValue() any { return b.value }
