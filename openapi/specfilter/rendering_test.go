package specfilter_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"quartet/openapi"
	"quartet/openapi/specfilter"
)

var everyTag = []string{"", "jeecg", "yudao", "cas", "ruoyi", "jfinal", "oauth2", "system"}

func written(t *testing.T, render, tag string, json bool) []byte {
	t.Helper()
	wanted := specfilter.Wanted{Render: render, JSON: json}
	if tag != "" {
		wanted.Tags = []string{tag}
	}
	text, err := wanted.Of(openapi.Document)
	must(t, err)
	return text
}

func TestEveryRenderingIsValidAndWhole(t *testing.T) {
	t.Parallel()
	for _, render := range append([]string{""}, specfilter.Renderings...) {
		for _, tag := range everyTag {
			t.Run(render+" "+tag, func(t *testing.T) {
				t.Parallel()
				source := loaded(t, written(t, "", tag, false))
				for _, json := range []bool{false, true} {
					text := written(t, render, tag, json)
					document := loaded(t, text)
					pages := json && render == ""
					if got, want := examplesOf(document, render == "client"), examplesOf(source, render == "client"); !reflect.DeepEqual(got, want) {
						t.Error("it has other operations or examples")
					}
					want := schemasOf(source, render)
					if pages {
						want = slices.DeleteFunc(want, func(name string) bool { return strings.HasSuffix(name, "Envelope") || name == "UserProfile" })
					}
					if got := schemasOf(document, render); render != "dereferenced" && !slices.Equal(got, want) {
						t.Errorf("it has the schemas %v, not %v", got, want)
					}
					if pages {
						asKnife4jReadsIt(t, document, string(text))
					}
					if json || render != "" {
						onlySchemasAreReferredTo(t, string(text), render == "dereferenced")
					}
				}
			})
		}
	}
}

// schemasOf are the names of the schemas, for clients without those of forms, of which
// some are beside JSON.
func schemasOf(document *openapi3.T, render string) []string {
	if document.Components == nil {
		return nil
	}
	all := slices.Sorted(maps.Keys(document.Components.Schemas))
	return slices.DeleteFunc(all, func(name string) bool { return render == "client" && strings.HasSuffix(name, "Form") })
}

// examplesOf are the examples of every operation. jsonAlone leaves out those of forms
// beside JSON.
func examplesOf(document *openapi3.T, jsonAlone bool) map[string]any {
	all := map[string]any{}
	add := func(at string, content openapi3.Content) {
		for mediaType, media := range content {
			if jsonAlone && content["application/json"] != nil && mediaType != "application/json" {
				continue
			}
			for name, example := range media.Examples {
				all[at+" "+mediaType+" "+name] = example.Value.Value
			}
		}
	}
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			own := slices.DeleteFunc(slices.Clone(operation.Parameters), func(p *openapi3.ParameterRef) bool { return p.Value.Name == "X-App-Id" })
			all[operation.OperationID] = len(own)
			if operation.RequestBody != nil {
				add(operation.OperationID, operation.RequestBody.Value.Content)
			}
			for status, response := range operation.Responses.Map() {
				add(operation.OperationID+" "+status, response.Value.Content)
			}
		}
	}
	return all
}

// asKnife4jReadsIt: knife4j shows no key of an allOf, and sends no request before all credentials
// are there that any alternative has.
func asKnife4jReadsIt(t *testing.T, document *openapi3.T, text string) {
	t.Helper()
	if strings.Contains(text, `"allOf"`) {
		t.Error("it has an allOf")
	}
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			if strings.HasPrefix(operation.OperationID, "signInBy") && (len(*operation.Security) > 0 || operation.Parameters.GetByInAndName("header", "X-App-Id") == nil) {
				t.Errorf("%s has the credentials %v, or does not take X-App-Id", operation.OperationID, *operation.Security)
			}
		}
	}
}

var reference = regexp.MustCompile(`\$ref["']?: ?["']?([^"'\s]+)`)

func onlySchemasAreReferredTo(t *testing.T, text string, none bool) {
	t.Helper()
	for _, found := range reference.FindAllStringSubmatch(text, -1) {
		if none || !strings.HasPrefix(found[1], "#/components/schemas/") {
			t.Errorf("it refers to %s", found[1])
		}
	}
}

