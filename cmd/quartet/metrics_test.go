package main

import "testing"

func TestMetricsOfTheRunningServer(t *testing.T) {
	t.Parallel()
	s := serve(t, "--database", newDatabase(t))
	contains(t, s.admin.ok(t, get("/metrics")).text,
		`quartet_build_info{version="`+version()+`"} 1`,
		`quartet_database_connections_max{pool="writer"} 1`, `quartet_database_connections_max{pool="reader"} 4`,
		`quartet_database_waits_total{pool="writer"}`, `quartet_database_wait_seconds_total{pool="reader"}`,
		"quartet_password_hashes_running 0", "quartet_password_hashes_waiting 0", "quartet_keys_stale 0",
		"quartet_code_budget_used 0", "quartet_code_budget 20000")
}
