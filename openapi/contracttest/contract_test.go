package contracttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// documented is one operation of the contract.
type documented struct {
	method, path string
	*openapi3.Operation
}

// TestContract replays every documented example: the request goes to the real
// server on a real database, the answer is held against the contract with
// closed schemas. It fails for an operation and status that nothing exercised.
func TestContract(t *testing.T) {
	r := newReplay(t)
	for _, o := range r.operations() {
		for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			for _, example := range examplesOf(o.Responses.Value(status)) {
				t.Run(o.OperationID+"/"+status+"/"+example, func(t *testing.T) { r.replay(t, o, status, example) })
			}
		}
	}
	r.report(t)
}

func (r *replay) replay(t *testing.T, o documented, status, example string) {
	sent := r.provoke(t, o, status, example)
	if len(sent) == 0 {
		t.Fatalf("nothing provokes %s", example)
	}
	for _, s := range sent {
		got := s.to.send(t, s.request)
		if status == "default" && got.status < http.StatusBadRequest || status != "default" && strconv.Itoa(got.status) != status {
			t.Fatalf("%s %s answers %d, the contract says %s: %s", s.method, s.path, got.status, status, got.text)
		}
		response := o.Responses.Value(status).Value
		checkAnswer(t, response, got)
		if got.status >= http.StatusBadRequest && status != "default" {
			checkNumber(t, response, example, got)
		}
		r.exercised[o.OperationID+" "+status] = true
	}
}

// checkAnswer holds an answer against the documented response.
func checkAnswer(t *testing.T, response *openapi3.Response, got answer) {
	t.Helper()
	for name, header := range response.Headers {
		if header.Value.Required && got.header.Get(name) == "" {
			t.Errorf("header %s is missing", name)
		}
	}
	mediaType, _, _ := mime.ParseMediaType(got.header.Get("Content-Type"))
	media := response.Content[mediaType]
	if media == nil {
		t.Fatalf("content type %q is not documented", mediaType)
	}
	if !strings.HasSuffix(mediaType, "json") {
		return
	}
	var value any
	decoder := json.NewDecoder(strings.NewReader(got.text))
	decoder.UseNumber()
	must(t, decoder.Decode(&value))
	err := closed(media.Schema.Value).VisitJSON(value, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation())
	if err != nil {
		t.Errorf("the answer breaks the contract: %v\n%s", err, got.text)
	}
}

// checkNumber: a failure says the number of its example.
func checkNumber(t *testing.T, response *openapi3.Response, example string, got answer) {
	t.Helper()
	for _, media := range response.Content {
		want := media.Examples[example].Value.Value.(map[string]any)["code"]
		if fmt.Sprint(want) != fmt.Sprint(got.body["code"]) {
			t.Errorf("code %v, the example says %v: %s", got.body["code"], want, got.text)
		}
	}
}

// closed is the schema with allOf merged and no key allowed that it does not
// name, so that an answer that says too much is caught.
func closed(schema *openapi3.Schema) *openapi3.Schema {
	shut := *schema
	shut.AllOf, shut.Properties = nil, openapi3.Schemas{}
	for name, property := range schema.Properties {
		shut.Properties[name] = openapi3.NewSchemaRef("", closed(property.Value))
	}
	for _, part := range schema.AllOf {
		folded := closed(part.Value)
		maps.Copy(shut.Properties, folded.Properties)
		shut.Required = slices.Concat(shut.Required, folded.Required)
		shut.Type = folded.Type
	}
	if shut.Items != nil {
		shut.Items = openapi3.NewSchemaRef("", closed(shut.Items.Value))
	}
	if shut.Type.Is(openapi3.TypeObject) && schema.AdditionalProperties.Has == nil {
		no := false
		shut.AdditionalProperties.Has = &no
	}
	return &shut
}

