package account

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode"

	"quartet/server/apierr"
	"quartet/store"
)

// States of a delivery.
const (
	DeliveryPending   = store.DeliveryPending
	DeliveryDelivered = store.DeliveryDelivered
	DeliveryDead      = store.DeliveryDead // given up
)

const (
	firstRetry   = 5 * time.Second
	longestRetry = 6 * time.Hour
	shortestWait = time.Second
	giveUpAfter  = 3 * 24 * time.Hour // since it was queued

	statusGone = 410 // HTTP: the receiver wants no more

	deliveredKept = 7 * 24 * time.Hour
	deadKept      = 30 * 24 * time.Hour
)

// Delivery is the delivery of an audit event to a webhook.
type Delivery struct {
	Webhook, Event int64
	Kind           *string // of the event; nil if the event is no longer kept
	State          string
	Attempts       int   // since it was queued
	QueuedAt       Time  // or queued again
	NextAttemptAt  *Time // nil: it is finished
	LastAttemptAt  *Time
	LastStatus     *int   // of the receiver's last answer
	LastError      string // why the last attempt failed
	LastAnswer     string // the beginning of the last answer that was a failure
	FinishedAt     *Time
}

// ID is the delivery's id, which is the same at each attempt.
func (d Delivery) ID() string { return fmt.Sprintf("msg_%d_%d", d.Event, d.Webhook) }

// parseDeliveryID reads an ID. The failure is NotFound with field deliveryId.
func parseDeliveryID(id string) (d Delivery, err error) {
	if _, err := fmt.Sscanf(id, "msg_%d_%d", &d.Event, &d.Webhook); err != nil || d.ID() != id {
		return d, &apierr.Error{Code: apierr.NotFound, Field: "deliveryId"}
	}
	return d, nil
}

func newDelivery(row store.QueuedEvent) Delivery {
	return Delivery{
		Webhook: row.WebhookID, Event: row.EventID, Kind: row.Kind, State: row.State, Attempts: row.Attempts, QueuedAt: row.QueuedAt,
		NextAttemptAt: row.DueAt, LastAttemptAt: row.TriedAt, LastStatus: row.Status, LastError: row.Error, LastAnswer: row.Answer, FinishedAt: row.FinishedAt,
	}
}

// DeliveryFilter selects deliveries. Zero values select everything.
type DeliveryFilter struct {
	Webhook int64
	State   string
	After   string // the ID of the last delivery of the page before; "" for the first page
	Limit   int    // maximum number of deliveries
}

func (f DeliveryFilter) row() (filter store.DeliveryFilter, err error) {
	filter = store.DeliveryFilter{WebhookID: f.Webhook, State: f.State, Limit: f.Limit}
	if f.After != "" {
		last, err := parseDeliveryID(f.After)
		if err != nil {
			return filter, err
		}
		filter.Before = [2]int64{last.Event, last.Webhook}
	}
	return filter, nil
}

// ListDeliveries gives the deliveries that f selects, those of the newest events first.
func (s *Service) ListDeliveries(ctx context.Context, f DeliveryFilter) ([]Delivery, error) {
	filter, err := f.row()
	if err != nil {
		return nil, err
	}
	rows, err := s.store.ListDeliveries(ctx, filter)
	return convert(rows, newDelivery), storeErr(err)
}

// CountDeliveries returns how many deliveries f selects, whatever its After and Limit.
func (s *Service) CountDeliveries(ctx context.Context, f DeliveryFilter) (int64, error) {
	total, err := s.store.CountDeliveries(ctx, store.DeliveryFilter{WebhookID: f.Webhook, State: f.State})
	return total, storeErr(err)
}

// Delivery finds a delivery. The failure is NotFound with field deliveryId, here and below.
func (s *Service) Delivery(ctx context.Context, id string) (Delivery, error) {
	d, err := parseDeliveryID(id)
	if err != nil {
		return Delivery{}, err
	}
	row, err := s.store.DeliveryByKey(ctx, d.Event, d.Webhook)
	return newDelivery(row), Missing(codeErr(err, "deliveryId"))
}

