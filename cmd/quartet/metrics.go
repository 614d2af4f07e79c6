package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"quartet/server/keys"
	"quartet/server/password"
	"quartet/store"
)

// buildGauge says which version runs: while servers are upgraded there are two.
func buildGauge() prometheus.Collector {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "quartet_build_info", Help: "1, with the version that runs.",
		ConstLabels: prometheus.Labels{"version": version()},
	})
	gauge.Set(1)
	return gauge
}

// staleKeys tells that the folder of the keys cannot be read: then no key made or
// retired there is known here.
func staleKeys(ring *keys.Keyring) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "quartet_keys_stale", Help: "1 while the folder of the signing keys cannot be read, and the last ones are used.",
	}, func() float64 {
		if ring.Stale() {
			return 1
		}
		return 0
	})
}

var (
	hashesRunning = prometheus.NewDesc("quartet_password_hashes_running", "Passwords being hashed now.", nil, nil)
	hashesWaiting = prometheus.NewDesc("quartet_password_hashes_waiting", "Requests waiting to hash a password; there is room for --hash-queue of them.", nil, nil)
)

// hashingFigures tell how busy the hasher is when they are asked for.
type hashingFigures struct{ hasher *password.Hasher }

// Describe names them.
func (hashingFigures) Describe(out chan<- *prometheus.Desc) {
	out <- hashesRunning
	out <- hashesWaiting
}

// Collect reads them.
func (f hashingFigures) Collect(out chan<- prometheus.Metric) {
	running, waiting := f.hasher.Stats()
	out <- prometheus.MustNewConstMetric(hashesRunning, prometheus.GaugeValue, float64(running))
	out <- prometheus.MustNewConstMetric(hashesWaiting, prometheus.GaugeValue, float64(waiting))
}

var (
	byPool            = []string{"pool"}
	connectionsMost   = prometheus.NewDesc("quartet_database_connections_max", "Connections a pool may have.", byPool, nil)
	connectionsOpen   = prometheus.NewDesc("quartet_database_connections_open", "Connections a pool has.", byPool, nil)
	connectionsInUse  = prometheus.NewDesc("quartet_database_connections_in_use", "Connections that work now.", byPool, nil)
	connectionWaits   = prometheus.NewDesc("quartet_database_waits_total", "Times that no connection was free.", byPool, nil)
	connectionWaiting = prometheus.NewDesc("quartet_database_wait_seconds_total", "Time spent waiting for a free connection.", byPool, nil)
)

// connectionFigures tell how the database's connections are used when they are
// asked for.
type connectionFigures struct{ database *store.Store }

// Describe names them.
func (connectionFigures) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{connectionsMost, connectionsOpen, connectionsInUse, connectionWaits, connectionWaiting} {
		out <- desc
	}
}

// Collect reads them.
func (f connectionFigures) Collect(out chan<- prometheus.Metric) {
	const gauge, counter = prometheus.GaugeValue, prometheus.CounterValue
	for pool, stats := range f.database.Connections() {
		out <- prometheus.MustNewConstMetric(connectionsMost, gauge, float64(stats.MaxOpenConnections), pool)
		out <- prometheus.MustNewConstMetric(connectionsOpen, gauge, float64(stats.OpenConnections), pool)
		out <- prometheus.MustNewConstMetric(connectionsInUse, gauge, float64(stats.InUse), pool)
		out <- prometheus.MustNewConstMetric(connectionWaits, counter, float64(stats.WaitCount), pool)
		out <- prometheus.MustNewConstMetric(connectionWaiting, counter, stats.WaitDuration.Seconds(), pool)
	}
}
