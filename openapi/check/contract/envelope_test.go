package contract_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// A body with one key of its envelope lost, renamed or wrong has no other envelope.
func TestAFaultInAnEnvelopeIsNoOtherEnvelope(t *testing.T) {
	spec := load(t)
	for _, o := range spec.Operations() {
		for _, status := range []string{"200", "401", "404"} {
			response := o.Responses.Value(status)
			if response == nil {
				continue
			}
			for name, body := range objectsOf(response.Value.Content) {
				for _, key := range append(spec.EnvelopeKeys(o, true), "data", "result") {
					value, isThere := body[key]
					if !isThere {
						continue
					}
					for fault, change := range map[string]func(map[string]any){
						"as documented": func(map[string]any) {},
						"missing":       func(m map[string]any) { delete(m, key) },
						"renamed":       func(m map[string]any) { delete(m, key); m["x_"+key] = value },
						"null":          func(m map[string]any) { m[key] = nil },
						"a number":      func(m map[string]any) { m[key] = 0 },
						"a word":        func(m map[string]any) { m[key] = "ok" },
					} {
						changed := maps.Clone(body)
						change(changed)
						text, _ := json.Marshal(changed)
						if other := spec.OtherEnvelope(o, status < "4", string(text)); other != "" {
							t.Errorf("%s %s %s: %s is %s: %s", o.OperationID, status, name, key, fault, other)
						}
					}
				}
			}
		}
	}
}

// objectsOf are the examples in JSON that are objects.
func objectsOf(content map[string]*openapi3.MediaType) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, media := range content {
		for name, example := range media.Examples {
			if object, isObject := example.Value.Value.(map[string]any); isObject {
				all[name] = object
			}
		}
	}
	return all
}

// The example of a dialect is one difference in an operation of another.
func TestTheExampleOfAnotherDialectHasItsEnvelope(t *testing.T) {
	spec := load(t)
	dialects := map[string]string{"jeecg": "refreshUser", "yudao": "listSessions", "cas": "getUserInfo", "ruoyi": "getWeChatUserInfo", "jfinal": "getUserDetail"}
	for own, operation := range dialects {
		for other, from := range dialects {
			o, _ := spec.Operation(operation)
			source, _ := spec.Operation(from)
			for status, response := range source.Responses.Map() {
				for name, body := range objectsOf(response.Value.Content) {
					text, _ := json.Marshal(body)
					want := other
					isOneKey := other == "ruoyi" && own == "yudao" || other == "yudao" && own == "ruoyi"
					if own == other || isOneKey && status >= "4" { // data, as the one key too many or too few
						want = ""
					}
					if got := spec.OtherEnvelope(o, status < "4", string(text)); got != want {
						t.Errorf("%s in %s: %s %s: %q", other, own, status, name, got)
					}
				}
			}
		}
	}
}
