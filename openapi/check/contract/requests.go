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

// The media types that requests travel in.
const (
	MediaJSON = "application/json"
	MediaForm = "application/x-www-form-urlencoded"
)

// Clone gives a request that can be changed without changing r.
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

// Fill gives what a request sends in place of a documented value of that name,
// or Absent to leave it out.
type ReplaceFunc func(name string, documented any) any

// Absent is what a Fill gives for a value that is not sent at all.
var Omit any = new(int)

func asDocumented(_ string, value any) any { return value }

// Requests are the documented requests of the example of that name, one for each
// form of the body that has it; parameters fall back to their own example. They
// carry no credential: see Authorise.
func (o Operation) Requests(example string) []Request { return o.Filled(example, asDocumented) }

// Filled are the Requests with their values replaced.
func (o Operation) Filled(example string, fill ReplaceFunc) []Request {
	base := o.withParameters(example, fill)
	if o.RequestBody == nil {
		return []Request{base}
	}
	var all []Request
	for _, mediaType := range slices.Sorted(maps.Keys(o.RequestBody.Value.Content)) {
		named := o.RequestBody.Value.Content[mediaType].Examples[example]
		if named == nil {
			continue
		}
		made := base.Clone()
		made.Header.Set("Content-Type", mediaType)
		made.Body = Encoded(mediaType, filled("", named.Value.Value, fill))
		all = append(all, made)
	}
	return all
}

// filled is a value of a body with its leaves replaced.
func filled(name string, value any, fill ReplaceFunc) any {
	switch v := value.(type) {
	case map[string]any:
		made := map[string]any{}
		for key, member := range v {
			if sent := filled(key, member, fill); sent != Omit {
				made[key] = sent
			}
		}
		return made
	case []any:
		made := make([]any, 0, len(v))
		for _, member := range v {
			made = append(made, filled(name, member, fill))
		}
		return made
	default:
		return fill(name, value)
	}
}

// Examples are the names of all the examples that a request can be made of.
func (o Operation) Examples() []string {
	names := map[string]bool{"ok": true}
	for _, p := range o.Parameters {
		for name := range p.Value.Examples {
			names[name] = true
		}
	}
	if o.RequestBody != nil {
		for _, media := range o.RequestBody.Value.Content {
			for name := range media.Examples {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// HasExample says whether the operation documents a request of that name.
func (o Operation) HasExample(example string) bool { return slices.Contains(o.Examples(), example) }

func (o Operation) withParameters(example string, fill ReplaceFunc) Request {
	made := Request{Method: o.Method, Path: o.Path, Header: http.Header{}, Query: url.Values{}}
	for _, p := range o.Parameters {
		for _, value := range sentValues(p.Value.Name, parameterExample(p.Value, example), fill) {
			switch p.Value.In {
			case openapi3.ParameterInPath:
				made.Path = strings.ReplaceAll(made.Path, "{"+p.Value.Name+"}", url.PathEscape(value))
			case openapi3.ParameterInQuery:
				made.Query.Add(p.Value.Name, value)
			default:
				made.Header.Set(p.Value.Name, value)
			}
		}
	}
	return made
}

// sentValues are what is sent of a parameter: several of a list, none where it
// has no example.
func sentValues(name string, documented any, fill ReplaceFunc) (all []string) {
	list, isList := documented.([]any)
	if !isList && documented != nil {
		list = []any{documented}
	}
	for _, one := range list {
		if sent := fill(name, one); sent != Omit && Text(sent) != "" {
			all = append(all, Text(sent))
		}
	}
	return all
}

func parameterExample(p *openapi3.Parameter, example string) any {
	if named := p.Examples[example]; named != nil {
		return named.Value.Value
	}
	if ok := p.Examples["ok"]; ok != nil {
		return ok.Value.Value
	}
	return p.Example
}

// Encoded is the value as a body of the media type: JSON, or a form whose
// objects are JSON.
func Encoded(mediaType string, value any) string {
	fields, isObject := value.(map[string]any)
	if mediaType != MediaForm || !isObject {
		text, _ := json.Marshal(value)
		return string(text)
	}
	form := url.Values{}
	for name, field := range fields {
		if members, isObject := field.(map[string]any); isObject {
			text, _ := json.Marshal(members)
			form.Set(name, string(text))
			continue
		}
		form.Set(name, Text(field))
	}
	return form.Encode()
}

// Text is a value as parameters and forms carry it. Numbers keep their digits.
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
