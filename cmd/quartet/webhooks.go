package main

import (
	"context"
	"net"
	"net/netip"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server"
	"quartet/server/account"
	"quartet/server/webhooks"
)

// webhookFlags say where webhooks can be.
type webhookFlags struct {
	WebhookAllowNetwork []cli.Network `placeholder:"CIDR" help:"IP addresses or ranges within, such as 10.20.0.0/16, that webhooks may be at, with http:// too. Without it they are at public addresses, by https://."`
}

// webhookOptions are the options of the engine that need no database. In a demonstration
// nothing leaves the machine, and no name is looked up.
func (s *serveCommand) webhookOptions() webhooks.Options {
	if s.Demo {
		return webhooks.Options{Addresses: webhooks.NewAddresses(nil, nil), Transport: webhooks.Simulator{}}
	}
	allowed := make([]netip.Prefix, 0, len(s.WebhookAllowNetwork))
	for _, network := range s.WebhookAllowNetwork {
		allowed = append(allowed, network.Prefix())
	}
	return webhooks.Options{Addresses: webhooks.NewAddresses(allowed, net.DefaultResolver)}
}

// sendWebhooks sends what is queued for webhooks until ctx ends.
func (s *serveCommand) sendWebhooks(ctx context.Context, jobs *background, sending webhooks.Options, options server.Options) {
	sending.Accounts, sending.Metrics, sending.Log, sending.Traces = options.Accounts, options.Metrics, options.Log, options.Traces
	jobs.jobs.Go(func() { webhooks.New(sending).Serve(ctx) })
	jobs.every(ctx, housekeepingInterval, housekeepingInterval, "purge deliveries", purgeDeliveries(options.Accounts))
}

// purgeDeliveries deletes deliveries that are no longer needed.
func purgeDeliveries(accounts *account.Service) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := accounts.PurgeDeliveries(ctx)
		return err
	}
}
