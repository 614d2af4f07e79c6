package request_test

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/server/apierr"
	"quartet/server/request"
)

const rulesDocument = `
openapi: 3.0.3
info: {title: Rules, version: '1'}
paths:
  /things:
    post:
      operationId: addThing
      requestBody:
        content:
          application/json: {schema: &thing {type: object, properties: {name: {type: string}, count: {type: integer}, inner: {type: object, properties: {note: {type: string}}}}}}
          application/x-www-form-urlencoded: {schema: *thing}
      responses: {'204': {description: added}}
    get:
      operationId: listThings
      parameters: [{name: page, in: query, schema: {type: integer}}]
      responses: {'204': {description: listed}}
`

// read reads one request and gives its members, or the field and reason of the
// refusal.
func read(t *testing.T, rules request.Rules, method, target, contentType, body string) any {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData([]byte(rulesDocument))
	if err != nil {
		t.Fatal(err)
	}
	operations, err := request.New(document, request.Options{Rules: func(*openapi3.Operation) request.Rules { return rules }})
	if err != nil {
		t.Fatal(err)
	}
	sent := httptest.NewRequest(method, target, strings.NewReader(body))
	sent.Header.Set("Content-Type", contentType)
	c := echo.New().NewContext(sent, httptest.NewRecorder())
	members, err := operations[request.Route{Method: method, Path: "/things"}].Read(c)
	if err != nil {
		return apierr.As(err).Field + " " + string(apierr.As(err).Reason)
	}
	return members
}

func TestRulesReadMoreLeniently(t *testing.T) {
	const inJSON, inForm = "application/json", "application/x-www-form-urlencoded"
	type members = map[string]any
	for name, c := range map[string]struct {
		method, target, media, body string
		strictly                    any
		rules                       request.Rules
		leniently                   any
	}{
		"null":                   {"POST", "/things", inJSON, `{"name":null,"count":null}`, "", request.Rules{NullIsAbsent: true}, members{}},
		"null below":             {"POST", "/things", inJSON, `{"inner":{"note":null}}`, "inner.note type", request.Rules{NullIsAbsent: true}, members{"inner": members{}}},
		"empty number in a form": {"POST", "/things", inForm, "name=&count=", "count type", request.Rules{EmptyNumberIsAbsent: true}, members{"name": ""}},
		"empty parameter":        {"GET", "/things?page=", "", "", "page type", request.Rules{EmptyNumberIsAbsent: true}, "page required"},
		"JSON read as a form":    {"POST", "/things", inForm, `{"token":"AT-1-secret","count":1}`, "body undocumented", request.Rules{IgnoreUnknown: true}, members{`{"token":"AT-1-secret","count":1}`: ""}},
		"a long name":            {"POST", "/things", inForm, strings.Repeat("x", 500) + "=1", strings.Repeat("x", 128) + " undocumented", request.Rules{IgnoreUnknown: true}, members{strings.Repeat("x", 500): "1"}},
		"a GBK text at the end":  {"POST", "/things", inForm + "; charset=gbk", "name=wang\xc2\xa0\r\n", "Content-Type ", request.Rules{Encodings: true}, members{"name": "wang聽"}},
		"a charset that is lost": {"POST", "/things", inJSON + "; charset=gbk;foo", `{"name":"x"}`, "Content-Type ", request.Rules{Encodings: true}, "Content-Type "},
		"HEAD is read as GET":    {"HEAD", "/things?page=x", "", "", "page type", request.Rules{}, "page type"},
	} {
		got := read(t, request.Rules{}, c.method, c.target, c.media, c.body)
		if text, refused := got.(string); !refused || !strings.Contains(text, c.strictly.(string)) {
			t.Errorf("%s, strictly: %v, want %v", name, got, c.strictly)
		}
		if got := read(t, c.rules, c.method, c.target, c.media, c.body); !reflect.DeepEqual(got, c.leniently) {
			t.Errorf("%s, leniently: %v, want %v", name, got, c.leniently)
		}
	}
}

func TestNewRefusesWhatItCannotRead(t *testing.T) {
	for change, why := range map[[2]string]string{
		{"application/x-www-form-urlencoded", "multipart/form-data"}:        "no decoder",
		{"operationId: addThing", "operationId: a\n      x-query-too: [x]"}: "x-query-too",
		{"requestBody:", "requestBody: {content: {application/x-www-form-urlencoded: {schema: {properties: {name: {type: string, x-contentMediaType: application/json}}}}}}\n      x-was:"}: "x-contentMediaType",
	} {
		document, err := openapi3.NewLoader().LoadFromData([]byte(strings.ReplaceAll(rulesDocument, change[0], change[1])))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := request.New(document, request.Options{}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", why, err)
		}
	}
}

func TestLimitHeadersCountsTheLineToo(t *testing.T) {
	next := func(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
	for target, refused := range map[string]bool{"/" + strings.Repeat("a", 90): false, "/" + strings.Repeat("a", 100): true} {
		c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, target, nil), httptest.NewRecorder())
		if err := request.LimitHeaders(100)(next)(c); apierr.Is(err, apierr.HeadersTooLarge) != refused {
			t.Errorf("%d bytes: %v", len(target), err)
		}
	}
}
