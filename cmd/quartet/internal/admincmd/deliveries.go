package admincmd

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// Delivery is a delivery to a webhook as the command line prints it.
type Delivery struct {
	ID            string     `json:"id"`
	Webhook       int64      `json:"webhook"`
	Event         int64      `json:"event"`
	Kind          string     `json:"kind"` // "" if the event is no longer kept
	State         string     `json:"state"`
	Attempts      int        `json:"attempts"`
	QueuedAt      time.Time  `json:"queuedAt"`
	NextAttemptAt *time.Time `json:"nextAttemptAt"`
	LastStatus    *int       `json:"lastStatus"`
	LastError     string     `json:"lastError"`
	LastAnswer    string     `json:"lastAnswer"`
	FinishedAt    *time.Time `json:"finishedAt"`
}

func deliveryView(d account.Delivery) Delivery {
	kind := ""
	if d.Kind != nil {
		kind = *d.Kind
	}
	return Delivery{
		ID: d.ID(), Webhook: d.Webhook, Event: d.Event, Kind: kind, State: d.State, Attempts: d.Attempts, QueuedAt: cli.LocalTime(d.QueuedAt),
		NextAttemptAt: localTimeOf(d.NextAttemptAt), LastStatus: d.LastStatus, LastError: d.LastError, LastAnswer: d.LastAnswer, FinishedAt: localTimeOf(d.FinishedAt),
	}
}

func printDelivery(c *cli.Console, json bool, d account.Delivery) error {
	v := deliveryView(d)
	if json {
		return c.PrintJSON(v)
	}
	return c.PrintTable(nil, [][]any{{"id", v.ID}, {"kind", v.Kind}, {"state", v.State}, {"queued", v.QueuedAt}})
}

type webhookDeliveries struct {
	cli.Admin
	cli.Paging
	Webhook int64  `placeholder:"ID" help:"Only the deliveries of this webhook."`
	State   string `placeholder:"STATE" default:"" enum:",pending,delivered,dead" help:"Only deliveries in this state: pending, delivered or dead, which is given up."`
}

// Run lists the deliveries.
func (l *webhookDeliveries) Run(ctx context.Context, c *cli.Console) error {
	return l.WithAccounts(ctx, func(accounts account.Operator) error {
		filter := account.DeliveryFilter{Webhook: l.Webhook, State: l.State, After: l.After, Limit: int(l.Limit) + 1}
		deliveries, err := accounts.ListDeliveries(ctx, filter)
		if err != nil {
			return err
		}
		total, err := accounts.CountDeliveries(ctx, filter)
		if err != nil {
			return err
		}
		page := cli.PageOf(mapped(deliveries, deliveryView), total, l.Paging, func(v Delivery) string { return v.ID })
		return cli.PrintPage(c, l.JSON, page, []string{"id", "kind", "state", "attempts", "queued", "next attempt", "last error"},
			func(v Delivery) []any {
				return []any{v.ID, v.Kind, v.State, v.Attempts, v.QueuedAt, v.NextAttemptAt, v.LastError}
			})
	})
}

type webhookReplay struct {
	cli.Admin
	ID        string `arg:"" name:"id" help:"A delivery's id, as quartet webhook deliveries shows it, or with --since a webhook's."`
	Since     moment `placeholder:"WHEN" help:"Send those again that were queued since a time and given up: RFC 3339, or a duration before now such as 24h."`
	Delivered bool   `help:"With --since: send those again that were delivered."`
}

// Run queues the deliveries again.
func (r *webhookReplay) Run(ctx context.Context, c *cli.Console) error {
	webhook, err := strconv.ParseInt(r.ID, 10, 64)
	isDelivery := strings.HasPrefix(r.ID, "msg_")
	switch {
	case isDelivery && (!r.Since.IsZero() || r.Delivered):
		return cli.Usagef("--since and --delivered are for a webhook's id, and %s is a delivery's", cli.Text(r.ID))
	case !isDelivery && (err != nil || r.Since.IsZero()):
		return cli.Usagef("name a delivery such as msg_7_1, or a webhook and --since")
	}
	return r.WithAccounts(ctx, func(accounts account.Operator) error {
		if isDelivery {
			delivery, err := accounts.ReplayDelivery(ctx, r.ID)
			if err != nil {
				return err
			}
			return printDelivery(c, r.JSON, delivery)
		}
		state := account.DeliveryDead
		if r.Delivered {
			state = account.DeliveryDelivered
		}
		queued, err := accounts.ReplayDeliveries(ctx, webhook, state, r.Since.at())
		if err != nil {
			return err
		}
		if r.JSON {
			return c.PrintJSON(map[string]int64{"queued": queued})
		}
		_, err = fmt.Fprintf(c.Out, "%d queued\n", queued)
		return err
	})
}
