package replay_test

import (
	"net/http"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// toy is a document with a dialect that no code knows.
const toy = `
openapi: 3.0.3
info: {title: Toys, version: '1'}
paths:
  /toys:
    get:
      operationId: getToy
      tags: [toy]
      responses:
        '200':
          description: a toy
          content:
            application/json:
              schema:
                type: object
                properties: {fine: {type: boolean}, errno: {type: integer}, hint: {type: string}, moodTime: {type: integer}, toy: {type: string}, body: {type: string}}
              examples:
                ok: {value: {fine: true, errno: 0, hint: '', moodTime: 7, toy: bear, body: a bear}}
        '404':
          description: no toy
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ToyFailureBody'}
              examples:
                no_toy: {value: {fine: false, errno: 44, hint: none here, moodTime: 7, body: null, kind: lost}}
components:
  schemas:
    ToyFailureBody:
      allOf:
        - type: object
          required: [fine, errno, hint]
          properties: {fine: {type: boolean}, errno: {type: integer}, hint: {type: string}, moodTime: {type: integer}}
        - type: object
          properties: {body: {type: object, nullable: true}, kind: {type: string, enum: [lost, sold]}}
`

func TestTheEnvelopeOfADialectIsTakenFromItsFailureBody(t *testing.T) {
	document, err := contract.Read([]byte(toy))
	must(t, err)
	for name, c := range map[string]struct {
		example string
		legacy  []string
		status  int
		body    string
		want    string
	}{
		"as documented":                    {"ok", nil, 200, `{"fine":true,"errno":0,"hint":"","moodTime":9,"toy":"car","body":"a car"}`, ""},
		"another envelope of a success":    {"ok", nil, 200, `{"fine":false,"errno":1,"hint":"oh","toy":"bear"}`, "/errno: documented 0, got 1\n/fine: documented true, got false\n/hint: documented \"\", got \"oh\""},
		"free text of a failure":           {"no_toy", nil, 404, `{"fine":false,"errno":44,"hint":"nichts","moodTime":9,"kind":"lost"}`, ""},
		"another envelope of a failure":    {"no_toy", nil, 404, `{"fine":true,"errno":45,"hint":"x","kind":"sold"}`, "/errno: documented 44, got 45\n/fine: documented false, got true\n/kind: documented \"lost\", got \"sold\""},
		"a failure with status 200":        {"no_toy", []string{"toy"}, 200, `{"fine":false,"errno":44,"hint":"x"}`, ""},
		"a failure with its legacy status": {"no_toy", []string{"toy"}, 404, `{"fine":false,"errno":44,"hint":"x"}`, "status: documented 200, got 404"},
	} {
		t.Run(name, func(t *testing.T) {
			cases := replay.Cases(document, replay.Selection{Only: []string{"getToy/" + c.example}}, nil)
			checker := replay.Checker{LegacyStatus: c.legacy}
			results, _, err := checker.Check(t.Context(), fixedAnswer{status: c.status, body: c.body}, cases)
			must(t, err)
			if got := lines(results); len(results) != 1 || got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	answer := contract.Answer{Status: 404, Header: http.Header{"Content-Type": {"application/json"}}, Text: `{"fine":false,"errno":1,"hint":"x"}`}
	must(t, document.CheckFailure("toy", answer))
	if answer.Text = `{"fine":false,"code":1,"hint":"x"}`; document.CheckFailure("toy", answer) == nil {
		t.Error("another envelope is accepted")
	}
}
