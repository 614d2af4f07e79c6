package store

import (
	"context"
	"slices"
	"strings"
)

// AuditEvent is one row of audit_events: something that has happened.
type AuditEvent struct {
	ID        int64  `db:"id"` // by the time it was written
	At        Time   `db:"at"`
	Kind      string `db:"kind"`
	ActorID   *int64 `db:"actor_id"`   // who did it; nil: nobody known, or the command line
	SubjectID *int64 `db:"subject_id"` // the user it was done to
	SessionID *int64 `db:"session_id"` // that it is about or was done in
	Dialect   string `db:"dialect"`    // of the operation
	ClientIP  string `db:"client_ip"`  // of the client, "" where there is none
	Detail    string `db:"detail"`     // a JSON object
}

// AuditFilter says which events to list. What is zero or empty is not asked for.
type AuditFilter struct {
	Since, Until Time     // from Since on, and before Until
	Kinds        []string // any of these
	Subject      *int64   // the user it was done to
	AfterID      int64    // with higher ids
	Limit        int      // at most so many
	// Newest takes the newest ones where Limit leaves some out, not the oldest.
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

// ListAudit gives the events that f asks for, in order of their ids.
func (s *Store) ListAudit(ctx context.Context, f AuditFilter) (found []AuditEvent, err error) {
	query, args := f.query()
	err = s.run(ctx, "ListAudit", func() error {
		found = nil
		return s.engine.SelectOnce(ctx, &found, query, args...) // there are too many combinations to keep
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

// PurgeAudit deletes the events from before a moment and gives their number.
// Like Purge it does so by and by.
func (s *Store) PurgeAudit(ctx context.Context, before Time) (int64, error) {
	return s.purge(ctx, "PurgeAudit", "audit_events", "id", "at < ?", before)
}
