package contract

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Answer is an HTTP response that was received.
type Answer struct {
	Status int
	Header http.Header
	Text   string
}

// Check says in what an answer is not documented for the operation: its status, a header,
// its content type, or a key or value that the schema does not allow.
func (o Operation) Check(a Answer) error {
	response := o.Responses.Value(strconv.Itoa(a.Status))
	if response == nil {
		return fmt.Errorf("status %d is not documented for %s", a.Status, o.OperationID)
	}
	return CheckResponse(response.Value, a)
}

// CheckResponse checks an answer against one documented response, whatever its
// status.
func CheckResponse(response *openapi3.Response, a Answer) error {
	var all []error
	for _, d := range Differences(response, a) {
		all = append(all, errors.New(d.String()))
	}
	return errors.Join(all...)
}

// Differences lists everything in an answer that is not as in the documented
// response, whatever its status.
func Differences(response *openapi3.Response, a Answer) (all []Difference) {
	all = headerDifferences(response, a.Header)
	mediaType, parameters, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	media := response.Content[mediaType]
	switch {
	case len(response.Content) == 0 && a.Text == "":
		return all
	case len(response.Content) == 0:
		return append(all, Difference{"body", "none", fmt.Sprintf("%d bytes", len(a.Text))})
	case media == nil:
		documented := strings.Join(slices.Sorted(maps.Keys(response.Content)), " or ")
		return append(all, Difference{"content type", documented, strconv.Quote(mediaType)})
	case !strings.HasSuffix(mediaType, "json"):
		return all
	}
	charset, isStated := media.Extensions[extensionCharset].(string)
	if got := parameters["charset"]; !strings.EqualFold(cmp.Or(charset, utf8Charset), got) && (isStated || got != "") {
		all = append(all, Difference{WhereCharset, cmp.Or(charset, utf8Charset), cmp.Or(got, "none")})
	}
	value, marks, err := DecodeMarked(a.Text)
	if err != nil {
		return append(all, Difference{"body", "JSON", err.Error()})
	}
	all = append(all, marks...)
	if media.Schema == nil {
		return all
	}
	schema := Strict(media.Schema.Value)
	err = schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation(), openapi3.MultiErrors())
	return slices.Concat(all, SchemaDifferences(err), integerDifferences(schema, "", value))
}

// Strict is a copy of the schema with allOf merged that allows no key it does not
// name.
func Strict(schema *openapi3.Schema) *openapi3.Schema { return strictSchemas{}.of(schema) }

// strictSchemas are the copies made so far: schemas may refer to themselves.
type strictSchemas map[*openapi3.Schema]*openapi3.Schema

func (s strictSchemas) of(schema *openapi3.Schema) *openapi3.Schema {
	if done := s[schema]; done != nil {
		return done
	}
	strict := new(*schema)
	s[schema] = strict
	strict.AllOf, strict.Properties = nil, openapi3.Schemas{}
	for name, property := range schema.Properties {
		strict.Properties[name] = s.of(property.Value).NewRef()
	}
	for _, part := range schema.AllOf {
		merge(strict, s.of(part.Value), part.Value.AdditionalProperties)
	}
	notNull := func(part *openapi3.SchemaRef) bool { return !part.Value.PermitsNull() }
	strict.Nullable = schema.Nullable || len(schema.AllOf) > 0 && !slices.ContainsFunc(schema.AllOf, notNull)
	if strict.Items != nil {
		strict.Items = s.of(strict.Items.Value).NewRef()
	}
	// Which keys the alternatives have is not known before one of them is chosen.
	isOneOfMany := len(strict.OneOf)+len(strict.AnyOf) > 0
	if strict.Type.Includes(openapi3.TypeObject) && !isOneOfMany && strict.AdditionalProperties.Has == nil && strict.AdditionalProperties.Schema == nil {
		strict.AdditionalProperties.Has = new(false)
	}
	return strict
}

// merge adds what a part of an allOf requires, which may have keys that it does not name.
func merge(whole, part *openapi3.Schema, others openapi3.AdditionalProperties) {
	maps.Copy(whole.Properties, part.Properties)
	whole.Required = slices.Concat(whole.Required, part.Required)
	whole.Enum, whole.OneOf, whole.AnyOf = either(whole.Enum, part.Enum), either(whole.OneOf, part.OneOf), either(whole.AnyOf, part.AnyOf)
	whole.Format, whole.Pattern = cmp.Or(whole.Format, part.Format), cmp.Or(whole.Pattern, part.Pattern)
	whole.MinLength, whole.MaxLength = max(whole.MinLength, part.MinLength), cmp.Or(whole.MaxLength, part.MaxLength)
	whole.Min, whole.Max = cmp.Or(whole.Min, part.Min), cmp.Or(whole.Max, part.Max)
	whole.Items, whole.Type = cmp.Or(whole.Items, part.Items), cmp.Or(part.Type, whole.Type)
	if others.Schema != nil || others.Has != nil && *others.Has {
		whole.AdditionalProperties = others
	}
}

func either[T any](a, b []T) []T {
	if len(a) > 0 {
		return a
	}
	return b
}
