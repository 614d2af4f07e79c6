// Package telemetry sends traces and metrics to a collector by OTLP over HTTP.
package telemetry
