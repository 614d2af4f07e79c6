package request

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/server/apierr"
)

const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
)

// body is a documented media type of an operation's request body.
type body struct {
	mediaType  string
	schema     *openapi3.Schema // with allOf merged, so that a failure names its field
	names      caseFolder
	jsonFields map[string]bool // form fields that contain JSON
	rules      Rules
	limits     Limits
}

func newBody(mediaType string, media *openapi3.MediaType, rules Rules, limits Limits) (*body, error) {
	if mediaType != mediaJSON && mediaType != mediaForm {
		return nil, fmt.Errorf("no decoder for the media type %q", mediaType)
	}
	schema := *merged(media.Schema.Value)
	schema.Properties = maps.Clone(schema.Properties)
	b := &body{mediaType: mediaType, schema: &schema, jsonFields: map[string]bool{}, rules: rules, limits: limits}
	b.names = newCaseFolder(b.schema)
	for name, encoding := range media.Encoding {
		b.jsonFields[name] = encoding.ContentType == mediaJSON
		b.schema.Properties[name] = openapi3.NewSchemaRef("", merged(b.schema.Properties[name].Value))
	}
	return b, nil
}

// readBody parses and validates the request's body, and passes the validated value to
// the generated code.
func (o *Operation) readBody(r *http.Request) (map[string]any, error) {
	if len(o.bodies) == 0 {
		return nil, nil
	}
	if r.ContentLength > o.limits.Body {
		return nil, o.tooLarge(nil)
	}
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, o.limits.Body))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return nil, o.tooLarge(err)
		}
		return nil, &apierr.Error{Code: apierr.MalformedBody, Field: "body", Cause: err}
	}
	var query url.Values
	if len(o.bodyInQuery) > 0 {
		query = r.URL.Query()
	}
	form, err := o.bodyFor(r.Header, len(text) == 0, query)
	if form == nil || err != nil {
		return nil, err
	}
	value, err := form.parse(text)
	if err != nil {
		return nil, err
	}
	if err := form.check(value); err != nil {
		return nil, err
	}
	members, _ := value.(map[string]any)
	for _, field := range o.bodyInQuery { // validated by checkParameters
		if members[field.name] == nil && query.Has(field.name) {
			members[field.name] = field.rules.scalar(field.schema, query.Get(field.name))
		}
	}
	o.handOn(r, form, members)
	return members, nil
}

func (o *Operation) tooLarge(cause error) error {
	return &apierr.Error{Code: apierr.BodyTooLarge, Expected: size(o.limits.Body), Cause: cause}
}

// bodyFor returns the body of the request's content type; nil if there is no body and
// none is required.
func (o *Operation) bodyFor(header http.Header, empty bool, query url.Values) (*body, error) {
	if empty && !o.bodyNeeded {
		for _, field := range o.bodyInQuery {
			if query.Has(field.name) {
				return o.anyBody(), nil
			}
		}
		return nil, nil
	}
	contentType := header.Get("Content-Type")
	mediaType, parameters, _ := mime.ParseMediaType(contentType)
	if form := o.bodies[mediaType]; form != nil && plain(header, parameters["charset"]) {
		return form, nil
	}
	if empty && contentType == "" { // any media type names the missing field
		return o.anyBody(), nil
	}
	return nil, &apierr.Error{Code: apierr.UnsupportedMediaType, Field: "Content-Type", Expected: o.mediaTypes()}
}

func (o *Operation) anyBody() *body { return cmp.Or(o.bodies[mediaForm], o.bodies[mediaJSON]) }

// plain reports whether a body is uncompressed UTF-8.
func plain(header http.Header, charset string) bool {
	encoding := header.Get("Content-Encoding")
	return (encoding == "" || strings.EqualFold(encoding, "identity")) && (charset == "" || strings.EqualFold(charset, "utf-8"))
}

// parse parses the text. An empty text is an object without members, so that the
// failure names the first missing field.
func (b *body) parse(text []byte) (any, error) {
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return map[string]any{}, nil
	case b.mediaType == mediaForm:
		return b.parseForm(text)
	default:
		return parseJSON(text, b.limits)
	}
}

// check validates the value against the schema.
func (b *body) check(value any) error {
	if b.rules.NullIsAbsent {
		dropNulls(value)
	}
	if err := b.names.check(value); err != nil {
		return err
	}
	return validate(b.schema, value, "body")
}

// handOn passes the validated value to the generated code: the value itself for JSON
// and for forms of operations that document JSON too, and for other forms the request's
// form without the query.
func (o *Operation) handOn(r *http.Request, b *body, members map[string]any) {
	if o.bodies[mediaJSON] != nil {
		r.Header.Set("Content-Type", mediaJSON)
		r.Body = validatedBody{b.unwrapped(members)}
		return
	}
	fields := make(url.Values, len(members))
	for name, value := range members {
		fields.Set(name, text(value))
	}
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

// dropNulls removes null members at every level.
func dropNulls(value any) {
	members, _ := value.(map[string]any)
	for name, member := range members {
		if member == nil {
			delete(members, name)
		}
		dropNulls(member)
	}
}

// caseFolder finds keys that differ from the document in case only.
type caseFolder struct {
	exact  map[string]bool
	folded map[string]string
	below  map[string]caseFolder
}

// fold gives names that differ in case only the same form, with encoding/json's rules:
// "ſ" and the Kelvin sign are s and k.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

func newCaseFolder(schema *openapi3.Schema) caseFolder {
	folder := caseFolder{exact: map[string]bool{}, folded: map[string]string{}, below: map[string]caseFolder{}}
	for name, property := range schema.Properties {
		folder.exact[name] = true
		folder.folded[fold(name)] = name
		if property.Value.Type.Is(openapi3.TypeObject) || len(property.Value.AllOf) > 0 {
			folder.below[name] = newCaseFolder(merged(property.Value))
		}
	}
	return folder
}

func (f caseFolder) check(value any) error {
	members, _ := value.(map[string]any)
	for name, member := range members {
		if below, nested := f.below[name]; nested {
			if err := below.check(member); err != nil {
				return inside(name, err)
			}
		}
		if right, folded := f.folded[fold(name)]; folded && !f.exact[name] {
			return &apierr.Error{Code: apierr.MisspelledField, Field: name, Expected: right}
		}
	}
	return nil
}
