package store

import "context"

// States of a delivery.
const (
	DeliveryPending   = "pending"
	DeliveryDelivered = "delivered"
	DeliveryDead      = "dead" // given up
)

// replayChunk is the number of deliveries that one transaction queues again.
const replayChunk = 1000

var (
	insertDelivery   = insertInto[WebhookDelivery]("webhook_deliveries")
	selectDelivery   = "SELECT " + selected[WebhookDelivery]("") + " FROM webhook_deliveries "
	dueDeliveries    = selectDelivery + "WHERE webhook_id = ? AND due_at <= ? ORDER BY due_at, event_id LIMIT ?"
	selectDeliveries = "SELECT " + selected[WebhookDelivery]("d.") + ", e.kind FROM webhook_deliveries d LEFT JOIN audit_events e ON e.id = d.event_id "
	deliveryByKey    = selectDeliveries + "WHERE d.event_id = ? AND d.webhook_id = ? AND " + ofWebhook
	auditEventByID   = selectAudit + "WHERE id = ?"
)

const (
	// ofWebhook leaves out the deliveries of webhooks that have been deleted.
	ofWebhook = "EXISTS (SELECT 1 FROM webhooks w WHERE w.id = d.webhook_id)"

	deliveryKey   = "event_id = ? AND webhook_id = ?"
	claimDelivery = "UPDATE webhook_deliveries SET due_at = ? WHERE " + deliveryKey + " AND due_at = ?"
	setDelivery   = `UPDATE webhook_deliveries SET state = ?, attempts = ?, due_at = ?, tried_at = ?, status = ?, error = ?, answer = ?, finished_at = ?
		WHERE ` + deliveryKey + " AND due_at = ?"
	requeue        = "state = '" + DeliveryPending + "', attempts = 0, queued_at = ?, due_at = ?, finished_at = NULL"
	replayable     = "webhook_id = ? AND state = ? AND queued_at >= ?"
	lastOfReplay   = "SELECT MAX(event_id) FROM (SELECT event_id FROM webhook_deliveries WHERE " + replayable + " ORDER BY event_id LIMIT ?) AS chunk"
	replaySome     = "UPDATE webhook_deliveries SET " + requeue + " WHERE " + replayable + " AND event_id <= ?"
	giveUpOld      = "UPDATE webhook_deliveries SET state = '" + DeliveryDead + "', due_at = NULL, finished_at = ?, error = ? WHERE state = '" + DeliveryPending + "' AND queued_at < ?"
	withoutWebhook = "webhook_id NOT IN (SELECT id FROM webhooks)"
)

// queueDeliveries adds a delivery of each event for each webhook that wants it.
func (tx Tx) queueDeliveries(ctx context.Context, events []AuditEvent) error {
	if len(events) == 0 {
		return nil
	}
	enabled, err := tx.enabledWebhooks(ctx)
	if err != nil {
		return err
	}
	for _, webhook := range enabled {
		for _, event := range events {
			if !webhook.wants(event.Kind) {
				continue
			}
			if err := tx.later(ctx, "InsertAudit", insertDelivery, nil, valuesOf(newDelivery(event, webhook.ID))...); err != nil {
				return err
			}
		}
	}
	return nil
}

func newDelivery(event AuditEvent, webhookID int64) WebhookDelivery {
	return WebhookDelivery{EventID: event.ID, WebhookID: webhookID, State: DeliveryPending, QueuedAt: event.At, DueAt: &event.At}
}

// QueueDelivery adds a delivery of an event that was inserted, unless there is one.
func (tx Tx) QueueDelivery(ctx context.Context, event AuditEvent, webhookID int64) error {
	_, err := tx.insertIgnore(ctx, "QueueDelivery", insertDelivery, "(event_id, webhook_id)", valuesOf(newDelivery(event, webhookID))...)
	return err
}

// DueDeliveries returns at most limit deliveries of a webhook that are to be tried at now,
// those that have waited longest first.
func (s *Store) DueDeliveries(ctx context.Context, webhookID int64, now Time, limit int) ([]WebhookDelivery, error) {
	return many[WebhookDelivery](ctx, s, "DueDeliveries", dueDeliveries, webhookID, now, limit)
}

// ClaimDelivery makes sure that nobody else tries a due delivery before a time. It returns
// false if somebody else has claimed it since it was read.
func (tx Tx) ClaimDelivery(ctx context.Context, d WebhookDelivery, until Time) (bool, error) {
	changed, err := tx.exec(ctx, "ClaimDelivery", claimDelivery, until, d.EventID, d.WebhookID, d.DueAt)
	return changed > 0, err
}