// report tells which statuses of which operation were seen, and fails for those
// that were not.
func (r *replay) report(t *testing.T) {
	var lines []string
	missing := 0
	for _, o := range r.operations() {
		line := fmt.Sprintf("%-24s", o.OperationID)
		for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			mark := status
			if !r.exercised[o.OperationID+" "+status] {
				mark, missing = "["+status+" NOT EXERCISED]", missing+1
			}
			line += " " + mark
		}
		lines = append(lines, line)
	}
	t.Log("operation × status\n" + strings.Join(lines, "\n"))
	if missing > 0 {
		t.Errorf("%d declared answers were never exercised", missing)
	}
}

func (r *replay) operations() []documented {
	var all []documented
	for path, item := range r.document.Paths.Map() {
		for method, operation := range item.Operations() {
			all = append(all, documented{method, path, operation})
		}
	}
	slices.SortFunc(all, func(a, b documented) int { return strings.Compare(a.OperationID, b.OperationID) })
	// Changing the password ends the user's other sessions: it comes last.
	slices.SortStableFunc(all, func(a, b documented) int { return last(a) - last(b) })
	return all
}

func last(o documented) int {
	if o.OperationID == "updatePassword" {
		return 1
	}
	return 0
}

func examplesOf(response *openapi3.ResponseRef) []string {
	var names []string
	for _, media := range response.Value.Content {
		names = append(names, slices.Sorted(maps.Keys(media.Examples))...)
	}
	return names
}

// documentedRequests are the requests of the operation's example of that name,
// one for each form of the body; parameters fall back to their own example.
func documentedRequests(o documented, example string) []request {
	base := request{method: o.method, path: o.path, header: http.Header{}, query: url.Values{}}
	for _, p := range o.Parameters {
		value := parameterExample(p.Value, example)
		switch {
		case value == "":
		case p.Value.In == openapi3.ParameterInPath:
			base.path = strings.ReplaceAll(base.path, "{"+p.Value.Name+"}", url.PathEscape(value))
		case p.Value.In == openapi3.ParameterInQuery:
			base.query.Set(p.Value.Name, value)
		default:
			base.header.Set(p.Value.Name, value)
		}
	}
	if o.RequestBody == nil {
		return []request{base}
	}
	var all []request
	for mediaType, media := range o.RequestBody.Value.Content {
		named := media.Examples[example]
		if named == nil {
			continue
		}
		made := base.clone()
		made.header.Set("Content-Type", mediaType)
		made.body = encoded(mediaType, named.Value.Value)
		all = append(all, made)
	}
	return all
}

func parameterExample(p *openapi3.Parameter, example string) string {
	if named := p.Examples[example]; named != nil {
		return fmt.Sprint(named.Value.Value)
	}
	if ok := p.Examples["ok"]; ok != nil {
		return fmt.Sprint(ok.Value.Value)
	}
	if p.Example != nil {
		return fmt.Sprint(p.Example)
	}
	return ""
}

func encoded(mediaType string, value any) string {
	if mediaType == "application/json" {
		text, _ := json.Marshal(value)
		return string(text)
	}
	form := url.Values{}
	for name, field := range value.(map[string]any) {
		if members, isObject := field.(map[string]any); isObject {
			text, _ := json.Marshal(members)
			form.Set(name, string(text))
			continue
		}
		form.Set(name, fmt.Sprint(field))
	}
	return form.Encode()
}

// request is one request, and answer what came back.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         string
}

func (r request) clone() request {
	r.query, r.header = maps.Clone(r.query), r.header.Clone()
	return r
}

type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// origin is a server under test.
type origin string

func (o origin) send(t *testing.T, r request) answer {
	t.Helper()
	made, err := http.NewRequestWithContext(t.Context(), r.method, string(o)+r.path+"?"+r.query.Encode(), bytes.NewBufferString(r.body))
	must(t, err)
	made.Header = r.header
	got, err := http.DefaultClient.Do(made)
	must(t, err)
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	must(t, err)
	a := answer{status: got.StatusCode, header: got.Header, text: string(text)}
	_ = json.Unmarshal(text, &a.body)
	return a
}
