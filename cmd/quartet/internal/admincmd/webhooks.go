package admincmd

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// WebhookCommands are the commands about webhooks.
type WebhookCommands struct {
	Add        webhookAdd        `cmd:"" help:"Add a webhook and print the secret that signs its requests: it is never shown again."`
	List       webhookList       `cmd:"" help:"List the webhooks, without their secrets."`
	Set        webhookSet        `cmd:"" help:"Change a webhook. Servers go by it within five seconds."`
	Remove     webhookRemove     `cmd:"" help:"Remove a webhook. What is still to be sent to it is not sent any more."`
	Secret     webhookSecret     `cmd:"" help:"Give a webhook a new secret and print it: it is never shown again. The one before signs too for 24 hours."`
	Test       webhookTest       `cmd:"" help:"Record an event webhook_tested, which a running server sends to the webhook."`
	Deliveries webhookDeliveries `cmd:"" help:"List what is and was sent to webhooks, the newest events first."`
	Replay     webhookReplay     `cmd:"" help:"Send a delivery again, or those of a webhook that were given up."`
}

// Webhook is a webhook as the command line prints it.
type Webhook struct {
	ID             int64      `json:"id"`
	URL            string     `json:"url"`
	Description    string     `json:"description"`
	Kinds          []string   `json:"kinds"`
	Disabled       bool       `json:"disabled"`
	Secret         string     `json:"secret,omitempty"` // only a new one
	OldSecretUntil *time.Time `json:"oldSecretUntil"`
	StartsAt       time.Time  `json:"startsAt"`
	CreatedAt      time.Time  `json:"createdAt"`
}

func webhookView(w account.Webhook) Webhook {
	return Webhook{
		ID: w.ID, URL: w.URL, Description: w.Description, Kinds: w.Kinds, Disabled: w.Disabled,
		OldSecretUntil: localTimeOf(w.OldSecretUntil), StartsAt: cli.LocalTime(w.StartsAt), CreatedAt: cli.LocalTime(w.CreatedAt),
	}
}

func secretWebhookView(w account.WebhookWithSecret) Webhook {
	v := webhookView(w.Webhook)
	v.Secret = w.Secret
	return v
}

func printWebhook(c *cli.Console, json bool, v Webhook) error {
	if json {
		return c.PrintJSON(v)
	}
	rows := [][]any{{"id", v.ID}, {"url", v.URL}, {"description", v.Description}, {"kinds", v.Kinds}, {"disabled", v.Disabled}}
	if v.Secret != "" {
		rows = append(rows, []any{"secret", v.Secret})
	}
	return c.PrintTable(nil, append(rows, []any{"old secret until", v.OldSecretUntil}, []any{"in effect from", v.StartsAt}, []any{"created", v.CreatedAt}))
}

type webhookAdd struct {
	cli.Admin
	URL         string   `arg:"" name:"url" help:"Where events are sent, by https. Servers connect to no address within, unless they run with --webhook-allow-network."`
	Description string   `placeholder:"TEXT" help:"What it is for."`
	Kind        []string `placeholder:"KIND" enum:"${audit_kinds}" help:"Kinds of events that are sent; without it all. One of ${enum}."`
}

// Run adds the webhook.
func (a *webhookAdd) Run(ctx context.Context, c *cli.Console) error {
	return a.WithAccounts(ctx, func(accounts account.Operator) error {
		added, err := accounts.AddWebhook(ctx, account.NewWebhook{URL: a.URL, Description: a.Description, Kinds: a.Kind})
		if err != nil {
			return err
		}
		if isWithin(a.URL) {
			fmt.Fprintln(c.Errs, "Servers send nothing to this address unless they run with --webhook-allow-network.")
		}
		return printWebhook(c, a.JSON, secretWebhookView(added))
	})
}

// isWithin reports a URL that servers need leave for: one without TLS, or of an address that
// is not public.
func isWithin(text string) bool {
	target, err := url.Parse(text)
	if err != nil {
		return false
	}
	address, _ := netip.ParseAddr(target.Hostname())
	return target.Scheme == "http" || target.Hostname() == "localhost" || address.IsLoopback() || address.IsPrivate()
}

