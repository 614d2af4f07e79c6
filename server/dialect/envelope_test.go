package dialect_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/openapi/envelope"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// contract returns the document, and x-envelope of each of its tags.
func contract(t *testing.T) (*openapi3.T, map[string]envelope.Envelope) {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	envelopes := envelope.All(document)
	for _, tag := range document.Tags {
		if e := envelopes[tag.Name]; e.Message == "" || e.Code == "" {
			t.Errorf("x-envelope of %s is %v", tag.Name, tag.Extensions["x-envelope"])
		}
	}
	return document, envelopes
}

// object is a value as JSON reads it; nil for anything but an object.
func object(t *testing.T, value any) map[string]any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var read any
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	keys, _ := read.(map[string]any)
	return keys
}

// succeeded reports whether a body says so.
func succeeded(e envelope.Envelope, body map[string]any) bool {
	_, success := e.Says(body)
	return success
}

// checkFailure says in what a body is not a failure of the envelope.
func checkFailure(e envelope.Envelope, body map[string]any) error {
	message, _ := body[e.Message].(string)
	switch {
	case succeeded(e, body):
		return fmt.Errorf("%v is a success by x-envelope", body)
	case message == "":
		return fmt.Errorf("%v has no message under %q", body, e.Message)
	case body[e.Code] == nil:
		return fmt.Errorf("%v has no code under %q", body, e.Code)
	}
	return nil
}

func TestTheDialectsFailAsTheirEnvelopeSays(t *testing.T) {
	_, envelopes := contract(t)
	for _, d := range spoken {
		for _, symbol := range symbols {
			_, body := d.Body(apierr.New(symbol), dialect.Chinese, time.Now())
			if err := checkFailure(envelopes[d.Name], object(t, body)); err != nil {
				t.Errorf("%s, %s: %v", d.Name, symbol, err)
			}
		}
	}
}

func TestTheExamplesAreAsTheirEnvelopeSays(t *testing.T) {
	document, envelopes := contract(t)
	successes, failures := map[string]int{}, map[string]int{}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			tag := operation.Tags[0]
			e := envelopes[tag]
			for status, response := range operation.Responses.Map() {
				for mediaType, content := range response.Value.Content {
					for name, example := range content.Examples {
						body := object(t, example.Value.Value)
						where := fmt.Sprint(method, " ", path, " ", status, " ", mediaType, " ", name)
						switch {
						case !strings.HasPrefix(status, "2"):
							failures[tag]++
							if err := checkFailure(e, body); err != nil {
								t.Errorf("%s: %v", where, err)
							}
						case e.Success != nil:
							successes[tag]++
							if !succeeded(e, body) {
								t.Errorf("%s: %v is a failure by x-envelope", where, body)
							}
							if _, found := body[e.Data]; e.Data != "" && !found {
								t.Errorf("%s: %v has no result under %q", where, body, e.Data)
							}
						}
					}
				}
			}
		}
	}
	for tag, e := range envelopes {
		if failures[tag] == 0 || e.Success != nil && successes[tag] == 0 {
			t.Errorf("%s: %d successes and %d failures were read", tag, successes[tag], failures[tag])
		}
	}
}
