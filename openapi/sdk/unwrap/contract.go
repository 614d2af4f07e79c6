package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/envelope"
	"quartet/openapi/specfilter"
)

// tag is a part of the contract whose answers have one envelope.
type tag struct {
	Name       string
	Envelope   envelope.Envelope
	Failure    string // the schema of its failures
	FailedAs   []property
	Operations []operation
}

// property is a key of an object, or a parameter of an operation.
type property struct {
	Name     string
	Required bool
	Schema   *openapi3.SchemaRef
}

// operation is one that answers with JSON.
type operation struct {
	ID, Method, Path string
	Parameters       []property // in the order of the generated method; with the body, or the fields of a form
	Form             bool       // the body may be nothing else
	Answer           *openapi3.SchemaRef
}

// contract reads the document, for all tags where none is given.
func contract(document []byte, only []string) ([]tag, error) {
	// The rendering for clients has one type for each body, and no keys that differ in case alone.
	document, err := specfilter.Wanted{Render: "client", JSON: true}.Of(document)
	if err != nil {
		return nil, err
	}
	read, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	if missing := slices.DeleteFunc(slices.Clone(only), func(name string) bool { return read.Tags.Get(name) != nil }); len(missing) > 0 {
		return nil, fmt.Errorf("the document has no tag %q", missing)
	}
	var tags []tag
	for _, described := range read.Tags {
		if len(only) > 0 && !slices.Contains(only, described.Name) {
			continue
		}
		t := tag{Name: described.Name, Failure: upper(described.Name) + "FailureBody"}
		if t.Envelope, _ = envelope.Of(described); t.Envelope.Code == "" || t.Envelope.Message == "" {
			return nil, fmt.Errorf("x-envelope of the tag %s lacks a code or a message", t.Name)
		}
		if read.Components.Schemas[t.Failure] == nil {
			t.Failure = "Problem"
		}
		failure := read.Components.Schemas[t.Failure]
		if failure == nil {
			return nil, fmt.Errorf("the document has no schema of the failures of %s", t.Name)
		}
		t.FailedAs = properties(failure)
		if t.Operations, err = operations(read, t.Name); err != nil {
			return nil, err
		}
		tags = append(tags, t)
	}
	return tags, nil
}

func operations(document *openapi3.T, tag string) ([]operation, error) {
	var found []operation
	for path, item := range document.Paths.Map() {
		for method, o := range item.Operations() {
			if !slices.Contains(o.Tags, tag) {
				continue
			}
			answer := o.Responses.Status(200)
			if answer == nil || answer.Value.Content["application/json"] == nil {
				continue
			}
			parameters, err := parametersOf(o)
			if err != nil {
				return nil, err
			}
			form := o.RequestBody != nil && o.RequestBody.Value.Content["application/json"] == nil
			found = append(found, operation{o.OperationID, method, path, parameters, form, answer.Value.Content["application/json"].Schema})
		}
	}
	slices.SortFunc(found, func(a, b operation) int { return cmp.Compare(a.ID, b.ID) })
	return found, nil
}

// parametersOf returns the parameters in the order of generated clients: the required ones
// first, the body last of its kind.
func parametersOf(o *openapi3.Operation) ([]property, error) {
	var all []property
	for _, p := range o.Parameters {
		all = append(all, property{p.Value.Name, p.Value.Required, p.Value.Schema})
	}
	if o.RequestBody != nil {
		body := o.RequestBody.Value
		if content := body.Content["application/json"]; content != nil {
			all = append(all, property{"body", body.Required, content.Schema})
		} else if form := body.Content["application/x-www-form-urlencoded"]; form != nil {
			all = append(all, properties(form.Schema)...)
		} else {
			return nil, fmt.Errorf("the body of %s is neither JSON nor a form", o.OperationID)
		}
	}
	slices.SortStableFunc(all, func(a, b property) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return all, nil
}

// properties are the keys of an object, of all parts of an allOf too, by name.
func properties(schema *openapi3.SchemaRef) []property {
	keys, required := map[string]*openapi3.SchemaRef{}, map[string]bool{}
	var add func(*openapi3.SchemaRef)
	add = func(s *openapi3.SchemaRef) {
		maps.Copy(keys, s.Value.Properties)
		for _, name := range s.Value.Required {
			required[name] = true
		}
		for _, part := range s.Value.AllOf {
			add(part)
		}
	}
	add(schema)
	var sorted []property
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		sorted = append(sorted, property{name, required[name], keys[name]})
	}
	return sorted
}

// result is what a successful call of an operation returns: a schema, or the keys of a flat
// answer that are no part of the envelope.
func (t tag) result(o operation) (whole *openapi3.SchemaRef, flat []property, err error) {
	e := t.Envelope
	if e.Success == nil {
		return o.Answer, nil, nil
	}
	for _, p := range properties(o.Answer) {
		switch {
		case e.Data != "" && p.Name == e.Data:
			return p.Schema, nil, nil
		case e.Data == "" && !slices.Contains(e.Keys(true), p.Name):
			flat = append(flat, p)
		}
	}
	if e.Data != "" {
		return nil, nil, fmt.Errorf("the answer of %s has no %q", o.ID, e.Data)
	}
	return nil, flat, nil
}
