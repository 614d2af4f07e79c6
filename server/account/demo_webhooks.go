package account

import (
	"context"
	"strconv"
	"strings"

	"quartet/store"
)

// DemoWebhook is a webhook with a public secret.
type DemoWebhook struct {
	ID int64
	NewWebhook
	Secret     string
	Deliveries []DemoDelivery
}

// DemoDelivery is an event about a user and what became of its delivery.
type DemoDelivery struct {
	EventID, ActorID, SubjectID, SessionID int64
	Kind, Dialect, ClientIP                string
	Status                                 int // of the receiver's last answer: 204, or a failure
}

// insertWebhooks inserts webhooks and their deliveries, those that failed as given up.
func (s *Service) insertWebhooks(ctx context.Context, tx store.Tx, webhooks []DemoWebhook) error {
	now := store.TimeOf(s.now())
	for _, w := range webhooks {
		for _, d := range w.Deliveries {
			event := store.AuditEvent{
				ID: d.EventID, At: now, Kind: d.Kind, ActorID: idOrNil(d.ActorID), SubjectID: idOrNil(d.SubjectID), SessionID: idOrNil(d.SessionID),
				Dialect: d.Dialect, ClientIP: d.ClientIP, Detail: "{}",
			}
			if err := tx.InsertAudit(ctx, event); err != nil {
				return err
			}
			if err := tx.QueueDelivery(ctx, event, w.ID); err != nil {
				return err
			}
			row := store.WebhookDelivery{
				EventID: event.ID, WebhookID: w.ID, State: DeliveryDelivered, Attempts: 1, TriedAt: &now, Status: &d.Status, FinishedAt: &now,
			}
			if d.Status/100 != 2 {
				row.State, row.Error = DeliveryDead, "status "+strconv.Itoa(d.Status)
			}
			if err := tx.SetDelivery(ctx, row, now); err != nil {
				return err
			}
		}
		row := store.Webhook{
			ID: w.ID, URL: w.URL, Description: w.Description, Kinds: strings.Join(w.Kinds, " "),
			SecretSealed: s.sealer.Seal(w.Secret, webhookContext(w.ID)), Version: 1, CreatedAt: now, UpdatedAt: now,
		}
		if err := tx.InsertWebhook(ctx, row, MaxWebhooks); err != nil {
			return err
		}
	}
	return nil
}
