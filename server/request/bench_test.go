package request

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"quartet/openapi"
)

// The stages of reading a request, one benchmark each.

const benchmarkLogin = `{"companyType":0,"mobile":"13900001111","productType":0,"source":"web","validateNo":"246135"}`

// lenient are the rules of a dialect.
var lenient = Rules{
	IgnoreUnknown: true, IgnoreOtherCase: true, NullIsAbsent: true, EmptyNumberIsAbsent: true, TextForInteger: true,
	TrimIntegers: true, ScalarForText: true, Encodings: true, MultipartForm: true, JSONForForm: true,
}

func benchmarkOperation(b *testing.B, method, path string, rules Rules) *Operation {
	b.Helper()
	document, err := openapi3.NewLoader().LoadFromData(openapi.Requests)
	if err != nil {
		b.Fatal(err)
	}
	table, err := New(document, Options{Rules: func(*openapi3.Operation) Rules { return rules }})
	if err != nil {
		b.Fatal(err)
	}
	found := table[Route{method, path}]
	if found == nil {
		b.Fatal("no operation", method, path)
	}
	return found
}

func BenchmarkStageParameters(b *testing.B) {
	o := benchmarkOperation(b, http.MethodGet, "/user/info", lenient)
	request := httptest.NewRequest(http.MethodGet, "/user/info?userId=1000001&accessToken=AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW", nil)
	c := echo.New().NewContext(request, httptest.NewRecorder())
	b.ReportAllocs()
	for b.Loop() {
		if err := o.checkParameters(c); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStageBody reads, converts and validates a body: JSON, JSON of other types, and a
// form that holds JSON.
func BenchmarkStageBody(b *testing.B) {
	const converted = `{"companyType":"0","mobile":13900001111,"productType":"","source":null,"validateNo":246135}`
	const form = "user=%7B%22username%22%3A%22lu.jiahe%22%2C%22nickname%22%3A%22%E5%98%89%E7%A6%BE%22%7D"
	for name, sent := range map[string]struct {
		path, media, body string
		rules             Rules
	}{
		"json":        {"/auth/mobile/login", mediaJSON, benchmarkLogin, lenient},
		"json-strict": {"/auth/mobile/login", mediaJSON, benchmarkLogin, Rules{}},
		"converted":   {"/auth/mobile/login", mediaJSON, converted, lenient},
		"form":        {"/api/user/create", mediaForm, form, lenient},
		"form-strict": {"/api/user/create", mediaForm, form, Rules{}},
	} {
		b.Run(name, func(b *testing.B) {
			o := benchmarkOperation(b, http.MethodPost, sent.path, sent.rules)
			b.ReportAllocs()
			for b.Loop() {
				request := httptest.NewRequest(http.MethodPost, sent.path, strings.NewReader(sent.body))
				request.Header.Set("Content-Type", sent.media)
				if _, err := o.readBody(request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStageParseJSON(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseJSON([]byte(benchmarkLogin), DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStageValidate(b *testing.B) {
	login := benchmarkOperation(b, http.MethodPost, "/auth/mobile/login", lenient).bodies[mediaJSON]
	value, err := parseJSON([]byte(benchmarkLogin), DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := login.shape.convert(value.(map[string]any), login.rules, false); err != nil {
			b.Fatal(err)
		}
		if err := validate(login.schema, value, "body"); err != nil {
			b.Fatal(err)
		}
	}
}
