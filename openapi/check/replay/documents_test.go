package replay_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// minimal is a document without operation ids, with unnamed examples, one security
// requirement for all operations and a recursive schema.
const minimal = `
openapi: 3.0.3
info: {title: Notes, version: '1'}
security: [{bearer: []}]
paths:
  /notes:
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Note'}
            example: {text: hello}
      responses:
        '201':
          description: made
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Note'}
              example: {text: hello}
        '409':
          description: there is one
          content:
            application/json:
              schema: {type: object}
              example: {error: taken}
  /notes/{id}:
    delete:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '204': {description: gone}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
  schemas:
    Note:
      type: object
      properties:
        text: {type: string}
        reply: {$ref: '#/components/schemas/Note'}
`

func TestDocumentsMayLeaveOutIDsAndExampleNames(t *testing.T) {
	contract, err := contract.Read([]byte(minimal))
	must(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != "Bearer x" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"text":"hello","reply":{"text":"hi","by":"me"}}`))
	}))
	defer server.Close()
	fixtures := replay.Fixtures{Credentials: map[string]replay.Credential{replay.RoleUser: {Token: "x"}}}
	live := &replay.LiveServer{Contract: contract, Fixtures: fixtures, Target: server.URL, Timeout: time.Minute}
	results, sent, err := replay.Checker{Fixtures: fixtures}.Check(t.Context(), live, replay.Cases(contract, replay.Selection{}, nil))
	must(t, err)
	var got []string
	for _, r := range results {
		got = append(got, r.Operation+" "+r.Example+": "+string(r.Verdict)+" "+r.Reason)
	}
	want := `DELETE /notes/{id} ok: skipped the document has no example for a parameter of the path
POST /notes ok: differs 
POST /notes 409: skipped the document has no request for it`
	if got := strings.Join(got, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := lines(results); got != `/reply/by: documented no such key, got key by: "me"` {
		t.Error(got)
	}
	var record strings.Builder
	must(t, replay.Record(&record, sent, false))
	if strings.Contains(record.String(), "Bearer x") {
		t.Error("the token is in the recording")
	}
}
