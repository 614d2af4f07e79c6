package openapi_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"quartet/openapi"
	"quartet/openapi/specfilter"
)

func TestRequestsAreUpToDate(t *testing.T) {
	document, err := specfilter.Read(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	want, err := document.Requests().JSON()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(openapi.Requests, want) {
		t.Error("requests.gen.json is out of date; run make generate")
	}
}

// A server parses Requests at every start.
func TestRequestsAreASmallPartInJSON(t *testing.T) {
	if !json.Valid(openapi.Requests) {
		t.Error("it is not JSON")
	}
	if part, whole := len(openapi.Requests), len(openapi.Document); part > whole/5 {
		t.Errorf("it is %d bytes of %d", part, whole)
	}
}
