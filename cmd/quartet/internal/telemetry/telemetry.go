package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/errgroup"
)

const (
	// flushTimeout is how long Stop waits for the collector. With the time for running
	// requests it is less than a supervisor waits before it kills.
	flushTimeout = 3 * time.Second
	// warnInterval is how long a warning stands for those after it.
	warnInterval = time.Minute
)

// Options describe what is sent where.
type Options struct {
	Endpoint string // URL of the collector, as CheckEndpoint accepts it
	Version  string // of the program
	Metrics  prometheus.Gatherer
	Log      *slog.Logger
}

// Telemetry sends until it is stopped. A collector that is away or slow costs what it
// would have been told, and no caller waits for it.
type Telemetry struct {
	traces  *sdktrace.TracerProvider
	metrics *metric.MeterProvider
	log     *slog.Logger
}

// CheckEndpoint refuses what is no http:// or https:// URL, and secrets in it. Its error
// does not contain the URL.
func CheckEndpoint(text string) error {
	endpoint, err := url.Parse(text)
	switch {
	case err != nil || endpoint.Hostname() == "" || endpoint.Scheme != "http" && endpoint.Scheme != "https" || endpoint.RawQuery != "" || endpoint.Fragment != "":
		return errors.New("must be like http://127.0.0.1:4318")
	case endpoint.User != nil:
		return errors.New("must hold no user name or password: set OTEL_EXPORTER_OTLP_HEADERS")
	}
	return nil
}

// Start begins to send. It connects in the background. The SDK reads the environment's
// OTEL_… variables: sampler, headers, certificates, attributes, intervals.
func Start(ctx context.Context, o Options) (*Telemetry, error) {
	if err := CheckEndpoint(o.Endpoint); err != nil {
		return nil, err
	}
	base, err := url.Parse(o.Endpoint)
	if err != nil {
		return nil, err
	}
	otel.SetErrorHandler(&warner{log: o.Log})
	described, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("quartet"), semconv.ServiceVersion(o.Version), semconv.ServiceInstanceID(uuid.NewString())),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	spans, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(base.JoinPath("v1/traces").String()))
	if err != nil {
		return nil, err
	}
	numbers, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(base.JoinPath("v1/metrics").String()))
	if err != nil {
		return nil, err
	}
	reader := metric.NewPeriodicReader(numbers, metric.WithProducer(bridge.NewMetricProducer(bridge.WithGatherer(o.Metrics))))
	return &Telemetry{
		traces:  sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans), sdktrace.WithResource(described)),
		metrics: metric.NewMeterProvider(metric.WithReader(reader), metric.WithResource(described)),
		log:     o.Log,
	}, nil
}

// Traces makes the spans that are sent.
func (t *Telemetry) Traces() trace.TracerProvider { return t.traces }

// Stop sends what is left, for three seconds at most. It goes on after the end of ctx.
func (t *Telemetry) Stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
	defer cancel()
	var both errgroup.Group
	both.Go(func() error { return t.traces.Shutdown(ctx) })
	both.Go(func() error { return t.metrics.Shutdown(ctx) })
	if err := both.Wait(); err != nil {
		t.log.Warn("the last traces or metrics could not be sent", "error", err)
	}
}

// warner logs the SDK's errors, one a minute.
type warner struct {
	log  *slog.Logger
	last atomic.Int64 // when, in Unix nanoseconds
}

// Handle implements otel.ErrorHandler.
func (w *warner) Handle(err error) {
	now, last := time.Now().UnixNano(), w.last.Load()
	if (last == 0 || now-last > int64(warnInterval)) && w.last.CompareAndSwap(last, now) {
		w.log.Warn("traces or metrics are not sent", "error", err)
	}
}
