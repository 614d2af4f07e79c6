package server_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"quartet/server"
)

// TestWhoseTraceparentCounts: an outsider decides neither the trace of a request nor
// whether it is sampled.
func TestWhoseTraceparentCounts(t *testing.T) {
	t.Parallel()
	const named = "4bf92f3577b34da6a3ce929d0e0e4736"
	for name, test := range map[string]struct {
		peer, flags              string
		trust, sampling          bool
		spans, linked, continued bool
	}{
		"an outsider is linked":                         {"203.0.113.9", "01", true, true, true, true, false},
		"an outsider cannot prevent sampling":           {"203.0.113.9", "00", true, true, true, true, false},
		"an outsider cannot force sampling":             {"203.0.113.9", "01", true, false, false, false, false},
		"a proxy is linked unless it is told otherwise": {"192.0.2.1", "01", false, true, true, true, false},
		"a proxy cannot force sampling either":          {"192.0.2.1", "01", false, false, false, false, false},
		"a trusted traceparent is continued":            {"192.0.2.1", "01", true, false, true, false, true},
		"a trusted decision against sampling counts":    {"192.0.2.1", "00", true, true, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recorder := tracetest.NewSpanRecorder()
			sampler := sdktrace.NeverSample()
			if test.sampling {
				sampler = sdktrace.AlwaysSample()
			}
			traces := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithSampler(sdktrace.ParentBased(sampler)))
			_, proxies, err := net.ParseCIDR("192.0.2.0/24")
			must(t, err)
			handler, err := server.New(server.Options{Traces: traces, TrustTraceparent: test.trust, TrustedProxies: []*net.IPNet{proxies}})
			must(t, err)
			request := httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil)
			request.RemoteAddr = test.peer + ":1234"
			request.Header.Set("traceparent", "00-"+named+"-00f067aa0ba902b7-"+test.flags)
			handler.ServeHTTP(httptest.NewRecorder(), request)
			spans := recorder.Ended()
			if (len(spans) == 1) != test.spans {
				t.Fatalf("%d spans", len(spans))
			}
			if !test.spans {
				return
			}
			linked := len(spans[0].Links()) == 1 && spans[0].Links()[0].SpanContext.TraceID().String() == named
			continued := spans[0].SpanContext().TraceID().String() == named
			if linked != test.linked || continued != test.continued {
				t.Errorf("linked %t, continued %t", linked, continued)
			}
		})
	}
}
