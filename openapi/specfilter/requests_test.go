package specfilter_test

import "testing"

// Texts are kept if they are property names, or inside extensions, defaults and enums.
func TestRequestsAreLeftWithoutAnswersAndProse(t *testing.T) {
	t.Parallel()
	text, err := read(t, []byte(`
openapi: 3.0.3
info: {title: A title, version: "1"}
servers: [{url: /}]
paths:
  /a:
    summary: A path
    post:
      operationId: a
      description: What it does
      x-kept: {description: kept, example: kept}
      security: [{key: []}]
      parameters: [{name: q, in: query, description: A parameter, schema: {type: string, example: b}}]
      requestBody:
        description: A body
        content:
          application/json:
            examples: {one: {value: 1}}
            schema: {$ref: '#/components/schemas/A'}
      responses: {"200": {description: An answer}}
components:
  headers: {H: {schema: {type: string}}}
  securitySchemes: {key: {type: apiKey, in: header, name: K, description: A key}, other: {type: apiKey, in: query, name: k}}
  schemas:
    A:
      title: An object
      required: [description]
      default: {description: kept}
      properties:
        description: {type: string, description: gone, enum: [title, headers]}
        headers: {type: string, example: gone}
        examples: {type: array, items: {type: string, example: gone}}
    Unreached: {type: string}
`)).Requests().JSON()
	must(t, err)
	const want = `{"openapi":"3.0.3","info":{"version":"1"},"paths":{"/a":{"post":{"operationId":"a",` +
		`"x-kept":{"description":"kept","example":"kept"},"security":[{"key":[]}],` +
		`"parameters":[{"name":"q","in":"query","schema":{"type":"string"}}],` +
		`"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}}}},` +
		`"components":{"securitySchemes":{"key":{"type":"apiKey","in":"header","name":"K","description":"A key"},` +
		`"other":{"type":"apiKey","in":"query","name":"k"}},` +
		`"schemas":{"A":{"required":["description"],"default":{"description":"kept"},"properties":{` +
		`"description":{"type":"string","enum":["title","headers"]},"headers":{"type":"string"},` +
		`"examples":{"type":"array","items":{"type":"string"}}}}}}}` + "\n"
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}
