package contracttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/check/contract"
)

// documented is an operation of the contract, and request one of its requests.
type (
	documented = contract.Operation
	request    = contract.Request
)

// Every documented example is sent to the real program on a real database, and every
// documented status of an operation has to occur.
func TestContract(t *testing.T) {
	r := newReplayed(t)
	for _, o := range r.operations() {
		for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			for _, example := range examplesOf(status, o.Responses.Value(status)) {
				t.Run(o.OperationID+"/"+status+"/"+example, func(t *testing.T) { r.replay(t, o, status, example) })
			}
		}
	}
	r.report(t)
}

func (r *target) replay(t *testing.T, o documented, status, example string) {
	sent := r.requests(t, o, status, example)
	if len(sent) == 0 {
		t.Fatalf("no request is answered with %s", example)
	}
	for _, s := range sent {
		got := s.to.sendBody(t, s.request, s.body())
		if strconv.Itoa(got.status) != status {
			t.Fatalf("%s %s answers %d, the contract says %s: %s", s.Method, s.Path, got.status, status, got.text)
		}
		response := o.Responses.Value(status).Value
		checkAnswer(t, response, got)
		for _, d := range r.contract.RuleDifferences(o, s.request, contract.Answer{Status: got.status, Header: got.header, Text: got.text}, time.Now()) {
			t.Errorf("the answer breaks a rule: %s\n%s", d, got.text)
		}
		if got.status >= http.StatusBadRequest {
			checkNumber(t, response, example, got)
		}
		r.seen[o.OperationID+" "+status] = true
	}
}

// checkAnswer checks an answer against the documented response.
func checkAnswer(t *testing.T, response *openapi3.Response, got answer) {
	t.Helper()
	if err := contract.CheckResponse(response, contract.Answer{Status: got.status, Header: got.header, Text: got.text}); err != nil {
		t.Errorf("the answer is not as documented: %v\n%s", err, got.text)
	}
	declared := slices.Clone(generalHeaders)
	for name := range response.Headers {
		declared = append(declared, http.CanonicalHeaderKey(name))
	}
	for name := range got.header {
		if !slices.Contains(declared, name) {
			t.Errorf("the header %s is sent and not declared", name)
		}
	}
}

// generalHeaders are those of HTTP and of browsers, which no contract declares.
var generalHeaders = []string{"Accept-Ranges", "Cache-Control", "Content-Length", "Content-Type", "Date", "Vary", "X-Content-Type-Options"}

// checkNumber checks that a failure has the number of its example.
func checkNumber(t *testing.T, response *openapi3.Response, example string, got answer) {
	t.Helper()
	for _, media := range response.Content {
		want := media.Examples[example].Value.Value.(map[string]any)["code"]
		if fmt.Sprint(want) != fmt.Sprint(got.body["code"]) {
			t.Errorf("code %v, the example says %v: %s", got.body["code"], want, got.text)
		}
	}
}

// report lists the statuses of each operation, and fails for those that did not
// occur.
func (r *target) report(t *testing.T) {
	var lines []string
	missing := 0
	for _, o := range r.operations() {
		line := fmt.Sprintf("%-24s", o.OperationID)
		for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			mark := status
			if !r.seen[o.OperationID+" "+status] {
				mark, missing = "["+status+" MISSING]", missing+1
			}
			line += " " + mark
		}
		lines = append(lines, line)
	}
	t.Log("operation × status\n" + strings.Join(lines, "\n"))
	if missing > 0 {
		t.Errorf("%d documented statuses did not occur", missing)
	}
}

func (r *target) operations() []documented {
	all := r.contract.Operations()
	// What uses up what others need comes last.
	slices.SortStableFunc(all, func(a, b documented) int {
		return slices.Index(r.fixtures.Last, a.OperationID) - slices.Index(r.fixtures.Last, b.OperationID)
	})
	return all
}

func examplesOf(status string, response *openapi3.ResponseRef) []string {
	switch {
	case len(response.Value.Content) > 0:
	case strings.HasPrefix(status, "2"):
		return []string{"ok"}
	default:
		return []string{"not_modified"}
	}
	var names []string
	for _, media := range response.Value.Content {
		names = append(names, slices.Sorted(maps.Keys(media.Examples))...)
	}
	return names
}

// answer is what came back.
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
	return o.sendBody(t, r, bytes.NewBufferString(r.Body))
}

func (o origin) sendBody(t *testing.T, r request, body io.Reader) answer {
	t.Helper()
	made, err := http.NewRequestWithContext(t.Context(), r.Method, string(o)+r.Target(), body)
	must(t, err)
	made.Header = r.Header
	got, err := http.DefaultClient.Do(made)
	must(t, err)
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	must(t, err)
	a := answer{status: got.StatusCode, header: got.Header, text: string(text)}
	_ = json.Unmarshal(text, &a.body)
	return a
}
