package store

import (
	"context"
	"slices"
	"strings"
	"time"
)

// WebhookMemory is how long a store goes by the enabled webhooks that it has read. A change
// of webhooks takes effect on every server within this time of its commit.
const WebhookMemory = 4 * time.Second

var (
	insertWebhook = insertInto[Webhook]("webhooks")
	selectWebhook = "SELECT " + selected[Webhook]("") + " FROM webhooks "
)

const (
	enabledWebhooks = "SELECT id, kinds FROM webhooks WHERE disabled_at IS NULL ORDER BY id"
	changeWebhook   = `url = ?, description = ?, kinds = ?, secret_sealed = ?, old_secret_sealed = ?, old_secret_until = ?,
		updated_at = ?, disabled_at = ?`
	deleteWebhook = "DELETE FROM webhooks WHERE id = ?"
)

// enabledWebhook is an enabled webhook as the transactions need it.
type enabledWebhook struct {
	ID    int64  `db:"id"`
	Kinds string `db:"kinds"`
}

// wants reports whether the webhook is told of events of a kind.
func (w enabledWebhook) wants(kind string) bool {
	return w.Kinds == "" || slices.Contains(strings.Fields(w.Kinds), kind)
}

// webhookMemory is what a store has read of the enabled webhooks.
type webhookMemory struct {
	enabled []enabledWebhook
	until   time.Time // when it is too old to be used
}

// LearnWebhooks reads the enabled webhooks. Transactions go by what it has read for
// WebhookMemory, so a server that calls it more often saves them from reading it.
func (s *Store) LearnWebhooks(ctx context.Context) ([]Webhook, error) {
	began := time.Now()
	webhooks, err := many[Webhook](ctx, s, "LearnWebhooks", selectWebhook+"WHERE disabled_at IS NULL ORDER BY id")
	if err != nil {
		return nil, err
	}
	memory := &webhookMemory{until: began.Add(WebhookMemory)}
	for _, webhook := range webhooks {
		memory.enabled = append(memory.enabled, enabledWebhook{webhook.ID, webhook.Kinds})
	}
	s.webhooks.Store(memory)
	return webhooks, nil
}

// enabledWebhooks returns the webhooks that a transaction queues its events for. What it
// reads itself is not remembered, because the transaction may have changed it and may fail.
func (tx Tx) enabledWebhooks(ctx context.Context) (enabled []enabledWebhook, err error) {
	if memory := tx.store.webhooks.Load(); memory != nil && time.Now().Before(memory.until) {
		return memory.enabled, nil
	}
	return enabled, tx.store.fail("InsertAudit", tx.tx.Select(ctx, &enabled, enabledWebhooks))
}

// InsertWebhook adds a webhook, unless there are most already: then it returns ErrTooMany.
// It returns a ConflictError of id.
func (tx Tx) InsertWebhook(ctx context.Context, w Webhook, most int) error {
	var present int
	if err := tx.get(ctx, "InsertWebhook", &present, "SELECT COUNT(*) FROM webhooks"); err != nil {
		return err
	}
	if present >= most {
		return ErrTooMany
	}
	return tx.insert(ctx, "InsertWebhook", insertWebhook, w)
}

// TakeWebhook raises the version of a webhook and reads it; its row is locked until the
// transaction ends. It returns ErrNotFound, and ErrVersion if the webhook had another
// version than the wanted one, unless that is nil.
func (tx Tx) TakeWebhook(ctx context.Context, id int64, wanted *int64) (w Webhook, err error) {
	if err := tx.TakeVersion(ctx, VersionedWebhooks, "id", id, wanted); err != nil {
		return Webhook{}, err
	}
	return w, tx.get(ctx, "TakeWebhook", &w, selectWebhook+"WHERE id = ?", id)
}

// ChangeWebhook stores a webhook that TakeWebhook has returned, except its id, version and
// time of creation.
func (tx Tx) ChangeWebhook(ctx context.Context, w Webhook) error {
	return tx.update(ctx, "ChangeWebhook", "webhooks", changeWebhook, "id = ?",
		[]any{w.URL, w.Description, w.Kinds, w.SecretSealed, w.OldSecretSealed, w.OldSecretUntil, w.UpdatedAt, w.DisabledAt}, []any{w.ID})
}

// DeleteWebhook deletes a webhook, or returns ErrNotFound. PurgeDeliveries deletes its
// deliveries, which nothing lists any more.
func (tx Tx) DeleteWebhook(ctx context.Context, id int64) error {
	return tx.change(ctx, "DeleteWebhook", deleteWebhook, id)
}

// WebhookByID returns a webhook, or ErrNotFound.
func (s *Store) WebhookByID(ctx context.Context, id int64) (Webhook, error) {
	return one[Webhook](ctx, s, "WebhookByID", selectWebhook+"WHERE id = ?", id)
}

// ListWebhooks returns at most limit webhooks whose ids are above afterID, in order of
// their ids.
func (s *Store) ListWebhooks(ctx context.Context, afterID int64, limit int) ([]Webhook, error) {
	return page[Webhook](ctx, s, "ListWebhooks", selectWebhook, conditions{}, afterID, limit)
}
