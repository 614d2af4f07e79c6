package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"quartet/server/account"
	"quartet/store"
)

const (
	// followInterval is how often --follow looks for what is new.
	followInterval = time.Second
	// followBack is how far it looks back. Servers write side by side, so an
	// event can appear after one with a higher id.
	followBack = 10 * time.Second
	followPage = 500 // events read at once
)

// auditFlags say how long the server keeps audit events.
type auditFlags struct {
	AuditDays int `default:"180" placeholder:"DAYS" help:"How many days audit events are kept; 0 keeps them for good."`
}

// keepAudit is how long that is; 0 is for good.
func (f auditFlags) keepAudit() time.Duration { return time.Duration(f.AuditDays) * 24 * time.Hour }

type auditCommand struct {
	administration
	Since  moment   `placeholder:"WHEN" help:"From then on: RFC 3339, or how long ago, such as 24h."`
	Until  moment   `placeholder:"WHEN" help:"Before then, in the same forms."`
	Kind   []string `placeholder:"KIND" enum:"${audit_kinds}" help:"Of these kinds, any of ${enum}."`
	User   string   `placeholder:"WHO" help:"About this user: id, user name, e-mail or proven mobile."`
	Limit  int      `default:"100" help:"The newest so many."`
	Follow bool     `help:"Go on with what happens from then on, until interrupted."`
}

// moment is a point in time, told as RFC 3339 or as how long ago. Zero is none.
type moment struct{ time.Time }

// UnmarshalText reads either form.
func (m *moment) UnmarshalText(text []byte) (err error) {
	if ago, wrong := time.ParseDuration(string(text)); wrong == nil {
		m.Time = time.Now().Add(-ago)
		return nil
	}
	if m.Time, err = time.Parse(time.RFC3339, string(text)); err != nil {
		return fmt.Errorf("%q is neither a moment such as 2026-03-02T08:00:00+08:00 nor a time such as 24h", text)
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
func (a *auditCommand) Run(ctx context.Context, c *console) error {
	return a.with(ctx, func(accounts *account.Service) error {
		filter, err := a.filter(ctx, accounts)
		if err != nil {
			return err
		}
		events, err := accounts.ListAudit(ctx, filter)
		if err != nil {
			return err
		}
		if !a.Follow {
			return a.list(c, events)
		}
		if err := a.stream(c, events); err != nil {
			return err
		}
		return a.follow(ctx, c, accounts, newFollower(filter, events))
	})
}

func (a *auditCommand) filter(ctx context.Context, accounts *account.Service) (account.AuditFilter, error) {
	filter := account.AuditFilter{
		Since: a.Since.at(), Until: a.Until.at(), Kinds: a.Kind, Limit: a.Limit, Newest: true,
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

// list prints a table, or a line of JSON for each event.
func (a *auditCommand) list(c *console, events []account.AuditEvent) error {
	if a.JSON {
		return a.stream(c, events)
	}
	rows := make([][]any, 0, len(events))
	for _, event := range events {
		rows = append(rows, auditViewOf(event).cells())
	}
	return c.printList([]string{"at", "kind", "actor", "subject", "session", "dialect", "client ip", "detail"}, rows)
}

// stream prints a line for each event: JSON, or the table's cells.
func (a *auditCommand) stream(c *console, events []account.AuditEvent) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	for _, event := range events {
		view := auditViewOf(event)
		var err error
		if a.JSON {
			err = encoder.Encode(view)
		} else {
			_, err = fmt.Fprintln(c.out, view.line())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// follow prints what is new until ctx ends.
func (a *auditCommand) follow(ctx context.Context, c *console, accounts *account.Service, f *follower) error {
	ticker := time.NewTicker(followInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		events, err := f.news(ctx, accounts.ListAudit)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := a.stream(c, events); err != nil {
			return err
		}
	}
}

// follower remembers what has been printed.
type follower struct {
	filter  account.AuditFilter // AfterID is where it looks from
	printed map[int64]store.Time
	newest  store.Time
}

// newFollower goes on after events, which filter has found.
func newFollower(filter account.AuditFilter, events []account.AuditEvent) *follower {
	filter.Newest, filter.Limit = false, followPage
	f := &follower{filter: filter, printed: map[int64]store.Time{}}
	if len(events) > 0 {
		f.filter.AfterID = events[0].ID - 1 // what the limit left out stays out
	}
	f.note(events)
	return f
}

// news gives the events that have not been printed.
func (f *follower) news(ctx context.Context, list func(context.Context, account.AuditFilter) ([]account.AuditEvent, error)) ([]account.AuditEvent, error) {
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
	f.note(fresh)
	return fresh, nil
}

// note remembers events as printed, and forgets those that lie too far back to
// be looked at again.
func (f *follower) note(events []account.AuditEvent) {
	for _, event := range events {
		f.printed[event.ID] = event.At
		f.newest = max(f.newest, event.At)
	}
	for id, at := range f.printed {
		if at < f.newest-store.Time(followBack.Milliseconds()) {
			delete(f.printed, id)
			f.filter.AfterID = max(f.filter.AfterID, id)
		}
	}
}
