package mock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/mock"
)

// TestMadeValuesFit makes a value of every keyword that narrows what a schema takes.
func TestMadeValuesFit(t *testing.T) {
	for name, schema := range map[string]string{
		"unique booleans":     `{"type":"array","uniqueItems":true,"minItems":2,"items":{"type":"boolean"}}`,
		"unique numbers":      `{"type":"array","uniqueItems":true,"minItems":3,"items":{"type":"integer","minimum":1,"maximum":3}}`,
		"unique words":        `{"type":"array","uniqueItems":true,"minItems":3,"items":{"enum":["a","b","c"]}}`,
		"unique objects":      `{"type":"array","uniqueItems":true,"minItems":2,"items":{"type":"object","required":["kind"],"properties":{"kind":{"type":"string","enum":["a","b"]}}}}`,
		"unique examples":     `{"type":"array","uniqueItems":true,"minItems":2,"items":{"type":"object","required":["n"],"properties":{"n":{"type":"string","examples":["x"]}}}}`,
		"unique alternatives": `{"type":"array","uniqueItems":true,"minItems":2,"items":{"oneOf":[{"const":"a"},{"const":"b"}]}}`,
		"pattern of names":    `{"type":"object","minProperties":1,"patternProperties":{"^x-[a-z]{3}$":{"type":"integer"}},"additionalProperties":false}`,
		"names":               `{"type":"object","minProperties":2,"propertyNames":{"pattern":"^[a-z]{2}-[A-Z]{2}$"},"additionalProperties":{"type":"string"}}`,
		"contains":            `{"type":"array","items":{"type":"integer","minimum":1},"contains":{"const":7}}`,
		"contains more":       `{"type":"array","minItems":1,"items":{"type":"string"},"contains":{"pattern":"^z+$"},"minContains":2}`,
		"dependent":           `{"type":"object","required":["card"],"properties":{"card":{"type":"string"}},"dependentRequired":{"card":["address"]}}`,
		"dependent schema":    `{"type":"object","required":["card"],"properties":{"card":{"type":"string"}},"dependentSchemas":{"card":{"required":["zip"],"properties":{"zip":{"type":"integer"}}}}}`,
		"then":                `{"type":"object","required":["kind"],"properties":{"kind":{"enum":["a","b"]}},"if":{"properties":{"kind":{"const":"a"}}},"then":{"required":["n"],"properties":{"n":{"type":"integer"}}}}`,
		"else":                `{"type":"object","required":["kind"],"properties":{"kind":{"const":"b"}},"if":{"properties":{"kind":{"const":"a"}}},"else":{"required":["n"],"properties":{"n":{"type":"integer"}}}}`,
		"then below":          `{"type":"object","required":["x"],"properties":{"x":{"type":"object","required":["kind"],"properties":{"kind":{"const":"a"}},"if":{"properties":{"kind":{"const":"a"}}},"then":{"required":["n"]}}}}`,
		"not a word":          `{"type":"string","enum":["a","b"],"not":{"const":"a"}}`,
		"not a number":        `{"type":"integer","minimum":1,"maximum":2,"not":{"const":1}}`,
		"not a key":           `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"not":{"required":["a"]}}`,
		"not true":            `{"type":"boolean","not":{"const":true}}`,
		"short e-mail":        `{"type":"string","format":"email","maxLength":8}`,
		"long e-mail":         `{"type":"string","format":"email","minLength":40}`,
		"short address":       `{"type":"string","format":"uri","maxLength":16}`,
		"multiples":           `{"oneOf":[{"type":"integer","multipleOf":3},{"type":"integer","multipleOf":5}]}`,
		"multiples below":     `{"type":"object","required":["n"],"properties":{"n":{"oneOf":[{"type":"integer","multipleOf":2},{"type":"integer","multipleOf":3}]}}}`,
	} {
		for seed := range uint64(8) {
			text := fmt.Sprintf(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/made":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":%s}}}}}}}}`, schema)
			document, err := mock.Read([]byte(text))
			must(t, err)
			media := document.Paths.Value("/made").Get.Responses.Value("200").Value.Content["application/json"]
			server := mock.New(document, mock.Options{Seed: seed})
			got := ask(server, "GET", "/made", "")
			var value any
			must(t, json.Unmarshal([]byte(got), &value))
			if err := media.Schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020()); err != nil {
				t.Errorf("%s, seed %d: %s does not fit: %.200s", name, seed, got, err)
				break
			}
		}
	}
}

// TestUnfitIsSaid has a schema that no value fits.
func TestUnfitIsSaid(t *testing.T) {
	document, err := mock.Read([]byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":
		{"type":"integer","minimum":3,"maximum":2}}}}}}},"/b":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"type":"integer"}}}}}}}}}`))
	must(t, err)
	var log bytes.Buffer
	mock.New(document, mock.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}).LogUnfit(t.Context())
	if text := log.String(); !strings.Contains(text, "GET /a: no value") || strings.Contains(text, "GET /b") {
		t.Errorf("the log is %s", text)
	}
}
