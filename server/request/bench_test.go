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

func benchmarkOperation(b *testing.B, method, path string) *Operation {
	b.Helper()
	document, err := openapi3.NewLoader().LoadFromData(openapi.Requests)
	if err != nil {
		b.Fatal(err)
	}
	table, err := New(document, Options{})
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
	o := benchmarkOperation(b, http.MethodGet, "/user/info")
	request := httptest.NewRequest(http.MethodGet, "/user/info?userId=1000001&accessToken=AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW", nil)
	c := echo.New().NewContext(request, httptest.NewRecorder())
	b.ReportAllocs()
	for b.Loop() {
		if err := o.checkParameters(c); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStageBody reads, checks and validates a body, as JSON and as a form
// that holds JSON.
func BenchmarkStageBody(b *testing.B) {
	for name, sent := range map[string]struct{ path, media, body string }{
		"json": {"/auth/mobile/login", mediaJSON, benchmarkLogin},
		"form": {"/api/user/create", mediaForm, "user=%7B%22username%22%3A%22lu.jiahe%22%2C%22nickname%22%3A%22%E5%98%89%E7%A6%BE%22%7D"},
	} {
		b.Run(name, func(b *testing.B) {
			o := benchmarkOperation(b, http.MethodPost, sent.path)
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
	login := benchmarkOperation(b, http.MethodPost, "/auth/mobile/login").bodies[mediaJSON]
	value, err := parseJSON([]byte(benchmarkLogin), DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := login.check(value); err != nil {
			b.Fatal(err)
		}
	}
}
