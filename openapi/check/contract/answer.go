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
		merged := s.of(part.Value)
		maps.Copy(strict.Properties, merged.Properties)
		strict.Required = slices.Concat(strict.Required, merged.Required)
		strict.Type = merged.Type
	}
	if strict.Items != nil {
		strict.Items = s.of(strict.Items.Value).NewRef()
	}
	if strict.Type.Includes(openapi3.TypeObject) && schema.AdditionalProperties.Has == nil && schema.AdditionalProperties.Schema == nil {
		strict.AdditionalProperties.Has = new(false)
	}
	return strict
}
