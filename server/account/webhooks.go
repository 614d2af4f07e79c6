package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

const (
	// MaxWebhooks is how many webhooks there can be: each event is compared with all.
	MaxWebhooks               = 50
	longestWebhookURL         = 2048 // characters
	longestWebhookDescription = 200  // characters
	webhookSecretSize         = 32   // bytes
	// oldSecretTime is how long the secret before the present one signs too.
	oldSecretTime = 24 * time.Hour
	// webhookStart is when a change of a webhook is in effect on every server: a little more
	// than a store remembers.
	webhookStart = store.WebhookMemory + time.Second
)

// Webhook is an address that audit events are sent to, without its secrets.
type Webhook struct {
	ID             int64
	URL            string
	Description    string
	Kinds          []string // of events that are sent; none: all
	Disabled       bool
	OldSecretUntil *Time // until when the old secret signs too; nil: there is none
	StartsAt       Time  // from when the present settings are in effect on every server
	CreatedAt      Time
	UpdatedAt      Time
	Version        int64
}

// WebhookWithSecret is a webhook with its new secret, which is never shown again: whsec_
// and base64, as Standard Webhooks says.
type WebhookWithSecret struct {
	Webhook
	Secret string
}

// NewWebhook describes a webhook to add.
type NewWebhook struct {
	URL, Description string
	Kinds            []string // none: all
}

// WebhookChange holds what to change; nil leaves it as it is.
type WebhookChange struct {
	URL, Description *string
	Kinds            *[]string
	Disabled         *bool
}

func (s *Service) newWebhook(row store.Webhook) Webhook {
	w := Webhook{
		ID: row.ID, URL: row.URL, Description: row.Description, Kinds: strings.Fields(row.Kinds), Disabled: row.DisabledAt != nil,
		StartsAt: row.UpdatedAt + Time(webhookStart.Milliseconds()), CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, Version: row.Version,
	}
	if row.OldSecretUntil != nil && *row.OldSecretUntil > store.TimeOf(s.now()) {
		w.OldSecretUntil = row.OldSecretUntil
	}
	return w
}

// ListWebhooks gives at most limit webhooks whose ids are above afterID, in order of their
// ids.
func (s *Service) ListWebhooks(ctx context.Context, afterID int64, limit int) ([]Webhook, error) {
	rows, err := s.store.ListWebhooks(ctx, afterID, limit)
	return convert(rows, s.newWebhook), storeErr(err)
}

// Webhook finds a webhook. The failure is NotFound with field webhookId, here and below.
func (s *Service) Webhook(ctx context.Context, id int64) (Webhook, error) {
	row, err := s.store.WebhookByID(ctx, id)
	return s.newWebhook(row), webhookErr(err)
}

// AddWebhook adds a webhook, and returns its secret, which is stored sealed. Every event
// from StartsAt on is sent to it. Failures are InvalidField with field url, description or
// kinds, WebhookAddressRefused for an address within, and InvalidField with field url if
// there are MaxWebhooks already.
func (s Operator) AddWebhook(ctx context.Context, n NewWebhook) (WebhookWithSecret, error) {
	if err := s.checkWebhook(ctx, WebhookChange{URL: &n.URL, Description: &n.Description, Kinds: &n.Kinds}); err != nil {
		return WebhookWithSecret{}, err
	}
	if err := s.givesAuthority(s.caller, "url"); err != nil {
		return WebhookWithSecret{}, err
	}
	return once(ctx, s, func(remember remember[WebhookWithSecret]) (added WebhookWithSecret, err error) {
		now := store.TimeOf(s.now())
		err = s.inTx(ctx, func(tx *tx) error {
			id, secret := s.ids.Next(), newWebhookSecret()
			row := store.Webhook{
				ID: id, URL: n.URL, Description: n.Description, Kinds: strings.Join(n.Kinds, " "),
				SecretSealed: s.sealer.Seal(secret, webhookContext(id)), Version: 1, CreatedAt: now, UpdatedAt: now,
			}
			added = WebhookWithSecret{s.newWebhook(row), secret}
			tx.record(s.event(AuditWebhookAdded, 0, details{"webhook": Decimal(id), "host": hostOf(n.URL)}))
			if err := tx.InsertWebhook(ctx, row, MaxWebhooks); err != nil {
				return err
			}
			return remember(ctx, tx, added)
		})
		if errors.Is(err, store.ErrTooMany) {
			return WebhookWithSecret{}, &apierr.Error{
				Code: apierr.InvalidField, Field: "url", Reason: apierr.Full, Expected: strconv.Itoa(MaxWebhooks), Cause: err,
			}
		}
		return added, storeErr(err)
	})
}

