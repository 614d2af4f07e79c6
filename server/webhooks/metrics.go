package webhooks

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	attempts      *prometheus.CounterVec
	dead          prometheus.Counter
	pending, open prometheus.Gauge
}

func newMetrics(registry prometheus.Registerer) metrics {
	m := metrics{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quartet_webhook_attempts_total", Help: "Attempts to deliver events to webhooks, by result: delivered or failed.",
		}, []string{"result"}),
		dead: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "quartet_webhook_dead_total", Help: "Deliveries that were given up.",
		}),
		pending: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "quartet_webhook_pending", Help: "Deliveries that are still to be made, of all servers.",
		}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "quartet_webhook_circuits_open", Help: "Webhooks that rest because they have failed too often.",
		}),
	}
	for _, result := range []string{"delivered", "failed"} {
		m.attempts.WithLabelValues(result)
	}
	if registry != nil {
		registry.MustRegister(m.attempts, m.dead, m.pending, m.open)
	}
	return m
}