type webhookList struct{ cli.Admin }

// Run lists the webhooks.
func (l *webhookList) Run(ctx context.Context, c *cli.Console) error {
	return l.WithAccounts(ctx, func(accounts account.Operator) error { return printWebhooks(ctx, c, accounts, l.JSON) })
}

func printWebhooks(ctx context.Context, c *cli.Console, accounts account.Operator, json bool) error {
	webhooks, err := accounts.ListWebhooks(ctx, 0, account.MaxWebhooks)
	if err != nil {
		return err
	}
	return cli.PrintPage(c, json, cli.Whole(mapped(webhooks, webhookView)), []string{"id", "url", "description", "kinds", "disabled", "created"},
		func(v Webhook) []any { return []any{v.ID, v.URL, v.Description, v.Kinds, v.Disabled, v.CreatedAt} })
}

// webhookCommand is a command about one webhook.
type webhookCommand struct {
	cli.Admin
	ID int64 `arg:"" name:"id" help:"The webhook's id, as quartet webhook list shows it."`
}

type webhookSet struct {
	webhookCommand
	URL         *string  `name:"url" placeholder:"URL" help:"Where events are sent."`
	Description *string  `placeholder:"TEXT" help:"What it is for."`
	Kind        []string `xor:"kinds" placeholder:"KIND" enum:"${audit_kinds}" help:"Kinds of events that are sent, in place of those before: one of ${enum}."`
	AllKinds    bool     `xor:"kinds" help:"Send all kinds of events."`
	Disable     bool     `xor:"disabled" help:"Send nothing until it is enabled again. Events that happen meanwhile are not queued."`
	Enable      bool     `xor:"disabled" help:"Send again."`
}

// Run changes the webhook.
func (s *webhookSet) Run(ctx context.Context, c *cli.Console) error {
	change := account.WebhookChange{URL: s.URL, Description: s.Description}
	if len(s.Kind) > 0 || s.AllKinds {
		change.Kinds = &s.Kind
	}
	if s.Disable || s.Enable {
		change.Disabled = &s.Disable
	}
	if change == (account.WebhookChange{}) {
		return cli.Usagef("say what to change: --url, --description, --kind, --all-kinds, --disable or --enable")
	}
	return s.WithAccounts(ctx, func(accounts account.Operator) error {
		changed, err := accounts.ChangeWebhook(ctx, s.ID, change)
		if err != nil {
			return err
		}
		return printWebhook(c, s.JSON, webhookView(changed))
	})
}

type webhookRemove struct {
	webhookCommand
	cli.Confirmation
}

// Run removes the webhook and lists those that are left.
func (r *webhookRemove) Run(ctx context.Context, c *cli.Console) error {
	return r.WithAccounts(ctx, func(accounts account.Operator) error {
		if err := r.Confirm(ctx, c, "removes the webhook "+strconv.FormatInt(r.ID, 10)+" with its deliveries"); err != nil {
			return err
		}
		if err := accounts.DeleteWebhook(ctx, r.ID); err != nil {
			return err
		}
		return printWebhooks(ctx, c, accounts, r.JSON)
	})
}

type webhookSecret struct{ webhookCommand }

// Run rotates the secret.
func (s *webhookSecret) Run(ctx context.Context, c *cli.Console) error {
	return s.WithAccounts(ctx, func(accounts account.Operator) error {
		rotated, err := accounts.RotateWebhookSecret(ctx, s.ID)
		if err != nil {
			return err
		}
		return printWebhook(c, s.JSON, secretWebhookView(rotated))
	})
}

type webhookTest struct{ webhookCommand }

// Run queues the event.
func (w *webhookTest) Run(ctx context.Context, c *cli.Console) error {
	return w.WithAccounts(ctx, func(accounts account.Operator) error {
		delivery, err := accounts.TestWebhook(ctx, w.ID)
		if err != nil {
			return err
		}
		return printDelivery(c, w.JSON, delivery)
	})
}
