package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
)

// usesUp lists the operations whose example ends a session that others need, in
// the order in which they can follow one another.
var usesUp = []string{"refreshAccessToken", "endSession", "updatePassword", "signOut"}

// Somebody who clicks through the contract's page, where the demonstration's
// token is filled in, sees every example succeed.
func TestDemoAnswersEveryExampleOfTheContract(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	must(t, err)
	tried := 0
	for _, e := range examples(document) {
		t.Run(e.name, func(t *testing.T) { s.ok(t, e.call) })
		tried++
	}
	if tried < 25 {
		t.Errorf("only %d examples were found", tried)
	}
}

// example is one request example named ok.
type example struct {
	name, operation string
	call            call
}

func examples(document *openapi3.T) []example {
	var all []example
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			all = append(all, examplesOf(document, method, path, operation)...)
		}
	}
	slices.SortFunc(all, func(a, b example) int {
		return 1000*(slices.Index(usesUp, a.operation)-slices.Index(usesUp, b.operation)) + strings.Compare(a.name, b.name)
	})
	return all
}

func examplesOf(document *openapi3.T, method, path string, operation *openapi3.Operation) []example {
	base := authorised(document, operation, call{method: method, path: filled(path, operation.Parameters)})
	if operation.RequestBody == nil {
		return []example{{operation.OperationID, operation.OperationID, base}}
	}
	var all []example
	content := operation.RequestBody.Value.Content
	for _, kind := range slices.Sorted(maps.Keys(content)) {
		made := base
		made.kind, made.body = kind, encoded(kind, content[kind].Examples["ok"].Value.Value)
		all = append(all, example{operation.OperationID + " " + kind, operation.OperationID, made})
	}
	return all
}

// filled puts the parameters' examples into the path and the query. A
// parameter that may travel in the body as well is left to the body.
func filled(path string, parameters openapi3.Parameters) string {
	query := url.Values{}
	for _, p := range parameters {
		value := p.Value.Example
		if named := p.Value.Examples["ok"]; named != nil {
			value = named.Value.Value
		}
		switch {
		case p.Value.In == openapi3.ParameterInPath:
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", url.PathEscape(fmt.Sprint(value)))
		case p.Value.In == openapi3.ParameterInQuery && p.Value.Required:
			query.Set(p.Value.Name, fmt.Sprint(value))
		}
	}
	return path + "?" + query.Encode()
}

// authorised adds the demonstration's token and application in the first way
// that the operation names.
func authorised(document *openapi3.T, operation *openapi3.Operation, c call) call {
	if operation.Security == nil || len(*operation.Security) == 0 {
		return c
	}
	for name := range (*operation.Security)[0] {
		scheme := document.Components.SecuritySchemes[name].Value
		value := standingToken
		if scheme.Extensions["x-credential"] == "application" {
			value = demoApplication
		}
		if scheme.In == openapi3.ParameterInQuery {
			c.path += "&" + url.Values{scheme.Name: {value}}.Encode()
			continue
		}
		c = c.with(scheme.Name, value)
	}
	return c
}

func encoded(kind string, value any) string {
	if kind == asJSON {
		text, _ := json.Marshal(value)
		return string(text)
	}
	fields := url.Values{}
	for name, field := range value.(map[string]any) {
		if members, object := field.(map[string]any); object {
			fields.Set(name, encoded(asJSON, members))
			continue
		}
		fields.Set(name, fmt.Sprint(field))
	}
	return fields.Encode()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
}
