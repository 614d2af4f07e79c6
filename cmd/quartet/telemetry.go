package main

import (
	"context"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/internal/telemetry"
	"quartet/server"
)

// telemetryFlags say where traces and metrics are sent.
type telemetryFlags struct {
	OTLPEndpoint     string `name:"otlp-endpoint" placeholder:"URL" help:"OpenTelemetry collector that traces and metrics are sent to by OTLP over HTTP, such as http://127.0.0.1:4318; /v1/traces and /v1/metrics are appended. The OTEL_ variables of the SDK set the rest: headers, sampler, intervals. Without it nothing is traced or sent."`
	TrustTraceparent bool   `help:"Continue the trace that a peer of --trusted-proxies names by the header traceparent, and take its decision on sampling: the proxy must delete or replace that header of its own callers. Without it a request is a trace of its own, with a link to the caller's."`
}

// check refuses what cannot be sent to.
func (f telemetryFlags) check() error {
	if f.OTLPEndpoint == "" {
		if f.TrustTraceparent {
			return cli.Usagef("--trust-traceparent needs --otlp-endpoint")
		}
		return nil
	}
	if err := telemetry.CheckEndpoint(f.OTLPEndpoint); err != nil {
		return cli.Usagef("--otlp-endpoint %w", err)
	}
	return nil
}

// start begins to send the traces and metrics of a server, and returns what sends the
// last of them. It does nothing without an endpoint.
func (f telemetryFlags) start(ctx context.Context, options *server.Options) (stop func(), err error) {
	if f.OTLPEndpoint == "" {
		return func() {}, nil
	}
	sending, err := telemetry.Start(ctx, telemetry.Options{
		Endpoint: f.OTLPEndpoint, Version: options.Version, Metrics: options.Metrics, Log: options.Log,
	})
	if err != nil {
		return nil, err
	}
	options.Traces, options.TrustTraceparent = sending.Traces(), f.TrustTraceparent
	options.Log.Info("sending traces and metrics", "endpoint", f.OTLPEndpoint)
	return func() { sending.Stop(ctx) }, nil
}
