// Package tracing makes the OpenTelemetry spans of requests to other services.
package tracing
