package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"quartet/server/account"
	"quartet/server/keys"
	"quartet/server/password"
	"quartet/store"
)

// newMetrics are the metrics of the program; the server adds those of requests.
func newMetrics(database *store.Store, ring *keys.Keyring, hasher *password.Hasher) *prometheus.Registry {
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "quartet_build_info", Help: "Always 1, with the running version.",
		ConstLabels: prometheus.Labels{"version": version()},
	})
	build.Set(1)
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		build,
		flagGauge("quartet_keys_stale", "1 while the directory of the signing keys cannot be read and the last known keys are used.", ring.Stale),
		gauge("quartet_password_hashes_running", "Passwords being hashed now.", func() int { running, _ := hasher.Stats(); return running }),
		gauge("quartet_password_hashes_waiting", "Requests waiting to hash a password; at most 64 can wait.", func() int { _, waiting := hasher.Stats(); return waiting }),
		poolCollector{database},
	)
	return metrics
}

// budgetMetrics tell how much of the budget of one-time codes is used up, by all servers;
// -1 while the database does not answer.
func budgetMetrics(accounts *account.Service) []prometheus.Collector {
	return []prometheus.Collector{
		gauge("quartet_code_budget_used", "One-time codes of the budget (--code-budget) that all servers have sent; -1 if unknown.", func() int {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			sent, err := accounts.CodeBudgetUsed(ctx)
			if err != nil {
				return -1
			}
			return int(sent)
		}),
		gauge("quartet_code_budget", "One-time codes that --code-budget allows.", func() int { return int(accounts.CodeBudget()) }),
	}
}

func gauge(name, help string, value func() int) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
}

// flagGauge is 1 while a condition holds and 0 otherwise.
func flagGauge(name, help string, holds func() bool) prometheus.Collector {
	return gauge(name, help, func() int {
		if holds() {
			return 1
		}
		return 0
	})
}

// poolCollector gives the metrics of the database's connection pools.
type poolCollector struct{ database *store.Store }

var (
	poolLabel       = []string{"pool"}
	poolMax         = prometheus.NewDesc("quartet_database_connections_max", "Maximum number of connections of a pool.", poolLabel, nil)
	poolOpen        = prometheus.NewDesc("quartet_database_connections_open", "Open connections of a pool.", poolLabel, nil)
	poolInUse       = prometheus.NewDesc("quartet_database_connections_in_use", "Connections in use.", poolLabel, nil)
	poolWaits       = prometheus.NewDesc("quartet_database_waits_total", "How often no connection was free.", poolLabel, nil)
	poolWaitSeconds = prometheus.NewDesc("quartet_database_wait_seconds_total", "Time spent waiting for a free connection.", poolLabel, nil)
)

// Describe implements prometheus.Collector.
func (c poolCollector) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, out) }

// Collect implements prometheus.Collector.
func (c poolCollector) Collect(out chan<- prometheus.Metric) {
	const gauge, counter = prometheus.GaugeValue, prometheus.CounterValue
	for pool, stats := range c.database.Connections() {
		out <- prometheus.MustNewConstMetric(poolMax, gauge, float64(stats.MaxOpenConnections), pool)
		out <- prometheus.MustNewConstMetric(poolOpen, gauge, float64(stats.OpenConnections), pool)
		out <- prometheus.MustNewConstMetric(poolInUse, gauge, float64(stats.InUse), pool)
		out <- prometheus.MustNewConstMetric(poolWaits, counter, float64(stats.WaitCount), pool)
		out <- prometheus.MustNewConstMetric(poolWaitSeconds, counter, stats.WaitDuration.Seconds(), pool)
	}
}
