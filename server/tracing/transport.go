package tracing

import (
	"net/http"
	"strconv"

	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Transport makes a client span of each request that base sends. It has the host and not
// the URL, whose path and query hold secrets of WeChat, of SMS services and of webhooks.
// The request stays as it is: another company's server is not told the trace.
//
// The span is below that of the request's context. Where there is none, as in a background
// job, provider makes it the first of a trace; nil makes none then.
func Transport(base http.RoundTripper, provider trace.TracerProvider) http.RoundTripper {
	return transport{base, provider}
}

type transport struct {
	base     http.RoundTripper
	provider trace.TracerProvider
}

// RoundTrip implements http.RoundTripper. The span ends with the headers of the response.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	provider := t.provider
	if parent := trace.SpanFromContext(r.Context()); parent.SpanContext().IsValid() {
		provider = parent.TracerProvider() // also of a span that has ended
	}
	if provider == nil {
		return t.base.RoundTrip(r)
	}
	_, span := provider.Tracer("quartet").Start(r.Context(), r.Method, trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	if !span.IsRecording() {
		return t.base.RoundTrip(r)
	}
	span.SetAttributes(semconv.HTTPRequestMethodKey.String(r.Method), semconv.ServerAddress(r.URL.Hostname()), semconv.ServerPort(portOf(r)))
	response, err := t.base.RoundTrip(r)
	if err != nil { // its text contains the URL
		span.SetAttributes(semconv.ErrorTypeOther)
		span.SetStatus(codes.Error, "")
		return response, err
	}
	span.SetAttributes(semconv.HTTPResponseStatusCode(response.StatusCode))
	if response.StatusCode >= http.StatusBadRequest {
		span.SetAttributes(semconv.ErrorTypeKey.String(strconv.Itoa(response.StatusCode)))
		span.SetStatus(codes.Error, "")
	}
	return response, nil
}

func portOf(r *http.Request) int {
	if port, err := strconv.Atoi(r.URL.Port()); err == nil {
		return port
	}
	if r.URL.Scheme == "http" {
		return 80
	}
	return 443
}
