package account

import (
	"context"

	"quartet/store"
)

// tx is a transaction and the events that are recorded in it.
type tx struct {
	store.Tx
	events []event
}

func (tx *tx) record(events ...event) { tx.events = append(tx.events, events...) }

// inTx runs do in one transaction, which also stores the events that do records; they
// are logged after the commit.
//
// do can run more than once, also because an id that it drew is taken. So it draws its
// ids itself, first resets what an earlier run has set, and calls only tx's methods of
// the store. The errors are the store's and do's own.
func (s *Service) inTx(ctx context.Context, do func(*tx) error) error {
	return withNewIDs(func() error { return s.inTxOnce(ctx, do) })
}

// inTxOnce is inTx for a do that uses an id drawn before: if an id is taken, the caller
// draws another.
func (s *Service) inTxOnce(ctx context.Context, do func(*tx) error) error {
	var events []event
	var rows []store.AuditEvent
	err := s.store.InTx(ctx, func(begun store.Tx) error {
		tx := tx{Tx: begun}
		if err := do(&tx); err != nil {
			return err
		}
		events, rows = tx.events, s.auditRows(ctx, tx.events)
		s.setIDs(rows)
		return tx.InsertAudit(ctx, rows...)
	})
	if err == nil {
		s.streamAudit(ctx, events, rows)
	}
	return err
}
