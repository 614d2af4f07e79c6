package store

import (
	"context"
	"slices"
	"strings"
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
	Limit        int      // maximum number of events
	// Newest selects the newest events if there are more than Limit, not the oldest.
	Newest bool
}

var (
	insertAudit = insertInto[AuditEvent]("audit_events")
	selectAudit = "SELECT " + selected[AuditEvent]("") + " FROM audit_events "
)

// InsertAudit adds events, all or none of them. It returns a ConflictError of
// id.
func (tx Tx) InsertAudit(ctx context.Context, events ...AuditEvent) error {
	for _, event := range events {
		if err := tx.insert(ctx, "InsertAudit", insertAudit, event); err != nil {
			return err
		}
	}
	return nil
}

// ListAudit returns the events that match f, in order of their ids.
func (s *Store) ListAudit(ctx context.Context, f AuditFilter) (found []AuditEvent, err error) {
	query, args := f.query()
	err = s.run(ctx, "ListAudit", func() error {
		found = nil
		return s.engine.SelectOnce(ctx, &found, query, args...) // too many combinations to keep prepared
	})
	if f.Newest {
		slices.Reverse(found)
	}
	return found, err
}

func (f AuditFilter) query() (query string, args []any) {
	conditions := []string{"id > ?"}
	args = []any{f.AfterID}
	add := func(condition string, values ...any) {
		conditions, args = append(conditions, condition), append(args, values...)
	}
	if f.Since != 0 {
		add("at >= ?", f.Since)
	}
	if f.Until != 0 {
		add("at < ?", f.Until)
	}
	if f.Subject != nil {
		add("subject_id = ?", *f.Subject)
	}
	if len(f.Kinds) > 0 {
		marks := strings.Repeat(", ?", len(f.Kinds))[2:]
		var kinds []any
		for _, kind := range f.Kinds {
			kinds = append(kinds, kind)
		}
		add("kind IN ("+marks+")", kinds...)
	}
	order := " ORDER BY id LIMIT ?"
	if f.Newest {
		order = " ORDER BY id DESC LIMIT ?"
	}
	return selectAudit + "WHERE " + strings.Join(conditions, " AND ") + order, append(args, max(f.Limit, 0))
}

// PurgeAudit deletes the events before a time and returns their number. Like Purge it
// deletes them in several transactions.
func (s *Store) PurgeAudit(ctx context.Context, before Time) (int64, error) {
	return s.purge(ctx, "PurgeAudit", "audit_events", "id", "at < ?", before)
}