// ChangeWebhook changes a webhook. A disabled one gets no new events, and what is still to
// be sent waits until it is enabled. Failures are those of AddWebhook, and
// PreconditionFailed.
func (s Operator) ChangeWebhook(ctx context.Context, id int64, change WebhookChange) (Webhook, error) {
	if err := s.checkWebhook(ctx, change); err != nil {
		return Webhook{}, err
	}
	return s.changeWebhook(ctx, id, func(tx *tx, row *store.Webhook) error {
		fields := []string{}
		if change.URL != nil && *change.URL != row.URL {
			if err := s.givesAuthority(s.caller, "url"); err != nil {
				return err
			}
			row.URL, fields = *change.URL, append(fields, "url")
		}
		if change.Description != nil && *change.Description != row.Description {
			row.Description, fields = *change.Description, append(fields, "description")
		}
		if kinds := strings.Join(valueOf(change.Kinds), " "); change.Kinds != nil && kinds != row.Kinds {
			row.Kinds, fields = kinds, append(fields, "kinds")
		}
		if len(fields) > 0 {
			tx.record(s.event(AuditWebhookChanged, 0, details{"webhook": Decimal(id), "host": hostOf(row.URL), "fields": fields}))
		}
		switch {
		case change.Disabled == nil, *change.Disabled == (row.DisabledAt != nil):
		case *change.Disabled:
			row.DisabledAt = new(store.TimeOf(s.now()))
			tx.record(s.event(AuditWebhookDisabled, 0, details{"webhook": Decimal(id)}))
		default:
			row.DisabledAt = nil
			tx.record(s.event(AuditWebhookEnabled, 0, details{"webhook": Decimal(id)}))
		}
		return nil
	})
}

