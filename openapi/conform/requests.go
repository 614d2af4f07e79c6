package conform

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

// Requests are the documented requests of the example of that name, one for each
// form of the body that has it; parameters fall back to their own example. They
// carry no credential: see Authorise.
func (o Operation) Requests(example string) []Request {
	base := o.withParameters(example)
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
		made.Body = Encoded(mediaType, named.Value.Value)
		all = append(all, made)
	}
	return all
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

func (o Operation) withParameters(example string) Request {
	made := Request{Method: o.Method, Path: o.Path, Header: http.Header{}, Query: url.Values{}}
	for _, p := range o.Parameters {
		for _, value := range parameterExample(p.Value, example) {
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

// parameterExample is the parameter's value in the example: several of a list,
// none where it has no example.
func parameterExample(p *openapi3.Parameter, example string) []string {
	value := p.Example
	for _, name := range []string{"ok", example} {
		if named := p.Examples[name]; named != nil {
			value = named.Value.Value
		}
	}
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		var all []string
		for _, one := range value {
			all = append(all, fmt.Sprint(one))
		}
		return all
	default:
		return []string{fmt.Sprint(value)}
	}
}

// Encoded is the value as a body of the media type: JSON, or a form whose
// objects are JSON.
func Encoded(mediaType string, value any) string {
	if mediaType == MediaJSON {
		text, _ := json.Marshal(value)
		return string(text)
	}
	form := url.Values{}
	for name, field := range value.(map[string]any) {
		if members, isObject := field.(map[string]any); isObject {
			text, _ := json.Marshal(members)
			form.Set(name, string(text))
			continue
		}
		form.Set(name, fmt.Sprint(field))
	}
	return form.Encode()
}
