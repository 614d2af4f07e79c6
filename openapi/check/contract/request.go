package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// The media types of request bodies.
const (
	MediaJSON = "application/json"
	MediaForm = "application/x-www-form-urlencoded"
)

// Request is a request to an operation.
type Request struct {
	Method, Path string // the path without its query, escaped
	Query        url.Values
	Header       http.Header
	Body         string
}

// Clone is a copy that can be changed without changing r.
func (r Request) Clone() Request {
	r.Query, r.Header = maps.Clone(r.Query), r.Header.Clone()
	return r
}

// Target is the path with its query.
func (r Request) Target() string {
	if len(r.Query) == 0 {
		return r.Path
	}
	return r.Path + "?" + r.Query.Encode()
}

// ReplaceFunc returns what is sent in place of a documented value of that name,
// or Omit.
type ReplaceFunc func(name string, documented any) any

// Omit is what a ReplaceFunc returns for a value that is not sent.
var Omit any = new(int)

// Requests are the documented requests of the example of that name, one for each
// media type that has it; parameters fall back to their example ok. They carry no
// credential: see Authorise.
func (o Operation) Requests(example string) []Request {
	return o.RequestsWith(example, func(_ string, documented any) any { return documented })
}

// RequestsWith are the Requests with their values replaced.
func (o Operation) RequestsWith(example string, replace ReplaceFunc) (all []Request) {
	base := o.withParameters(example, replace)
	if o.RequestBody == nil {
		return []Request{base}
	}
	for _, mediaType := range slices.Sorted(maps.Keys(o.RequestBody.Value.Content)) {
		if named := o.RequestBody.Value.Content[mediaType].Examples[example]; named != nil {
			r := base.Clone()
			r.Header.Set("Content-Type", mediaType)
			r.Body = encode(mediaType, replaced("", withoutJSONTexts(mediaType, named.Value.Value), replace))
			all = append(all, r)
		}
	}
	return all
}

// withoutJSONTexts is the value of a form whose texts that hold an object are objects; encode
// makes them texts again.
func withoutJSONTexts(mediaType string, value any) any {
	fields, isObject := value.(map[string]any)
	if mediaType != MediaForm || !isObject {
		return value
	}
	fields = maps.Clone(fields)
	for name, field := range fields {
		text, _ := field.(string)
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var object map[string]any
		if strings.HasPrefix(text, "{") && decoder.Decode(&object) == nil {
			fields[name] = object
		}
	}
	return fields
}

// replaced is a value of a body with its leaves replaced.
func replaced(name string, value any, replace ReplaceFunc) any {
	switch v := value.(type) {
	case map[string]any:
		object := map[string]any{}
		for key, member := range v {
			if sent := replaced(key, member, replace); sent != Omit {
				object[key] = sent
			}
		}
		return object
	case []any:
		list := make([]any, 0, len(v))
		for _, member := range v {
			list = append(list, replaced(name, member, replace))
		}
		return list
	}
	return replace(name, value)
}

// Examples are the names of all examples that a request can be built from.
func (o Operation) Examples() []string {
	names := []string{"ok"}
	for _, p := range o.Parameters {
		names = slices.AppendSeq(names, maps.Keys(p.Value.Examples))
	}
	if o.RequestBody != nil {
		names = append(names, ExampleNames(o.RequestBody.Value.Content)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ExampleNames are the names of the examples in any of the media types.
func ExampleNames(content openapi3.Content) (names []string) {
	for _, media := range content {
		names = slices.AppendSeq(names, maps.Keys(media.Examples))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// HasExample reports whether the operation documents a request of that name.
func (o Operation) HasExample(example string) bool { return slices.Contains(o.Examples(), example) }

func (o Operation) withParameters(example string, replace ReplaceFunc) Request {
	r := Request{Method: o.Method, Path: o.Path, Header: http.Header{}, Query: url.Values{}}
	for _, p := range o.Parameters {
		for _, value := range parameterValues(p.Value, example, replace) {
			switch p.Value.In {
			case openapi3.ParameterInPath:
				r.Path = strings.ReplaceAll(r.Path, "{"+p.Value.Name+"}", url.PathEscape(value))
			case openapi3.ParameterInQuery:
				r.Query.Add(p.Value.Name, value)
			default:
				r.Header.Set(p.Value.Name, value)
			}
		}
	}
	return r
}

// parameterValues are the values sent of a parameter: several of a list, none
// where it has no example.
func parameterValues(p *openapi3.Parameter, example string, replace ReplaceFunc) (all []string) {
	documented := p.Example
	for _, name := range []string{"ok", example} {
		if named := p.Examples[name]; named != nil {
			documented = named.Value.Value
		}
	}
	list, isList := documented.([]any)
	if !isList && documented != nil {
		list = []any{documented}
	}
	for _, one := range list {
		if sent := replace(p.Name, one); sent != Omit && Text(sent) != "" {
			all = append(all, Text(sent))
		}
	}
	return all
}

// encode is the value as a body of the media type: JSON, or a form whose objects
// are JSON.
func encode(mediaType string, value any) string {
	fields, isObject := value.(map[string]any)
	if mediaType != MediaForm || !isObject {
		text, _ := json.Marshal(value) // decoded from JSON before
		return string(text)
	}
	form := url.Values{}
	for name, field := range fields {
		form.Set(name, Text(field))
	}
	return form.Encode()
}

// Text is a value as parameters and forms carry it: text as it is, anything else
// in JSON. Numbers keep their digits.
func Text(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}
