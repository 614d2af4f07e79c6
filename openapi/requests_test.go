package openapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"quartet/openapi"
	"quartet/openapi/specfilter"
)

var update = flag.Bool("update", false, "write requests.gen.json")

func TestRequestsAreUpToDate(t *testing.T) {
	document, err := specfilter.Read(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	want, err := document.Requests().JSON()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("requests.gen.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return // what is embedded is still the old one
	}
	if !bytes.Equal(openapi.Requests, want) {
		t.Error("requests.gen.json is not what the contract says; run make generate")
	}
}

// TestTheStartHasLittleToRead: what a server parses when it starts is JSON, which
// is read faster than YAML, and a small part of the document.
func TestTheStartHasLittleToRead(t *testing.T) {
	if !json.Valid(openapi.Requests) {
		t.Error("it is no JSON")
	}
	if part, whole := len(openapi.Requests), len(openapi.Document); part > whole/5 {
		t.Errorf("it is %d bytes of %d", part, whole)
	}
}
