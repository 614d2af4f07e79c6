package admincmd

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
	"quartet/store"
)

const (
	followInterval = time.Second // between two looks for new events
	// followWindow is how far --follow looks back: servers write concurrently, so an
	// event can appear after one with a higher id.
	followWindow = 10 * time.Second
	followPage   = 500 // events read at once
)

// AuditCommand lists audit events.
type AuditCommand struct {
	cli.Admin
	Since  moment    `placeholder:"WHEN" help:"Earliest time: RFC 3339, or a duration before now such as 24h."`
	Until  moment    `placeholder:"WHEN" help:"Latest time (exclusive): RFC 3339, or a duration before now such as 1h."`
	Kind   []string  `placeholder:"KIND" enum:"${audit_kinds}" help:"Kinds of events: ${enum}."`
	User   string    `placeholder:"WHO" help:"Events about this user: id, user name, e-mail address or verified mobile number."`
	Limit  cli.Count `default:"100" help:"Maximum number of events to list. These are the newest, unless --after is there."`
	After  string    `env:"-" placeholder:"NEXT" help:"Continue a list after this event; 0 begins with the oldest."`
	Follow bool      `help:"Keep printing new events until interrupted."`
}

// moment is a time in RFC 3339, or a duration before now. Zero is no bound.
type moment struct{ time.Time }

// UnmarshalText reads either form.
func (m *moment) UnmarshalText(text []byte) (err error) {
	if ago, wrong := time.ParseDuration(string(text)); wrong == nil {
		m.Time = time.Now().Add(-ago)
		return nil
	}
	if m.Time, err = time.Parse(time.RFC3339, string(text)); err != nil {
		return fmt.Errorf("%q is neither a time such as 2026-03-02T08:00:00+08:00 nor a duration such as 24h", text)
	}
	return nil
}

func (m moment) at() store.Time {
	if m.IsZero() {
		return 0
	}
	return store.TimeOf(m.Time)
}

// Run lists the events, oldest first.
func (a *AuditCommand) Run(ctx context.Context, c *cli.Console) error {
	return a.WithAccounts(ctx, func(accounts account.Operator) error {
		filter, err := a.filter(ctx, accounts)
		if err != nil {
			return err
		}
		events, err := accounts.ListAudit(ctx, filter)
		if err != nil {
			return err
		}
		if !a.Follow {
			total, err := accounts.CountAudit(ctx, whole(filter))
			if err != nil {
				return err
			}
			return a.list(c, events, total)
		}
		if err := a.printLines(c, events); err != nil {
			return err
		}
		return a.follow(ctx, c, accounts, newFollower(filter, events))
	})
}

func (a *AuditCommand) filter(ctx context.Context, accounts account.Operator) (account.AuditFilter, error) {
	after, err := cli.Paging{After: a.After}.AfterID()
	filter := account.AuditFilter{
		Since: a.Since.at(), Until: a.Until.at(), Kinds: a.Kind, AfterID: after, Limit: int(a.Limit), Newest: a.After == "",
	}
	if err != nil {
		return filter, err
	}
	if !filter.Newest && !a.Follow {
		filter.Limit++ // to see whether there is a next page
	}
	if a.User != "" {
		user, err := accounts.FindUser(ctx, a.User)
		if err != nil {
			return filter, err
		}
		filter.Subject = &user.ID
	}
	return filter, nil
}

// whole is a filter without its page.
func whole(filter account.AuditFilter) account.AuditFilter {
	filter.AfterID = 0
	return filter
}

func (a *AuditCommand) list(c *cli.Console, events []account.AuditEvent, total int64) error {
	page := cli.PageOf(mapped(events, eventView), total, cli.Paging{Limit: a.Limit}, func(e Event) string { return strconv.FormatInt(e.ID, 10) })
	return cli.PrintPage(c, a.JSON, page, eventColumns, Event.cells)
}

// printLines prints each event on a line of its own, as JSON or as text.
func (a *AuditCommand) printLines(c *cli.Console, events []account.AuditEvent) error {
	encoder := json.NewEncoder(c.Out)
	encoder.SetEscapeHTML(false)
	for _, event := range events {
		var err error
		if view := eventView(event); a.JSON {
			err = encoder.Encode(view)
		} else {
			_, err = fmt.Fprintln(c.Out, view.line())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// follow prints new events until ctx ends.
func (a *AuditCommand) follow(ctx context.Context, c *cli.Console, accounts account.Operator, f *follower) error {
	ticker := time.NewTicker(followInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		events, err := f.newEvents(ctx, accounts.ListAudit)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := a.printLines(c, events); err != nil {
			return err
		}
	}
}

// follower remembers which events have been printed.
type follower struct {
	filter  account.AuditFilter // its AfterID is where the next look begins
	printed map[int64]store.Time
	newest  store.Time
}

// newFollower continues after events, which filter has found.
func newFollower(filter account.AuditFilter, events []account.AuditEvent) *follower {
	filter.Newest, filter.Limit = false, followPage
	f := &follower{filter: filter, printed: map[int64]store.Time{}}
	if len(events) > 0 {
		f.filter.AfterID = events[0].ID - 1 // older events were left out by --limit
	}
	f.remember(events)
	return f
}

// newEvents gives the events that have not been printed.
func (f *follower) newEvents(ctx context.Context, list func(context.Context, account.AuditFilter) ([]account.AuditEvent, error)) ([]account.AuditEvent, error) {
	var fresh []account.AuditEvent
	for from := f.filter; ; {
		page, err := list(ctx, from)
		if err != nil {
			return nil, err
		}
		for _, event := range page {
			if _, seen := f.printed[event.ID]; !seen {
				fresh = append(fresh, event)
			}
		}
		if len(page) < followPage {
			break
		}
		from.AfterID = page[len(page)-1].ID
	}
	f.remember(fresh)
	return fresh, nil
}

// remember marks events as printed, and forgets those that are too old to be
// looked at again.
func (f *follower) remember(events []account.AuditEvent) {
	for _, event := range events {
		f.printed[event.ID] = event.At
		f.newest = max(f.newest, event.At)
	}
	for id, at := range f.printed {
		if at < f.newest-store.Time(followWindow.Milliseconds()) {
			delete(f.printed, id)
			f.filter.AfterID = max(f.filter.AfterID, id)
		}
	}
}
