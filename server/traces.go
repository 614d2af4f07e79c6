package server

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"quartet/server/apierr"
	"quartet/server/request"
)

// untraced are asked every few seconds by what watches the server.
var untraced = []string{"/healthz", "/readyz", "/metrics"}

// traceRequests makes a span of each request. It has the route and not the path, and
// nothing of the query, the headers or the client.
//
// A caller cannot choose what is sampled: a request begins a trace of its own, with a link
// to the one of the header traceparent. Only with Options.TrustTraceparent the trace that a
// trusted proxy names is continued.
func (s *server) traceRequests(o Options) echo.MiddlewareFunc {
	tracer := o.Traces.Tracer("quartet")
	peer := echo.ExtractIPDirect()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if slices.Contains(untraced, c.Path()) {
				return next(c)
			}
			r := c.Request()
			ctx, options := r.Context(), []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(s.requestAttributes(c)...)}
			from := propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
			caller := trace.SpanContextFromContext(from)
			hop, ok := parseHop(peer(r))
			switch {
			case !caller.IsValid():
			case o.TrustTraceparent && ok && isTrusted(hop, o.TrustedProxies):
				ctx = from
			default: // without the state, which can be any text
				options = append(options, trace.WithLinks(trace.Link{SpanContext: caller.WithTraceState(trace.TraceState{})}))
			}
			ctx, span := tracer.Start(ctx, s.spanName(c), options...)
			defer span.End()
			c.SetRequest(r.WithContext(ctx))
			err := next(c)
			span.SetAttributes(semconv.HTTPResponseStatusCode(c.Response().Status))
			return err
		}
	}
}

// spanName is the operation of the contract, or else the method.
func (s *server) spanName(c echo.Context) string {
	if o := s.operations[request.RouteOf(c)]; o != nil {
		return o.OperationID
	}
	return knownMethod(c)
}

func (s *server) requestAttributes(c echo.Context) []attribute.KeyValue {
	attributes := []attribute.KeyValue{semconv.HTTPRequestMethodKey.String(knownMethod(c)), semconv.URLScheme("http")}
	if o := s.operations[request.RouteOf(c)]; o != nil {
		return append(attributes, semconv.HTTPRoute(o.Path), attribute.String("quartet.dialect", o.dialect.Name))
	}
	if path := c.Path(); path != "" {
		attributes = append(attributes, semconv.HTTPRoute(path))
	}
	return attributes
}

// knownMethod is the method of the request in the semantic conventions.
func knownMethod(c echo.Context) string {
	if method := methodLabel(c.Request().Method); method != "other" {
		return method
	}
	return "_OTHER"
}

// traceFailure adds a failure to the span of its request. Its HTTP status can be 200 in
// the answer.
func traceFailure(c echo.Context, failed *apierr.Error, status int) {
	span := trace.SpanFromContext(c.Request().Context())
	span.SetAttributes(attribute.String("quartet.failure", string(failed.Code)))
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(semconv.ErrorTypeKey.String(string(failed.Code)))
	}
}
