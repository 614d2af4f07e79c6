package account

import (
	"context"

	"quartet/store"
)

// deed is what happens in one transaction, and the events that tell of it.
type tx struct {
	store.Tx
	events []event
}

func (d *tx) record(events ...event) { d.events = append(d.events, events...) }

// together runs do in one transaction, and writes the events that do tells into
// the same one: neither is what happened ever there without its event, nor the
// event without it. The log hears of them once they are there. An event that
// cannot be kept is a deed that cannot be done.
//
// do can run more than once, also because another server drew one of its ids in
// the same millisecond. So it draws them itself and begins by forgetting what an
// earlier run found. It calls no verb of the store but the deed's. The errors
// are the store's and do's own.
func (s *Service) inTx(ctx context.Context, do func(*tx) error) error {
	return withNewIDs(func() error { return s.inTxOnce(ctx, do) })
}

// togetherOnce is together for a do with an id that was drawn before: when an id
// is taken, the caller draws all of them again.
func (s *Service) inTxOnce(ctx context.Context, do func(*tx) error) error {
	var events []event
	var rows []store.AuditEvent
	err := s.store.InTx(ctx, func(w store.Tx) error {
		d := tx{Tx: w}
		if err := do(&d); err != nil {
			return err
		}
		events, rows = d.events, s.auditRows(ctx, d.events)
		s.number(rows)
		return w.InsertAudit(ctx, rows...)
	})
	if err == nil {
		s.streamAudit(ctx, events, rows)
	}
	return err
}
