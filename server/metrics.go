package server

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quartet/server/apierr"
)

// metrics are the server's metrics. Durations are in seconds.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	failures *prometheus.CounterVec
	inFlight prometheus.Gauge
	known    sync.Map // requestLabels → *requestMetrics
}

// requestLabels are the labels of a request.
type requestLabels struct {
	operation, method string
	status            int
}

// requestMetrics are the count and durations of requests with the same labels.
type requestMetrics struct {
	requests prometheus.Counter
	duration prometheus.Observer
}

func newMetrics(registry *prometheus.Registry) *metrics {
	if registry == nil {
		registry = prometheus.NewRegistry()
	}
	m := &metrics{
		registry: registry,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quartet_http_requests_total", Help: "Answered requests by operation, method and HTTP status.",
		}, []string{"operation", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "quartet_http_request_duration_seconds", Help: "Time to the answer by operation.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"operation"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quartet_failures_total", Help: "Failures by dialect and symbol of the error catalogue.",
		}, []string{"dialect", "failure"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "quartet_http_requests_in_flight", Help: "Requests being answered now.",
		}),
	}
	registry.MustRegister(m.requests, m.duration, m.failures, m.inFlight)
	return m
}

func (m *metrics) observe(kind requestLabels, took time.Duration) {
	found, ok := m.known.Load(kind)
	if !ok {
		found, _ = m.known.LoadOrStore(kind, &requestMetrics{
			requests: m.requests.WithLabelValues(kind.operation, kind.method, strconv.Itoa(kind.status)),
			duration: m.duration.WithLabelValues(kind.operation),
		})
	}
	of := found.(*requestMetrics)
	of.requests.Inc()
	of.duration.Observe(took.Seconds())
}

func (m *metrics) failed(dialect string, code apierr.Code) {
	m.failures.WithLabelValues(dialect, string(code)).Inc()
}

// methodLabel replaces unknown methods, which would grow the metrics without bound.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "other"
	}
}
