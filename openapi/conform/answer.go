package conform

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
	for name, header := range response.Headers {
		if header.Value.Required && a.Header.Get(name) == "" {
			return fmt.Errorf("header %s is missing", name)
		}
	}
	if len(response.Content) == 0 {
		if a.Text != "" {
			return errors.New("a body that is not documented")
		}
		return nil
	}
	mediaType, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	media := response.Content[mediaType]
	if media == nil {
		return fmt.Errorf("content type %q is not documented", mediaType)
	}
	if !strings.HasSuffix(mediaType, "json") {
		return nil
	}
	var value any
	decoder := json.NewDecoder(strings.NewReader(a.Text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	if decoder.More() {
		return errors.New("the body goes on after its JSON")
	}
	return Closed(media.Schema.Value).VisitJSON(value, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation())
}

// Closed is the schema with allOf merged and no key allowed that it does not
// name, so that an answer that says too much is caught.
func Closed(schema *openapi3.Schema) *openapi3.Schema {
	shut := *schema
	shut.AllOf, shut.Properties = nil, openapi3.Schemas{}
	for name, property := range schema.Properties {
		shut.Properties[name] = openapi3.NewSchemaRef("", Closed(property.Value))
	}
	for _, part := range schema.AllOf {
		folded := Closed(part.Value)
		maps.Copy(shut.Properties, folded.Properties)
		shut.Required = slices.Concat(shut.Required, folded.Required)
		shut.Type = folded.Type
	}
	if shut.Items != nil {
		shut.Items = openapi3.NewSchemaRef("", Closed(shut.Items.Value))
	}
	if shut.Type.Is(openapi3.TypeObject) && schema.AdditionalProperties.Has == nil {
		no := false
		shut.AdditionalProperties.Has = &no
	}
	return &shut
}
