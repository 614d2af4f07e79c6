package engine

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Traced is an engine that makes a span of each statement and transaction whose context
// has a sampled span. Spans have the text of a statement, in which each value is a
// placeholder, and neither arguments nor texts of errors, which MySQL writes values into.
type Traced struct{ Engine }

// scope is the name of the instrumentation.
const scope = "quartet/store"

// systems are the names of the engines in the semantic conventions.
var systems = map[string]attribute.KeyValue{
	"sqlite": semconv.DBSystemNameSQLite, "postgres": semconv.DBSystemNamePostgreSQL, "mysql": semconv.DBSystemNameMySQL,
}

// start begins a span; nil: none is made.
func (e Traced) start(ctx context.Context, name string, attributes ...attribute.KeyValue) (context.Context, trace.Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.SpanContext().IsSampled() {
		return ctx, nil
	}
	return parent.TracerProvider().Tracer(scope).Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(systems[e.Name()]), trace.WithAttributes(attributes...))
}

func (e Traced) statement(ctx context.Context, query string) (context.Context, trace.Span) {
	operation, table := summary(query)
	return e.start(ctx, strings.TrimSpace(operation+" "+table), semconv.DBQueryText(query), semconv.DBOperationName(operation), semconv.DBCollectionName(table))
}

// end ends a span with the kind of the error.
func (e Traced) end(span trace.Span, err error) {
	if span == nil {
		return
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(semconv.ErrorTypeKey.String(kind(e.Classify(err))))
	}
	span.End()
}

func kind(class Class) string {
	switch {
	case class.Conflict != "":
		return "conflict"
	case class.Retry:
		return "retry"
	case class.Unavailable:
		return "unavailable"
	case class.Dangling, class.Refused:
		return "refused"
	default:
		return "_OTHER"
	}
}

// summary returns the first word of a statement, and the table of the first FROM, INTO or
// UPDATE.
func summary(query string) (operation, table string) {
	operation, rest, _ := strings.Cut(strings.TrimSpace(query), " ")
	if operation == "UPDATE" {
		rest = " " + operation + " " + rest
	}
	for _, before := range []string{" FROM ", " INTO ", " UPDATE "} {
		if _, after, found := strings.Cut(" "+rest, before); found {
			end := strings.IndexFunc(after, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
			if end < 0 {
				end = len(after)
			}
			return operation, after[:end]
		}
	}
	return operation, ""
}

func (e Traced) Each(ctx context.Context, query string, args, fields []any, found func()) error {
	ctx, span := e.statement(ctx, query)
	err := e.Engine.Each(ctx, query, args, fields, found)
	e.end(span, err)
	return err
}

func (e Traced) Select(ctx context.Context, rows any, query string, args ...any) error {
	ctx, span := e.statement(ctx, query)
	err := e.Engine.Select(ctx, rows, query, args...)
	e.end(span, err)
	return err
}

func (e Traced) SelectOnce(ctx context.Context, rows any, query string, args ...any) error {
	ctx, span := e.statement(ctx, query)
	err := e.Engine.SelectOnce(ctx, rows, query, args...)
	e.end(span, err)
	return err
}

// Write makes one span of the transaction, from the wait for it to the end of its commit.
// Spans of its statements are below that.
func (e Traced) Write(ctx context.Context, do func(Tx) error) error {
	return e.transaction(ctx, e.Engine.Write, do)
}

func (e Traced) WriteAlone(ctx context.Context, do func(Tx) error) error {
	return e.transaction(ctx, e.Engine.WriteAlone, do)
}

func (e Traced) transaction(ctx context.Context, run func(context.Context, func(Tx) error) error, do func(Tx) error) error {
	ctx, span := e.start(ctx, "transaction")
	if span == nil {
		return run(ctx, do)
	}
	var refused error
	err := run(ctx, func(t Tx) error {
		refused = do(tracedTx{t, e, span})
		return refused
	})
	if refused != nil {
		// Spans of statements have the errors of the database.
		span.SetAttributes(attribute.Bool("quartet.rolled_back", true))
		span.End()
		return err
	}
	e.end(span, err)
	return err
}

type tracedTx struct {
	Tx
	engine Traced
	span   trace.Span // of the transaction
}

// below makes the span of a statement: the context is one that the caller made before
// the transaction began.
func (t tracedTx) below(ctx context.Context, query string) (context.Context, trace.Span) {
	return t.engine.statement(trace.ContextWithSpan(ctx, t.span), query)
}

func (t tracedTx) Get(ctx context.Context, row any, query string, args ...any) error {
	ctx, span := t.below(ctx, query)
	err := t.Tx.Get(ctx, row, query, args...)
	t.engine.end(span, err)
	return err
}

func (t tracedTx) Select(ctx context.Context, rows any, query string, args ...any) error {
	ctx, span := t.below(ctx, query)
	err := t.Tx.Select(ctx, rows, query, args...)
	t.engine.end(span, err)
	return err
}

func (t tracedTx) Exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	ctx, span := t.below(ctx, query)
	changed, err = t.Tx.Exec(ctx, query, args...)
	t.engine.end(span, err)
	return changed, err
}

func (t tracedTx) ExecOnce(ctx context.Context, query string, args ...any) (changed int64, err error) {
	ctx, span := t.below(ctx, query)
	changed, err = t.Tx.ExecOnce(ctx, query, args...)
	t.engine.end(span, err)
	return changed, err
}

// Later makes a span of the time until the statement is queued, or done where the engine
// does not wait. The statement that it is sent with has the time of the round trip.
func (t tracedTx) Later(ctx context.Context, query string, args []any, changed func(rows int64) error) error {
	ctx, span := t.below(ctx, query)
	err := t.Tx.Later(ctx, query, args, changed)
	t.engine.end(span, err)
	return err
}

// SelectLater is traced as Later is.
func (t tracedTx) SelectLater(ctx context.Context, rows any, query string, args ...any) error {
	ctx, span := t.below(ctx, query)
	err := t.Tx.SelectLater(ctx, rows, query, args...)
	t.engine.end(span, err)
	return err
}
