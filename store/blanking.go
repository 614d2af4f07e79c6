package store

import (
	"context"
	"slices"
	"strings"
)

// blankChunk is the number of events that one query reads, or one transaction blanks.
const blankChunk = 2000

const (
	eventsAfter = "SELECT id, actor_id, detail FROM audit_events WHERE id > ? ORDER BY id LIMIT ?"

	withoutClient = "client_ip = ''"
	withoutAll    = "client_ip = '', detail = '{}'"

	ofSubject = "subject_id = ?"
	ofActor   = "actor_id = ? AND id > ? AND client_ip <> ''"
	ofText    = "id > ? AND detail LIKE ? ESCAPE '!'"
)

// Naming says how events name users: by the number of who acted, or of whom it was done
// to, or by a text of their details, such as a keyed digest of an account.
type Naming struct {
	UserIDs []int64
	Texts   []string
}

// BlankAudit removes from the audit what names users: the client IPs of what they did,
// and the client IPs and details of events whose details contain one of the texts. The
// events themselves stay. It reads the whole audit, in several transactions, and returns
// the id of the last event; Tx.BlankAudit does the rest.
func (s *Store) BlankAudit(ctx context.Context, n Naming) (lastID int64, err error) {
	const verb = "BlankAudit"
	type row struct {
		ID      int64  `db:"id"`
		ActorID *int64 `db:"actor_id"`
		Detail  string `db:"detail"`
	}
	texts := map[string]bool{}
	for _, text := range n.Texts {
		texts[text] = true
	}
	named := func(detail string) bool {
		for text := range strings.SplitSeq(detail, `"`) {
			if texts[text] {
				return true
			}
		}
		return false
	}
	for {
		rows, err := many[row](ctx, s, verb, eventsAfter, lastID, blankChunk)
		if err != nil || len(rows) == 0 {
			return lastID, err
		}
		lastID = rows[len(rows)-1].ID
		var acted, wholly []any
		for _, r := range rows {
			switch {
			case named(r.Detail):
				wholly = append(wholly, r.ID)
			case r.ActorID != nil && slices.Contains(n.UserIDs, *r.ActorID):
				acted = append(acted, r.ID)
			}
		}
		if len(acted)+len(wholly) == 0 {
			continue
		}
		err = s.InTx(ctx, func(tx Tx) error {
			for assignments, ids := range map[string][]any{withoutClient: acted, withoutAll: wholly} {
				if len(ids) == 0 {
					continue
				}
				if err := tx.blank(ctx, assignments, "id IN "+placeholders(len(ids)), ids...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return lastID, err
		}
	}
}

// BlankAudit blanks what Store.BlankAudit blanks, in events after an id, and all events
// about the users.
func (tx Tx) BlankAudit(ctx context.Context, n Naming, afterID int64) error {
	for _, id := range n.UserIDs {
		if err := tx.blank(ctx, withoutAll, ofSubject, id); err != nil {
			return err
		}
		if err := tx.blank(ctx, withoutClient, ofActor, id, afterID); err != nil {
			return err
		}
	}
	for _, text := range n.Texts {
		if err := tx.blank(ctx, withoutAll, ofText, afterID, containing(text)); err != nil {
			return err
		}
	}
	return nil
}

// blank blanks the events that meet a condition, and what webhooks have answered to them.
// What is still to be sent is made of the events.
func (tx Tx) blank(ctx context.Context, assignments, condition string, args ...any) error {
	for _, query := range []string{
		"UPDATE webhook_deliveries SET answer = '' WHERE answer <> '' AND event_id IN (SELECT id FROM audit_events WHERE " + condition + ")",
		"UPDATE audit_events SET " + assignments + " WHERE " + condition,
	} {
		if _, err := tx.tx.ExecOnce(ctx, query, args...); err != nil {
			return tx.store.fail("BlankAudit", err)
		}
	}
	return nil
}