func (s Operator) changeWebhook(ctx context.Context, id int64, change func(*tx, *store.Webhook) error) (changed Webhook, err error) {
	err = s.inTx(ctx, func(tx *tx) error {
		row, err := s.takeWebhook(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := change(tx, &row); err != nil {
			return err
		}
		changed = s.newWebhook(row)
		return tx.ChangeWebhook(ctx, row)
	})
	return changed, webhookErr(err)
}

// takeWebhook reads a webhook for a change, of the version that the operator demands.
func (s Operator) takeWebhook(ctx context.Context, tx *tx, id int64) (store.Webhook, error) {
	row, err := tx.TakeWebhook(ctx, id, s.version)
	row.UpdatedAt = store.TimeOf(s.now())
	return row, err
}

// DeleteWebhook deletes a webhook. What is still to be sent to it is not sent any more. A
// failure is PreconditionFailed.
func (s Operator) DeleteWebhook(ctx context.Context, id int64) error {
	return webhookErr(s.inTx(ctx, func(tx *tx) error {
		row, err := s.takeWebhook(ctx, tx, id)
		if err != nil {
			return err
		}
		tx.record(s.event(AuditWebhookDeleted, 0, details{"webhook": Decimal(id), "host": hostOf(row.URL)}))
		return tx.DeleteWebhook(ctx, id)
	}))
}

// RotateWebhookSecret gives a webhook a new secret. The one before signs too for 24 hours.
func (s Operator) RotateWebhookSecret(ctx context.Context, id int64) (WebhookWithSecret, error) {
	if err := s.givesAuthority(s.caller, ""); err != nil {
		return WebhookWithSecret{}, err
	}
	return once(ctx, s, func(remember remember[WebhookWithSecret]) (rotated WebhookWithSecret, err error) {
		err = s.inTx(ctx, func(tx *tx) error {
			row, err := s.takeWebhook(ctx, tx, id)
			if err != nil {
				return err
			}
			secret, now := newWebhookSecret(), s.now()
			row.OldSecretSealed, row.OldSecretUntil = new(row.SecretSealed), new(store.TimeOf(now.Add(oldSecretTime)))
			row.SecretSealed = s.sealer.Seal(secret, webhookContext(id))
			tx.record(s.event(AuditWebhookSecretRotated, 0, details{"webhook": Decimal(id)}))
			if err := tx.ChangeWebhook(ctx, row); err != nil {
				return err
			}
			rotated = WebhookWithSecret{s.newWebhook(row), secret}
			return remember(ctx, tx, rotated)
		})
		return rotated, webhookErr(err)
	})
}

// checkWebhook checks what is set of a webhook.
func (s *Service) checkWebhook(ctx context.Context, c WebhookChange) error {
	if c.Description != nil {
		if err := checkText("description", *c.Description, longestWebhookDescription); err != nil {
			return err
		}
	}
	if c.Kinds != nil {
		known := AuditKinds()
		for _, kind := range *c.Kinds {
			if !slices.Contains(known, kind) {
				return apierr.Field("kinds", apierr.NotInEnum)
			}
		}
	}
	if c.URL == nil {
		return nil
	}
	if err := checkText("url", *c.URL, longestWebhookURL); err != nil {
		return err
	}
	target, err := url.Parse(*c.URL)
	if err != nil || target.Hostname() == "" || target.User != nil || target.Fragment != "" ||
		target.Scheme != "https" && target.Scheme != "http" || !isPort(target.Port()) {
		return apierr.Field("url", apierr.BadFormat)
	}
	if s.webhookAddress == nil {
		return nil
	}
	if err := s.webhookAddress(ctx, target); err != nil {
		return &apierr.Error{Code: apierr.WebhookAddressRefused, Field: "url", Cause: err}
	}
	return nil
}

// isPort accepts the port of a URL, "" where it has none.
func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil && port > 0
}

// WebhookTarget is an enabled webhook as it is needed to send to it.
type WebhookTarget struct {
	ID      int64
	URL     string
	Secrets []string // that sign; the newest is the first
}

// WebhookTargets gives the enabled webhooks. A server calls it each second or so: for some
// seconds the transactions go by what it has read.
func (s *Service) WebhookTargets(ctx context.Context) ([]WebhookTarget, error) {
	rows, err := s.store.LearnWebhooks(ctx)
	if err != nil {
		return nil, storeErr(err)
	}
	now := store.TimeOf(s.now())
	var targets []WebhookTarget
	for _, row := range rows {
		sealed := []*string{&row.SecretSealed}
		if row.OldSecretUntil != nil && *row.OldSecretUntil > now {
			sealed = append(sealed, row.OldSecretSealed)
		}
		target := WebhookTarget{ID: row.ID, URL: row.URL}
		for _, text := range sealed {
			secret, err := s.unseal(text, webhookContext(row.ID))
			if err != nil {
				return nil, err
			}
			target.Secrets = append(target.Secrets, secret)
		}
		targets = append(targets, target)
	}
	return targets, nil
}

// webhookErr converts an error of the store where a webhook may be missing.
func webhookErr(err error) error { return Missing(codeErr(err, "webhookId")) }

func newWebhookSecret() string {
	secret := make([]byte, webhookSecretSize)
	_, _ = rand.Read(secret) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(secret)
}

// webhookContext binds a sealed secret to its webhook.
func webhookContext(id int64) string { return "webhook:" + Decimal(id) }

// hostOf is the part of a URL that is shown in the audit: the rest can hold a secret.
func hostOf(text string) string {
	if target, err := url.Parse(text); err == nil {
		return target.Host
	}
	return ""
}