// DeliveredEvent gives the event of a delivery, nil if it is no longer kept.
func (s *Service) DeliveredEvent(ctx context.Context, d Delivery) (*AuditEvent, error) {
	row, err := s.store.AuditEventByID(ctx, d.Event)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return new(AuditEvent(row)), storeErr(err)
}

// TestWebhook records an event of the kind AuditWebhookTested and queues it for a webhook,
// whatever kinds it wants. Failures are NotFound and, for a disabled webhook, Conflict, both
// with field webhookId.
func (s Operator) TestWebhook(ctx context.Context, id int64) (Delivery, error) {
	webhook, err := s.Webhook(ctx, id)
	if err != nil {
		return Delivery{}, err
	}
	if webhook.Disabled {
		return Delivery{}, &apierr.Error{Code: apierr.Conflict, Field: "webhookId"}
	}
	events := []event{s.event(AuditWebhookTested, 0, details{"webhook": Decimal(id)})}
	rows := s.auditRows(ctx, events)
	err = withNewIDs(func() error {
		s.setIDs(rows)
		return s.store.InTx(ctx, func(tx store.Tx) error {
			if err := tx.InsertAudit(ctx, rows...); err != nil {
				return err
			}
			return tx.QueueDelivery(ctx, rows[0], id)
		})
	})
	if err != nil {
		return Delivery{}, storeErr(err)
	}
	s.streamAudit(ctx, events, rows)
	return s.Delivery(ctx, Delivery{Event: rows[0].ID, Webhook: id}.ID())
}

// ReplayDelivery queues a delivery again, whatever its state.
func (s Operator) ReplayDelivery(ctx context.Context, id string) (Delivery, error) {
	d, err := s.Delivery(ctx, id)
	if err != nil {
		return Delivery{}, err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		tx.record(s.event(AuditDeliveriesReplayed, 0, details{"webhook": Decimal(d.Webhook), "delivery": id}))
		return tx.ReplayDelivery(ctx, d.Event, d.Webhook, store.TimeOf(s.now()))
	})
	if err != nil {
		return Delivery{}, Missing(codeErr(err, "deliveryId"))
	}
	return s.Delivery(ctx, id)
}

// ReplayDeliveries queues the deliveries of a webhook again that were queued from since on
// and are in a state, DeliveryDead or DeliveryDelivered, and returns how many. The failure is
// NotFound with field webhookId.
func (s Operator) ReplayDeliveries(ctx context.Context, webhook int64, state string, since Time) (queued int64, err error) {
	if _, err := s.Webhook(ctx, webhook); err != nil {
		return 0, err
	}
	queued, err = s.store.ReplayDeliveries(ctx, webhook, state, since, store.TimeOf(s.now()))
	if queued > 0 {
		s.audit(ctx, s.event(AuditDeliveriesReplayed, 0, details{"webhook": Decimal(webhook), "state": state, "deliveries": queued}))
	}
	return queued, storeErr(err)
}

// ClaimedDelivery is a delivery that nobody else tries until the claim ends.
type ClaimedDelivery struct {
	Delivery
	AuditEvent AuditEvent // what is sent

	row          store.WebhookDelivery
	claimedUntil Time
}

// ClaimDeliveries claims at most limit deliveries of a webhook that are due, for a time. A
// claim that ends without FinishDelivery is another server's to take.
func (s *Service) ClaimDeliveries(ctx context.Context, webhook int64, limit int, during time.Duration) (claimed []ClaimedDelivery, err error) {
	now := s.now()
	until := store.TimeOf(now.Add(during))
	due, err := s.store.DueDeliveries(ctx, webhook, store.TimeOf(now), limit)
	if err != nil || len(due) == 0 {
		return nil, storeErr(err)
	}
	var mine []store.WebhookDelivery
	err = s.store.InTx(ctx, func(tx store.Tx) error {
		mine = nil
		for _, row := range due {
			taken, err := tx.ClaimDelivery(ctx, row, until)
			if err != nil {
				return err
			}
			if taken {
				mine = append(mine, row)
			}
		}
		return nil
	})
	if err != nil {
		return nil, storeErr(err)
	}
	for _, row := range mine {
		event, err := s.store.AuditEventByID(ctx, row.EventID)
		if errors.Is(err, store.ErrNotFound) { // it is no longer kept
			row.State, row.DueAt, row.FinishedAt, row.Error = DeliveryDead, nil, new(store.TimeOf(now)), "the audit event is no longer kept"
			err = s.store.InTx(ctx, func(tx store.Tx) error { return tx.SetDelivery(ctx, row, until) })
			if err == nil {
				continue
			}
		}
		if err != nil {
			return claimed, storeErr(err)
		}
		claimed = append(claimed, ClaimedDelivery{newDelivery(store.QueuedEvent{WebhookDelivery: row}), AuditEvent(event), row, until})
	}
	return claimed, nil
}

