package server

import (
	"reflect"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quartet/openapi"
	"quartet/server/dialect"
	"quartet/server/request"
)

// The server starts from a part of the document, and checks requests as if it had
// read the whole.
func TestRequestsAreCheckedAsTheWholeDocumentSays(t *testing.T) {
	t.Parallel()
	whole, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	part, err := readContract(nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := part.MarshalJSON(); err != nil || len(text) > 2*len(openapi.Requests) {
		t.Errorf("the start reads %d bytes, more than the part that is kept for it (%v)", len(text), err)
	}
	want, err := newOperations(whole, Options{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	got, err := newOperations(part, Options{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{
		cmp.Exporter(func(reflect.Type) bool { return true }),
		cmp.Comparer(func(a, b *dialect.Dialect) bool { return a == b }),
		cmpopts.IgnoreFields(openapi3.Schema{}, "Title", "Description", "Example", "Examples", "ExternalDocs"),
		cmpopts.IgnoreFields(request.Operation{}, "Operation"),
		cmpopts.SortSlices(func(a, b dialect.Credential) bool { return a.In+a.Name < b.In+b.Name }), // of one place, in no order
	}
	if difference := cmp.Diff(want, got, same); len(want) == 0 || difference != "" {
		t.Errorf("%d operations differ (-document +start):\n%s", len(want), difference)
	}
	for name, scheme := range whole.Components.SecuritySchemes {
		if difference := cmp.Diff(scheme.Value, part.Components.SecuritySchemes[name].Value, same); difference != "" {
			t.Errorf("security scheme %s (-document +start):\n%s", name, difference)
		}
	}
}
