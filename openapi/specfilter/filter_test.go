package specfilter_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/openapi/specfilter"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, text []byte) specfilter.Document {
	t.Helper()
	document, err := specfilter.Read(text)
	must(t, err)
	return document
}

// loaded is a document that kin-openapi takes for valid, examples too.
func loaded(t *testing.T, text []byte) *openapi3.T {
	t.Helper()
	loader := openapi3.NewLoader()
	document, err := loader.LoadFromData(text)
	must(t, err)
	if err := document.Validate(loader.Context); err != nil {
		t.Fatalf("the slice is not valid: %v", err)
	}
	return document
}

// operationsOf are the ids of the operations with one of the tags; all of them
// without tags.
func operationsOf(document *openapi3.T, tags ...string) []string {
	var ids []string
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			if len(tags) == 0 || slices.Contains(tags, operation.Tags[0]) {
				ids = append(ids, operation.OperationID)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

func TestOnlyKeepsOperationsAndWhatTheyReferTo(t *testing.T) {
	t.Parallel()
	whole := loaded(t, openapi.Document)
	for _, tags := range [][]string{{"jeecg"}, {"yudao"}, {"cas"}, {"ruoyi"}, {"jfinal"}, {"system"}, {"yudao", "jfinal"}} {
		t.Run(strings.Join(tags, "+"), func(t *testing.T) {
			t.Parallel()
			cut := read(t, openapi.Document).Only(tags...)
			asYAML, err := cut.YAML()
			must(t, err)
			asJSON, err := cut.JSON()
			must(t, err)
			for _, text := range [][]byte{asYAML, asJSON} {
				document := loaded(t, text)
				if got, want := operationsOf(document), operationsOf(whole, tags...); len(want) == 0 || !slices.Equal(got, want) {
					t.Errorf("operations %v, want %v", got, want)
				}
				if len(document.Tags) != len(tags) {
					t.Errorf("%d tags", len(document.Tags))
				}
				noneUnused(t, document, string(text))
			}
			if len(asYAML) > len(openapi.Document)*2/3 {
				t.Errorf("%d bytes of %d: this is hardly a slice", len(asYAML), len(openapi.Document))
			}
		})
	}
}

// noneUnused: every component that is left is referred to.
func noneUnused(t *testing.T, document *openapi3.T, text string) {
	t.Helper()
	c := document.Components
	kinds := map[string][]string{
		"schemas": slices.Collect(maps.Keys(c.Schemas)), "responses": slices.Collect(maps.Keys(c.Responses)),
		"parameters": slices.Collect(maps.Keys(c.Parameters)), "headers": slices.Collect(maps.Keys(c.Headers)),
	}
	for kind, names := range kinds {
		for _, name := range names {
			if !regexp.MustCompile(`#/components/` + kind + `/` + name + `["'\s]`).MatchString(text) {
				t.Errorf("%s/%s is in the slice and nothing refers to it", kind, name)
			}
		}
	}
	for name := range c.SecuritySchemes {
		if strings.Count(text, name) < 2 {
			t.Errorf("the security scheme %s is in the slice and nothing asks for it", name)
		}
	}
}

// inOrder are all keys and scalars of a JSON text as they come.
func inOrder(t *testing.T, text []byte) []any {
	t.Helper()
	var all []any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	for decoder.More() {
		token, err := decoder.Token()
		must(t, err)
		all = append(all, token)
	}
	return all
}

func TestJSONSaysTheSameInTheSameOrder(t *testing.T) {
	t.Parallel()
	document := read(t, openapi.Document)
	asJSON, err := document.JSON()
	must(t, err)
	var want, got any
	wanted, err := loaded(t, openapi.Document).MarshalJSON()
	must(t, err)
	written, err := loaded(t, asJSON).MarshalJSON()
	must(t, err)
	must(t, json.Unmarshal(wanted, &want))
	must(t, json.Unmarshal(written, &got))
	if !reflect.DeepEqual(got, want) {
		t.Error("the JSON is another document")
	}
	last := -1
	for _, word := range []string{`"openapi"`, `"info"`, `"servers"`, `"tags"`, `"paths"`, `"/user/refresh"`, `"/auth/mobile/code"`, `"components"`} {
		at := bytes.Index(asJSON, []byte(word+":"))
		if at <= last {
			t.Errorf("%s comes too early", word)
		}
		last = at
	}
	// JSON is YAML, so reading it again must give the same document.
	again, err := read(t, asJSON).JSON()
	must(t, err)
	if !reflect.DeepEqual(inOrder(t, again), inOrder(t, asJSON)) {
		t.Error("the order is not stable")
	}
}

func TestOnlyIsDeterministic(t *testing.T) {
	t.Parallel()
	document := read(t, openapi.Document)
	first, err := document.Only("jfinal", "yudao").YAML()
	must(t, err)
	_, err = document.Only("ruoyi").YAML()
	must(t, err)
	again, err := document.Only("yudao", "jfinal").YAML()
	must(t, err)
	if !bytes.Equal(first, again) {
		t.Error("the bytes depend on the order of the tags, or on what was asked before")
	}
}

func TestNumbersAndTextKeepTheirSpelling(t *testing.T) {
	t.Parallel()
	text, err := read(t, []byte("big: 9007199254740993\nzero: '007'\nday: 2026-11-01\nnone: null\nyes: true\n200: 1.50\n")).JSON()
	must(t, err)
	want := `{"big":9007199254740993,"zero":"007","day":"2026-11-01","none":null,"yes":true,"200":1.50}` + "\n"
	if string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
}

func TestWhatIsNoDocumentIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "- a", "a: [", "text"} {
		if _, err := specfilter.Read([]byte(text)); err == nil {
			t.Errorf("%q passes for a document", text)
		}
	}
	for _, text := range []string{"a: 0x1F", "a: &x 1\nb: *x", "a: .inf"} {
		if got, err := read(t, []byte(text)).JSON(); err == nil {
			t.Errorf("%q becomes %s", text, got)
		}
	}
}