// SetDelivery stores what became of a delivery that was claimed until a time, except when
// it was queued. It returns ErrNotFound if somebody else has claimed it since.
func (tx Tx) SetDelivery(ctx context.Context, d WebhookDelivery, claimedUntil Time) error {
	return tx.change(ctx, "SetDelivery", setDelivery, d.State, d.Attempts, d.DueAt, d.TriedAt, d.Status, d.Error, d.Answer, d.FinishedAt,
		d.EventID, d.WebhookID, claimedUntil)
}

// ReplayDelivery queues a delivery again, whatever its state, or returns ErrNotFound.
func (tx Tx) ReplayDelivery(ctx context.Context, eventID, webhookID int64, now Time) error {
	return tx.update(ctx, "ReplayDelivery", "webhook_deliveries", requeue, deliveryKey, []any{now, now}, []any{eventID, webhookID})
}

// ReplayDeliveries queues the deliveries of a webhook again that are in a state and were
// queued from since on. It does so in several transactions, and returns their number.
func (s *Store) ReplayDeliveries(ctx context.Context, webhookID int64, state string, since, now Time) (total int64, err error) {
	const verb = "ReplayDeliveries"
	for {
		var queued int64
		err := s.InTx(ctx, func(tx Tx) error {
			var last *int64
			queued = 0
			if err := tx.get(ctx, verb, &last, lastOfReplay, webhookID, state, since, replayChunk); err != nil || last == nil {
				return err
			}
			var err error
			queued, err = tx.exec(ctx, verb, replaySome, now, now, webhookID, state, since, *last)
			return err
		})
		total += queued
		if err != nil || queued == 0 {
			return total, err
		}
	}
}

// DeliveryFilter says which deliveries to list. A zero field does not filter.
type DeliveryFilter struct {
	WebhookID int64
	State     string
	// Before lists what comes after the delivery of this event and webhook.
	Before [2]int64
	Limit  int // maximum number of deliveries
}

func (f DeliveryFilter) conditions() (c conditions) {
	if f.WebhookID != 0 {
		c.add("d.webhook_id = ?", f.WebhookID)
	}
	if f.State != "" {
		c.add("d.state = ?", f.State)
	}
	if f.Before != [2]int64{} {
		c.add("(d.event_id < ? OR d.event_id = ? AND d.webhook_id < ?)", f.Before[0], f.Before[0], f.Before[1])
	}
	c.add(ofWebhook)
	return c
}

// ListDeliveries returns the deliveries that match f, those of the newest events first.
func (s *Store) ListDeliveries(ctx context.Context, f DeliveryFilter) ([]QueuedEvent, error) {
	c := f.conditions()
	query := selectDeliveries + c.where() + " ORDER BY d.event_id DESC, d.webhook_id DESC LIMIT ?"
	return found[QueuedEvent](ctx, s, "ListDeliveries", query, append(c.args, max(f.Limit, 0)))
}

// CountDeliveries returns how many deliveries match f, whatever its Limit.
func (s *Store) CountDeliveries(ctx context.Context, f DeliveryFilter) (int64, error) {
	return s.count(ctx, "CountDeliveries", "webhook_deliveries d", f.conditions())
}

// DeliveryByKey returns the delivery of an event to a webhook, or ErrNotFound.
func (s *Store) DeliveryByKey(ctx context.Context, eventID, webhookID int64) (QueuedEvent, error) {
	return one[QueuedEvent](ctx, s, "DeliveryByKey", deliveryByKey, eventID, webhookID)
}

// AuditEventByID returns an event, or ErrNotFound.
func (s *Store) AuditEventByID(ctx context.Context, id int64) (AuditEvent, error) {
	return one[AuditEvent](ctx, s, "AuditEventByID", auditEventByID, id)
}

// DeliveryAges say which deliveries PurgeDeliveries gives up and deletes.
type DeliveryAges struct {
	GiveUp    Time   // pending since before this time, as those of a disabled webhook
	Why       string // what is stored as the error of these
	Delivered Time   // delivered before this time
	Dead      Time   // given up before this time
}

// PurgeDeliveries gives up old deliveries and deletes finished ones, and those of deleted
// webhooks. Like Purge it deletes them in several transactions, and returns their number.
func (s *Store) PurgeDeliveries(ctx context.Context, ages DeliveryAges, now Time) (total int64, err error) {
	const verb = "PurgeDeliveries"
	err = s.InTx(ctx, func(tx Tx) error {
		_, err := tx.exec(ctx, verb, giveUpOld, now, ages.Why, ages.GiveUp)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, of := range []struct {
		condition string
		args      []any
	}{
		{"finished_at < ? AND state = ?", []any{ages.Delivered, DeliveryDelivered}},
		{"finished_at < ? AND state = ?", []any{ages.Dead, DeliveryDead}},
		{withoutWebhook, nil},
	} {
		deleted, err := s.purge(ctx, verb, "webhook_deliveries", "event_id, webhook_id", of.condition, of.args...)
		total += deleted
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