func TestClientRenderingCompilesInGo(t *testing.T) {
	t.Parallel()
	text := written(t, "client", "", false)
	for name, found := range loaded(t, text).Components.Schemas {
		seen := map[string]string{}
		for key := range found.Value.Properties {
			folded := strings.ToLower(key)
			if seen[folded] != "" {
				t.Errorf("%s has both %s and %s", name, seen[folded], key)
			}
			seen[folded] = key
		}
	}
	folder := t.TempDir()
	source, generated := filepath.Join(folder, "client.yaml"), filepath.Join(folder, "client.gen.go")
	must(t, os.WriteFile(source, text, 0o600))
	run(t, "go", "run", "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen", "-generate", "types,client",
		"-response-type-suffix", "Answer", "-package", "client", "-o", generated, source)
	run(t, "go", "build", "-o", os.DevNull, generated)
	code, err := os.ReadFile(generated)
	must(t, err)
	if regexp.MustCompile(`CreationTime(Upper|Lower)`).Match(code) || !strings.Contains(string(code), "\tCreationTime ") {
		t.Error("the one key that is left still has the name that told it from another")
	}
}

func run(t *testing.T, name string, arguments ...string) {
	t.Helper()
	if output, err := exec.CommandContext(t.Context(), name, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
}

const small = `
openapi: 3.0.3
info: {title: Small, version: "1"}
paths:
  /a:
    post:
      operationId: a
      tags: [t]
      parameters: [{$ref: '#/components/parameters/P'}]
      requestBody:
        content:
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Form'}}
          application/json: {schema: {$ref: '#/components/schemas/Both'}}
      responses:
        "200": {$ref: '#/components/responses/R'}
components:
  parameters:
    P: {name: p, in: query, schema: {type: integer, minimum: 0, exclusiveMinimum: true, maximum: 1e6, example: 1.50}}
  headers:
    H: {schema: {type: string, enum: [a], nullable: true}}
  responses:
    R:
      description: An answer
      headers: {H: {$ref: '#/components/headers/H'}}
      content:
        application/octet-stream: {schema: {type: string, format: binary}}
        application/json:
          schema: {$ref: '#/components/schemas/Tree'}
          example: {nullable: true, example: {$ref: kept}}
      links: {again: {operationId: a, requestBody: {key: $response.body#/a}}}
  schemas:
    Form: {type: object, properties: {b: {type: string, format: byte}}}
    Both:
      allOf:
        - type: object
          properties: {Key: {type: string, x-go-name: KeyUpper}, key: {type: string, x-go-name: KeyLower}}
        - {$ref: '#/components/schemas/Needed'}
    Needed:
      type: object
      required: [Example, example]
      properties:
        Example: {type: string}
        example: {type: string, nullable: true}
    Tree: {type: object, properties: {nullable: {type: boolean, nullable: false}, below: {$ref: '#/components/schemas/Tree'}}}
`

// What each rendering does, on a document small enough to be read.
func TestRenderingsInSmall(t *testing.T) {
	t.Parallel()
	const before = `{"openapi":"3.0.3","info":{"title":"Small","version":"1"},"paths":{"/a":{"post":{"operationId":"a","tags":["t"],` +
		`"parameters":[{"name":"p","in":"query","schema":{"type":"integer","minimum":0,"exclusiveMinimum":true,"maximum":1e6,"example":1.50}}],"requestBody":{"content":{`
	const example = `,"example":{"nullable":true,"example":{"$ref":"kept"}}`
	const answer = `}},"responses":{"200":{"description":"An answer","headers":{"H":{"schema":{"type":"string","enum":["a"],"nullable":true}}},"content":{` +
		`"application/octet-stream":{"schema":{"type":"string","format":"binary"}},"application/json":{"schema":`
	const links = `}},"links":{"again":{"operationId":"a","requestBody":{"key":"$response.body#/a"}}}`
	const tree = `{"type":"object","properties":{"nullable":{"type":"boolean","nullable":false},"below":{"$ref":"#/components/schemas/Tree"}}}`
	for render, want := range map[string]string{
		"client": before + `"application/json":{"schema":{"$ref":"#/components/schemas/Both"}}` + answer + `{"$ref":"#/components/schemas/Tree"}` + example + `}},"links":{"again":{"operationId":"a"}}` +
			`}}}}},"components":{"schemas":{"Both":{"allOf":[{"$ref":"#/components/schemas/Needed"},` +
			`{"type":"object","properties":{"key":{"type":"string"}},"additionalProperties":true}]},` +
			`"Needed":{"type":"object","required":["example"],"properties":{"example":{"type":"string","nullable":true}},"additionalProperties":true},"Tree":` + tree + `}}}`,
		"": before + `"application/x-www-form-urlencoded":{"schema":{"$ref":"#/components/schemas/Form"}},"application/json":{"schema":{"$ref":"#/components/schemas/Both"}}` +
			answer + `{"$ref":"#/components/schemas/Tree"}` + example + links + `}}}}},"components":{"schemas":{` +
			`"Form":{"type":"object","properties":{"b":{"type":"string","format":"byte"}}},"Both":{"type":"object","required":["Example","example"],"properties":{` +
			`"Key":{"type":"string","x-go-name":"KeyUpper"},"key":{"type":"string","x-go-name":"KeyLower"},"Example":{"type":"string"},"example":{"type":"string","nullable":true}}},` +
			`"Tree":` + tree + `}}}`,
		"dereferenced": before + `"application/x-www-form-urlencoded":{"schema":{"type":"object","properties":{"b":{"type":"string","format":"byte"}}}},` +
			`"application/json":{"schema":{"allOf":[{"type":"object","properties":{"Key":{"type":"string","x-go-name":"KeyUpper"},"key":{"type":"string","x-go-name":"KeyLower"}}},` +
			`{"type":"object","required":["Example","example"],"properties":{"Example":{"type":"string"},"example":{"type":"string","nullable":true}}}]}}` +
			answer + tree + example + links + `}}}}},"components":{"schemas":{"Tree":` + tree + `}}}`,
		"openapi-3.1": strings.NewReplacer(
			`"openapi":"3.0.3"`, `"openapi":"3.1.0"`, `"1"},"paths"`, `"1"},"jsonSchemaDialect":"https://spec.openapis.org/oas/3.1/dialect/base","paths"`,
			`"minimum":0,"exclusiveMinimum":true`, `"exclusiveMinimum":0`, `"example":1.50`, `"examples":[1.50]`,
			`"type":"string","enum":["a"],"nullable":true`, `"type":["string","null"],"enum":["a",null]`,
			`{"type":"string","nullable":true}`, `{"type":["string","null"]}`, `"format":"byte"`, `"contentEncoding":"base64"`,
			`,"format":"binary"`, ``, `,"nullable":false`, ``,
		).Replace(before + `"application/x-www-form-urlencoded":{"schema":{"$ref":"#/components/schemas/Form"}},"application/json":{"schema":{"$ref":"#/components/schemas/Both"}}` +
			answer + `{"$ref":"#/components/schemas/Tree"}` + example + links + `}}}}},"components":{"schemas":{` +
			`"Form":{"type":"object","properties":{"b":{"type":"string","format":"byte"}}},` +
			`"Both":{"allOf":[{"type":"object","properties":{"Key":{"type":"string","x-go-name":"KeyUpper"},"key":{"type":"string","x-go-name":"KeyLower"}}},{"$ref":"#/components/schemas/Needed"}]},` +
			`"Needed":{"type":"object","required":["Example","example"],"properties":{"Example":{"type":"string"},"example":{"type":"string","nullable":true}}},"Tree":` + tree + `}}}`),
	} {
		got, err := specfilter.Wanted{Render: render, JSON: true}.Of([]byte(small))
		must(t, err)
		if string(got) != want+"\n" {
			t.Errorf("%s:\ngot  %swant %s", render, got, want)
		}
		if render == "" {
			continue // its YAML is the document as it is written
		}
		asYAML, err := specfilter.Wanted{Render: render}.Of([]byte(small))
		must(t, err)
		if again, err := read(t, asYAML).JSON(); err != nil || string(again) != string(got) {
			t.Errorf("%s: YAML says something else than JSON: %v\n%s", render, err, asYAML)
		}
	}
	if _, err := (specfilter.Wanted{Render: "soap"}).Of([]byte(small)); err == nil {
		t.Error("a rendering that nobody knows is written")
	}
}

// Numbers are written in the renderings as in the source.
func TestNumbersOfRenderingsAreThoseOfTheSource(t *testing.T) {
	t.Parallel()
	source := numbersIn(t, openapi.Document)
	for _, render := range specfilter.Renderings {
		for number := range numbersIn(t, written(t, render, "", false)) {
			if !source[number] {
				t.Errorf("%s has the number %s, which the source does not", render, number)
			}
		}
	}
}

func numbersIn(t *testing.T, text []byte) map[string]bool {
	t.Helper()
	var root yaml.Node
	must(t, yaml.Unmarshal(text, &root))
	found := map[string]bool{}
	var walk func(*yaml.Node)
	walk = func(node *yaml.Node) {
		if tag := node.ShortTag(); tag == "!!int" || tag == "!!float" {
			found[node.Value] = true
		}
		for _, item := range node.Content {
			walk(item)
		}
	}
	walk(&root)
	return found
}
