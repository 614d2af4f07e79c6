package store

import (
	"context"
	"slices"
)

// AuditEvent is one row of audit_events: something that has happened.
type AuditEvent struct {
	ID        int64  `db:"id"` // ascends with the time of writing
	At        Time   `db:"at"`
	Kind      string `db:"kind"`
	ActorID   *int64 `db:"actor_id"`   // who did it; nil: unknown, or the command line
	SubjectID *int64 `db:"subject_id"` // the user it was done to
	SessionID *int64 `db:"session_id"` // the session it is about or was done in
	Dialect   string `db:"dialect"`    // of the operation
	ClientIP  string `db:"client_ip"`  // of the client, "" where there is none
	Detail    string `db:"detail"`     // a JSON object
}

// AuditFilter says which events to list. A zero field does not filter.
type AuditFilter struct {
	Since, Until Time     // from Since on, and before Until
	Kinds        []string // any of these
	Subject      *int64   // the user it was done to
	AfterID      int64    // with higher ids
	BeforeID     int64    // with lower ids; 0: any
	Limit        int      // maximum number of events
	// Newest selects the newest events if there are more than Limit, not the oldest.
	Newest bool
}

var (
	insertAudit = insertInto[AuditEvent]("audit_events")
	selectAudit = "SELECT " + selected[AuditEvent]("") + " FROM audit_events "
)

// auditRows is the number of events that one statement inserts, so that there are few query
// texts.
const auditRows = 4

// InsertAudit adds events, all or none of them, and queues them for the webhooks that
// want them. It returns a ConflictError of id, which may come with the commit.
func (tx Tx) InsertAudit(ctx context.Context, events ...AuditEvent) error {
	for some := range slices.Chunk(events, auditRows) {
		rows := manyRows{insert: insertAudit}
		for _, event := range some {
			rows.add(valuesOf(event)...)
		}
		if err := tx.later(ctx, "InsertAudit", rows.query(), nil, rows.args...); err != nil {
			return err
		}
	}
	return tx.queueDeliveries(ctx, events)
}

// ListAudit returns the events that match f, in order of their ids.
func (s *Store) ListAudit(ctx context.Context, f AuditFilter) ([]AuditEvent, error) {
	c := f.conditions()
	order := " ORDER BY id LIMIT ?"
	if f.Newest {
		order = " ORDER BY id DESC LIMIT ?"
	}
	events, err := found[AuditEvent](ctx, s, "ListAudit", selectAudit+c.where()+order, append(c.args, max(f.Limit, 0)))
	if f.Newest {
		slices.Reverse(events)
	}
	return events, err
}

// CountAudit returns how many events match f, whatever its Limit.
func (s *Store) CountAudit(ctx context.Context, f AuditFilter) (int64, error) {
	return s.count(ctx, "CountAudit", "audit_events", f.conditions())
}

func (f AuditFilter) conditions() (c conditions) {
	c.add("id > ?", f.AfterID)
	if f.BeforeID != 0 {
		c.add("id < ?", f.BeforeID)
	}
	if f.Since != 0 {
		c.add("at >= ?", f.Since)
	}
	if f.Until != 0 {
		c.add("at < ?", f.Until)
	}
	if f.Subject != nil {
		c.add("subject_id = ?", *f.Subject)
	}
	if len(f.Kinds) > 0 {
		in(&c, "kind", f.Kinds)
	}
	return c
}

// PurgeAudit deletes the events before a time, except those that webhooks still wait for,
// and returns their number. Like Purge it deletes them in several transactions.
func (s *Store) PurgeAudit(ctx context.Context, before Time) (int64, error) {
	return s.purge(ctx, "PurgeAudit", "audit_events", "id",
		"at < ? AND id NOT IN (SELECT event_id FROM webhook_deliveries WHERE state = '"+DeliveryPending+"')", before)
}
