package contract

import (
	"encoding/json"
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

// Answer is what a server answered.
type Answer struct {
	Status int
	Header http.Header
	Text   string
}

// Check tells what about an answer the operation does not document: its status
// (where there is no default), a header that is missing, its content type, or a
// key or value that the schema does not name. nil is a conforming answer.
func (o Operation) Check(a Answer) error {
	response := o.Responses.Value(strconv.Itoa(a.Status))
	if response == nil {
		response = o.Responses.Default()
		if response == nil || a.Status < http.StatusBadRequest {
			return fmt.Errorf("status %d is not documented for %s", a.Status, o.OperationID)
		}
	}
	return CheckResponse(response.Value, a)
}

// CheckResponse holds an answer against one documented response, whatever its
// status.
func CheckResponse(response *openapi3.Response, a Answer) error {
	var all []error
	for _, d := range Differences(response, a) {
		all = append(all, errors.New(d.String()))
	}
	return errors.Join(all...)
}

// Differences are all the ways in which an answer is not the documented
// response, whatever its status. None is a conforming answer.
func Differences(response *openapi3.Response, a Answer) []Difference {
	all := headerDifferences(response, a)
	written := a.Header.Get("Content-Type")
	mediaType, _, _ := mime.ParseMediaType(written)
	media := response.Content[mediaType]
	switch {
	case len(response.Content) == 0 && a.Text == "":
		return all
	case len(response.Content) == 0:
		return append(all, Difference{"body", "none", fmt.Sprintf("%d bytes", len(a.Text))})
	case media == nil:
		documented := strings.Join(slices.Sorted(maps.Keys(response.Content)), " or ")
		return append(all, Difference{"content type", documented, strconv.Quote(mediaType)})
	case !isJSON(mediaType):
		return all
	}
	value, err := Decode(a.Text)
	if err != nil {
		return append(all, Difference{"body", "JSON", err.Error()})
	}
	if media.Schema == nil {
		return all
	}
	err = Strict(media.Schema.Value).VisitJSON(value,
		openapi3.VisitAsResponse(), openapi3.EnableFormatValidation(), openapi3.MultiErrors())
	return append(all, bodyDifferences(err)...)
}

func headerDifferences(response *openapi3.Response, a Answer) (all []Difference) {
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		if response.Headers[name].Value.Required && a.Header.Get(name) == "" {
			all = append(all, Difference{"header " + name, "required", "missing"})
		}
	}
	return all
}

func isJSON(mediaType string) bool { return strings.HasSuffix(mediaType, "json") }

// Decode reads a text that is one JSON value and nothing else. Numbers keep their
// digits.
func Decode(text string) (value any, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("no JSON: %w", err)
	}
	if decoder.More() {
		return nil, errors.New("something after the JSON")
	}
	return value, nil
}

// Closed is the schema with allOf merged and no key allowed that it does not
// name, so that an answer that says too much is caught.
func Strict(schema *openapi3.Schema) *openapi3.Schema {
	return closer{}.close(schema)
}

// closer remembers what it has closed: schemas may refer to themselves.
type closer map[*openapi3.Schema]*openapi3.Schema

func (c closer) close(schema *openapi3.Schema) *openapi3.Schema {
	if done := c[schema]; done != nil {
		return done
	}
	shut := new(openapi3.Schema)
	*shut = *schema
	c[schema] = shut
	shut.AllOf, shut.Properties = nil, openapi3.Schemas{}
	for name, property := range schema.Properties {
		shut.Properties[name] = openapi3.NewSchemaRef("", c.close(property.Value))
	}
	for _, part := range schema.AllOf {
		folded := c.close(part.Value)
		maps.Copy(shut.Properties, folded.Properties)
		shut.Required = slices.Concat(shut.Required, folded.Required)
		shut.Type = folded.Type
	}
	if shut.Items != nil {
		shut.Items = openapi3.NewSchemaRef("", c.close(shut.Items.Value))
	}
	if shut.Type.Is(openapi3.TypeObject) && schema.AdditionalProperties.Has == nil && schema.AdditionalProperties.Schema == nil {
		shut.AdditionalProperties.Has = new(false)
	}
	return shut
}
