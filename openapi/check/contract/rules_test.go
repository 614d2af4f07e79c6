package contract_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-openapi/jsonpointer"

	"quartet/openapi/check/contract"
)

// The examples of the contract lie between these days.
var (
	beforeExamples = time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
	afterExamples  = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
)

// Every rule of the contract holds for its operation's example, and is broken by a wrong
// value at its place: none is written so that it finds nothing.
func TestEveryRuleOfTheContractFindsAWrongValue(t *testing.T) {
	found := 0
	document := load(t)
	for _, o := range document.Operations() {
		rules, _ := o.Extensions["x-answer-rules"].([]any)
		for _, written := range rules {
			rule := written.(map[string]any)
			at := strings.ReplaceAll(rule["at"].(string), "*", "0")
			t.Run(o.OperationID+at, func(t *testing.T) {
				response := o.Responses.Value("200").Value
				example := response.Content[contract.MediaJSON].Examples["ok"].Value.Value
				request := o.Requests("ok")[0]
				body, err := json.Marshal(example)
				if err != nil {
					t.Fatal(err)
				}
				now := afterExamples
				if rule["after"] != nil {
					now = beforeExamples
				}
				if got := ruleLines(document, o, request, string(body), now); strings.Contains(got, at+":") && rule["equals"] != "$now" {
					t.Errorf("the example breaks it: %s", got)
				}
				wrong := withWrong(t, body, rule["at"].(string))
				if got := ruleLines(document, o, request, wrong, now); !strings.Contains(got, rule["at"].(string)+":") && !strings.Contains(got, at+":") {
					t.Errorf("it finds nothing in %s, but %q", wrong, got)
				}
			})
			found++
		}
	}
	if found < 30 {
		t.Errorf("%d rules", found)
	}
}