// Attempt is what became of an attempt to deliver.
type Attempt struct {
	Status     int           // of the receiver's answer; 0: there was none
	Error      string        // why it failed; "": it is delivered
	Answer     string        // the beginning of an answer that was a failure
	RetryAfter time.Duration // that the receiver asked for
	// Interrupted means that the server stopped during the attempt, which does not count.
	Interrupted bool
}

// FinishDelivery stores what became of an attempt, and returns the delivery's state. One that
// failed is tried again, with growing pauses of random length, for three days. A receiver
// that answers 410 is disabled. It does nothing if the claim has ended meanwhile.
func (s *Service) FinishDelivery(ctx context.Context, d ClaimedDelivery, a Attempt) (state string, err error) {
	now := s.now()
	row := d.row
	row.DueAt = new(store.TimeOf(now))
	if !a.Interrupted {
		row.Attempts++
		row.TriedAt, row.Status, row.Error, row.Answer = new(store.TimeOf(now)), nil, storable(a.Error), storable(a.Answer)
		if a.Status != 0 {
			row.Status = &a.Status
		}
		switch {
		case a.Error == "":
			row.State, row.DueAt, row.FinishedAt = DeliveryDelivered, nil, row.DueAt
		case now.Sub(row.QueuedAt.Time()) >= giveUpAfter:
			row.State, row.DueAt, row.FinishedAt = DeliveryDead, nil, row.DueAt
		default:
			row.DueAt = new(store.TimeOf(now.Add(retryWait(row.Attempts, a.RetryAfter))))
		}
	}
	err = s.inTx(ctx, func(tx *tx) error {
		if err := tx.SetDelivery(ctx, row, d.claimedUntil); err != nil || a.Status != statusGone {
			return err
		}
		webhook, err := tx.TakeWebhook(ctx, row.WebhookID, nil)
		if err != nil || webhook.DisabledAt != nil {
			return err
		}
		webhook.UpdatedAt, webhook.DisabledAt = store.TimeOf(now), new(store.TimeOf(now))
		tx.record(event{kind: AuditWebhookDisabled, detail: details{"webhook": Decimal(webhook.ID), "reason": "gone"}})
		return tx.ChangeWebhook(ctx, webhook)
	})
	if errors.Is(err, store.ErrNotFound) {
		return row.State, nil
	}
	return row.State, storeErr(err)
}

// storable is a text that a receiver has a part in, as every engine can store it: valid
// UTF-8 without control characters, which PostgreSQL partly refuses.
func storable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

// retryWait is how long to wait after so many failed attempts: a random time up to a limit
// that doubles with each, and not less than the receiver asks for.
func retryWait(attempts int, asked time.Duration) time.Duration {
	limit := longestRetry
	if shift := attempts - 1; shift < 16 {
		limit = min(limit, firstRetry<<shift)
	}
	return max(shortestWait, rand.N(limit), min(asked, longestRetry))
}

// PurgeDeliveries gives up deliveries that wait for longer than they are tried, as those of a
// disabled webhook, and deletes those that were delivered 7 days ago or given up 30 days ago.
// It returns how many it deleted.
func (s *Service) PurgeDeliveries(ctx context.Context) (int64, error) {
	now := s.now()
	deleted, err := s.store.PurgeDeliveries(ctx, store.DeliveryAges{
		GiveUp: store.TimeOf(now.Add(-giveUpAfter - longestRetry)), Why: "it has waited for too long",
		Delivered: store.TimeOf(now.Add(-deliveredKept)), Dead: store.TimeOf(now.Add(-deadKept)),
	}, store.TimeOf(now))
	return deleted, storeErr(err)
}
