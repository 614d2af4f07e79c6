package tracing

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// Scope is the name of the instrumentation that makes the spans.
const Scope = "quartet"

// Start begins a span below the sampled span of ctx, which may have ended. Without one it
// returns ctx and a span that records nothing. The caller ends the span.
func Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.SpanContext().IsSampled() {
		return ctx, none
	}
	return parent.TracerProvider().Tracer(Scope).Start(ctx, name, options...)
}

// none records nothing.
var none = trace.SpanFromContext(context.Background())