// withWrong is a body in which the values at a pointer are never right.
func withWrong(t *testing.T, body []byte, at string) string {
	t.Helper()
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Fatal(err)
	}
	for _, element := range []string{"0", "1"} { // no list has more
		pointer, err := jsonpointer.New(strings.ReplaceAll(at, "*", element))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pointer.Set(value, "wrong"); err != nil && element == "0" {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func ruleLines(document contract.Contract, o contract.Operation, request contract.Request, body string, now time.Time) string {
	var all []string
	for _, d := range document.RuleDifferences(o, request, contract.Answer{Status: http.StatusOK, Header: http.Header{"X-Total": {"2"}}, Text: body}, now) {
		all = append(all, d.String())
	}
	return strings.Join(all, "; ")
}

// ruled is a document with one operation and a rule.
func ruled(rule string) (contract.Contract, error) {
	return contract.Read([]byte(`
openapi: 3.0.3
info: {title: Books, version: '1'}
paths:
  /shelves/{shelf}/books:
    get:
      operationId: listBooks
      x-answer-rules: [` + rule + `]
      parameters:
        - {name: shelf, in: path, required: true, schema: {type: string}}
        - {name: size, in: query, schema: {type: integer}}
      responses: {'200': {description: books}}
`))
}

func TestRulesOfMeaning(t *testing.T) {
	request := contract.Request{
		Path: "/base/shelves/a%2Fb/books", Query: url.Values{"size": {"2"}},
		Header: http.Header{"X-Trace": {"7f"}, "Content-Type": {contract.MediaForm}}, Body: "id=007&name=a+b",
	}
	for _, c := range []struct{ rule, body, want string }{
		{`{at: /books, maxItems: $request.query.size}`, `{"books":[1,2]}`, ""},
		{`{at: /books, maxItems: $request.query.size}`, `{"books":[1,2,3]}`, "/books: documented at most 2 elements ($request.query.size), got 3 elements"},
		{`{at: /books, maxItems: 1}`, `{"books":[1,2]}`, "/books: documented at most 1 elements, got 2 elements"},
		{`{at: /books, maxItems: $request.query.limit}`, `{"books":[1,2,3]}`, ""},
		{`{at: /books, maxItems: $response.header.X-Total}`, `{"books":[1,2,3]}`, "/books: documented at most 2 elements ($response.header.X-Total), got 3 elements"},
		{`{at: /books/*/shelf, equals: $request.path.shelf}`, `{"books":[{"shelf":"a/b"},{"shelf":"c"}]}`, `/books/1/shelf: documented "a/b" ($request.path.shelf), got "c"`},
		{`{at: /trace, equals: $request.header.X-Trace}`, `{"trace":"8"}`, `/trace: documented "7f" ($request.header.X-Trace), got "8"`},
		{`{at: /id, equals: $request.body#/id}`, `{"id":7}`, ""},
		{`{at: /id, equals: $request.body#/id}`, `{"id":8}`, `/id: documented "007" ($request.body#/id), got 8`},
		{`{at: /id, equals: $request.body#/other}`, `{"id":8}`, ""},
		{`{at: /id, equals: 7}`, `{"id":null}`, ""},
		{`{at: /id, equals: 7}`, `{}`, ""},
		{`{at: /end, after: $response.body#/begin}`, `{"begin":"2026-01-02","end":"2026-01-09"}`, ""},
		{`{at: /end, after: $response.body#/begin}`, `{"begin":"2026-01-09T00:00:00Z","end":"2026-01-02T00:00:00Z"}`, `/end: documented a time after response.body#/begin, got "2026-01-02T00:00:00Z"`},
		{`{at: /exp, after: $now}`, `{"exp":1795222799}`, ""}, // 20 s ago
		{`{at: /exp, after: $now}`, `{"exp":1795222700000}`, "/exp: documented a time after now, got 1795222700000"},
		{`{at: /exp, after: $now}`, `{"exp":"2026-11-20 12:00:00"}`, ""}, // in a zone that is not known
		{`{at: /exp, after: $now}`, `{"exp":"1999-11-20 12:00:00"}`, `/exp: documented a time after now, got "1999-11-20 12:00:00"`},
		{`{at: /at, before: $now}`, `{"at":"2026-11-21"}`, ""},
		{`{at: /at, before: $now}`, `{"at":"2026-11-21T09:00:00+08:00"}`, ""},
		{`{at: /at, before: $now}`, `{"at":"2027-11-21T09:00:00+08:00"}`, `/at: documented a time before now, got "2027-11-21T09:00:00+08:00"`},
		{`{at: /at, before: $now}`, `{"at":""}`, ""},
		{`{at: /at, equals: $now}`, `{"at":1795222801234}`, ""},
		{`{at: /at, equals: $now}`, `{"at":1795000000000}`, "/at: documented the present time, got 1795000000000"},
		{`{at: /*/mine, exactlyOne: true}`, `[{"mine":false},{"mine":true}]`, ""},
		{`{at: /*/mine, exactlyOne: true}`, `[{"mine":true},{"mine":true}]`, "/*/mine: documented true exactly once, got 2 times"},
		{`{at: /*/mine, exactlyOne: true}`, `[]`, "/*/mine: documented true exactly once, got 0 times"},
	} {
		document, err := ruled(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		o, _ := document.Operation("listBooks")
		if got := ruleLines(document, o, request, c.body, time.UnixMilli(1795222819000)); got != c.want {
			t.Errorf("%s on %s:\ngot  %s\nwant %s", c.rule, c.body, got, c.want)
		}
	}
}

func TestRulesThatCannotBeJudgedAreRefused(t *testing.T) {
	for rule, reason := range map[string]string{
		"{at: id, equals: 1}":                   "needs a JSON pointer at",
		"{at: /id}":                             "and one of equals",
		"{at: /id, equals: 1, after: $now}":     "and one of equals",
		"{at: /id, is: 1}":                      `unknown field "is"`,
		"{at: /id, equals: $request.cookie.id}": "is no runtime expression",
		"{at: /id, equals: $response.query.id}": "is no runtime expression",
		"{at: /id, equals: $today}":             "is no runtime expression",
		"{at: /id, equals: '$request.body#id'}": "is no runtime expression",
	} {
		if _, err := ruled(rule); err == nil || !strings.Contains(err.Error(), reason) || !strings.Contains(err.Error(), "listBooks") {
			t.Errorf("%s: %v", rule, err)
		}
	}
}
