package dialect_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/apierr"
	"quartet/server/dialect/all"
	"quartet/server/request"
)

const readingDocument = `
openapi: 3.0.3
info: {title: Reading, version: '1'}
paths:
  /things:
    post:
      operationId: addThing
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                integer: {type: integer, format: int32}
                text: {type: string, maxLength: 20}
                date: {type: string, pattern: '^(\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?)?$', x-date: yyyy-MM-dd HH:mm:ss}
                boolean: {type: boolean}
                object: {type: object, properties: {integer: {type: integer}}}
      responses: {'204': {description: added}}
`

// Results of a cell that are no value.
const refuse, missing = "refused", "missing"

// cell is a JSON value and what becomes of it for one type of the schema, as JSON.
type cell struct{ sent, strictly, jackson, fastjson string }

func refused(sent string) cell { return cell{sent, refuse, refuse, refuse} }
func same(sent string) cell    { return cell{sent, sent, sent, sent} }
func lenient(sent, made string) cell {
	return cell{sent, refuse, made, made}
}

// readings are JSON type × schema type × dialect.
var readings = map[string][]cell{
	"integer": {
		same(`7`), same(`-7`), {`7.0`, `7`, `7`, `7`}, {`1e2`, `100`, `100`, `100`},
		refused(`1.5`), refused(`2147483648`), refused(`1e400`),
		lenient(`"7"`, `7`), lenient(`"-7"`, `-7`), lenient(`"007"`, `7`), lenient(`"000"`, `0`),
		{`" 1 "`, refuse, `1`, refuse}, {`" "`, refuse, missing, refuse},
		refused(`"1.5"`), refused(`"1e2"`), refused(`"+1"`), refused(`"--1"`), refused(`"-"`), refused(`"1,000"`), refused(`"0x1"`),
		refused(`"１"`), refused(`"null"`), refused(`"2147483648"`), refused(`"` + strings.Repeat("9", 400) + `"`),
		lenient(`""`, missing), lenient(`null`, missing),
		refused(`true`), refused(`[7]`), refused(`{"a":7}`),
	},
	"text": {
		same(`"7"`), same(`" 7 "`), same(`""`), same(`"true"`),
		lenient(`13800138000`, `"13800138000"`), lenient(`-0`, `"-0"`), lenient(`1.50`, `"1.50"`), lenient(`1e2`, `"1e2"`),
		refused(`123456789012345678901`), // too long
		lenient(`true`, `"true"`), lenient(`false`, `"false"`), lenient(`null`, missing),
		refused(`["7"]`), refused(`{"a":7}`),
	},
	"date": {
		same(`"2000-08-30"`), same(`"2000-08-30 09:20:32"`), same(`""`),
		lenient(`967596032000`, `"2000-08-30 08:40:32"`), lenient(`-1000`, `"1970-01-01 07:59:59"`), lenient(`0`, `"1970-01-01 08:00:00"`),
		lenient(`"967596032000"`, `"2000-08-30 08:40:32"`),
		lenient(`"2000-08-30T00:40:32Z"`, `"2000-08-30 08:40:32"`), lenient(`"2000-08-30T00:40:32.123+00:00"`, `"2000-08-30 08:40:32"`),
		lenient(`"2000-08-30T09:40:32+0900"`, `"2000-08-30 08:40:32"`), lenient(`"2000-08-30T08:40:32"`, `"2000-08-30 08:40:32"`),
		{`"2000-08-30T09:20"`, refuse, refuse, `"2000-08-30 09:20:00"`}, {`"2000-08-30 09:20"`, refuse, refuse, `"2000-08-30 09:20:00"`},
		{`"2000/08/30"`, refuse, refuse, `"2000-08-30 00:00:00"`}, {`"2000/8/3 9:20"`, refuse, refuse, `"2000-08-03 09:20:00"`},
		{`"20001301"`, refuse, `"1970-01-01 13:33:21"`, refuse},
		{`"20000830"`, refuse, `"1970-01-01 13:33:20"`, `"2000-08-30 00:00:00"`},
		refused(`"2000/02/31"`), refused(`"30.08.2000"`), refused(`"yesterday"`), refused(`" "`), refused(`9e18`), refused(`253402300800000`),
		lenient(`null`, missing), refused(`true`), refused(`1.5`), refused(`[2000,8,30]`), refused(`{"a":1}`),
	},
	"boolean": {
		same(`true`), refused(`"true"`), refused(`1`), refused(`""`), lenient(`null`, missing), refused(`[true]`), refused(`{"a":true}`),
	},
	"object": {
		same(`{}`), {`{"integer":"7"}`, refuse, `{"integer":7}`, `{"integer":7}`}, {`{"integer":null}`, refuse, `{}`, `{}`},
		lenient(`null`, missing), refused(`""`), refused(`7`), refused(`[]`), refused(`{"Integer":7}`),
		{`{"integer":7,"Integer":8}`, refuse, `{"integer":7}`, `{"integer":7}`}, {`{"integer":null,"Integer":8}`, refuse, `{}`, `{}`},
		{`{"other":7}`, refuse, `{"other":7}`, `{"other":7}`},
	},
}

func TestReadings(t *testing.T) {
	type way struct {
		rules request.Rules
		want  func(cell) string
	}
	ways := map[string]way{"strict": {request.Rules{}, func(c cell) string { return c.strictly }}}
	for _, d := range all.Dialects {
		ways[d.Name] = way{d.Rules, func(c cell) string { return c.jackson }}
		if d.Rules.Name == "fastjson" {
			ways[d.Name] = way{d.Rules, func(c cell) string { return c.fastjson }}
		}
	}
	for name, way := range ways {
		operation := readingOperation(t, way.rules)
		for field, cells := range readings {
			for _, c := range cells {
				for range 3 { // members of a body have no order
					if got := readField(t, operation, field, c.sent); got != way.want(c) {
						t.Errorf("%s: %s as %s: %s, want %s", name, c.sent, field, got, way.want(c))
					}
				}
			}
		}
	}
}

func readingOperation(t *testing.T, rules request.Rules) *request.Operation {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData([]byte(readingDocument))
	if err != nil {
		t.Fatal(err)
	}
	rules.Zone = time.FixedZone("Asia/Shanghai", 8*60*60)
	operations, err := request.New(document, request.Options{Rules: func(*openapi3.Operation) request.Rules { return rules }})
	if err != nil {
		t.Fatal(err)
	}
	return operations[request.Route{Method: http.MethodPost, Path: "/things"}]
}

// readField reads a body of one member. A refusal has to name it.
func readField(t *testing.T, operation *request.Operation, field, value string) string {
	t.Helper()
	sent := httptest.NewRequest(http.MethodPost, "/things", strings.NewReader(fmt.Sprintf(`{%q:%s}`, field, value)))
	sent.Header.Set("Content-Type", "application/json")
	members, err := operation.Read(echo.New().NewContext(sent, httptest.NewRecorder()))
	if err != nil {
		if named := apierr.As(err).Field; !strings.HasPrefix(named, field) {
			t.Errorf("%s as %s: the refusal names %q", value, field, named)
		}
		return refuse
	}
	read, sentOn := members[field]
	if !sentOn {
		return missing
	}
	text, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
