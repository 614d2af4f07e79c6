package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/server/webhooks"
)

// ListWebhooks lists the webhooks.
func (API) ListWebhooks(ctx context.Context, r openapi.ListWebhooksRequestObject) (openapi.ListWebhooksResponseObject, error) {
	l, err := newList(ctx, "listWebhooks", r.Params, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	webhooks, err := l.operator.ListWebhooks(ctx, l.id(), l.limit+1)
	if err != nil {
		return nil, err
	}
	items, next := pageOf(l, webhooks, func(w account.Webhook) string { return account.Decimal(w.ID) }, toWebhook)
	return openapi.ListWebhooks200JSONResponse{Body: openapi.AdminWebhookPage{Items: items, Next: next}}, nil
}

// AddWebhook adds a webhook.
func (API) AddWebhook(ctx context.Context, r openapi.AddWebhookRequestObject) (openapi.AddWebhookResponseObject, error) {
	added, err := onceOperator(ctx, r.Params.IdempotencyKey, r).AddWebhook(ctx, account.NewWebhook{
		URL: r.Body.Url, Description: dialect.OrEmpty(r.Body.Description), Kinds: kindTexts(dialect.OrEmpty(r.Body.Kinds)),
	})
	return openapi.AddWebhook201JSONResponse{
		Body: toWebhookWithSecret(added), Headers: openapi.AddWebhook201ResponseHeaders{ETag: etag(added.Version)},
	}, err
}

// ReadWebhook finds a webhook.
func (API) ReadWebhook(ctx context.Context, r openapi.ReadWebhookRequestObject) (openapi.ReadWebhookResponseObject, error) {
	webhook, err := operator(ctx).Webhook(ctx, number(r.WebhookId))
	return openapi.ReadWebhook200JSONResponse{
		Body: toWebhook(webhook), Headers: openapi.ReadWebhook200ResponseHeaders{ETag: etag(webhook.Version)},
	}, err
}

// ChangeWebhook changes a webhook.
func (API) ChangeWebhook(ctx context.Context, r openapi.ChangeWebhookRequestObject) (openapi.ChangeWebhookResponseObject, error) {
	change := account.WebhookChange{URL: r.Body.Url, Description: r.Body.Description, Disabled: r.Body.Disabled}
	if r.Body.Kinds != nil {
		change.Kinds = new(kindTexts(*r.Body.Kinds))
	}
	webhook, err := operatorIf(ctx, r.Params.IfMatch).ChangeWebhook(ctx, number(r.WebhookId), change)
	return openapi.ChangeWebhook200JSONResponse{
		Body: toWebhook(webhook), Headers: openapi.ChangeWebhook200ResponseHeaders{ETag: etag(webhook.Version)},
	}, err
}

// DeleteWebhook deletes a webhook.
func (API) DeleteWebhook(ctx context.Context, r openapi.DeleteWebhookRequestObject) (openapi.DeleteWebhookResponseObject, error) {
	return openapi.DeleteWebhook204Response{}, operatorIf(ctx, r.Params.IfMatch).DeleteWebhook(ctx, number(r.WebhookId))
}

// RotateWebhookSecret gives a webhook a new secret.
func (API) RotateWebhookSecret(ctx context.Context, r openapi.RotateWebhookSecretRequestObject) (openapi.RotateWebhookSecretResponseObject, error) {
	rotated, err := onceOperator(ctx, r.Params.IdempotencyKey, r).RotateWebhookSecret(ctx, number(r.WebhookId))
	return openapi.RotateWebhookSecret201JSONResponse{
		Body: toWebhookWithSecret(rotated), Headers: openapi.RotateWebhookSecret201ResponseHeaders{ETag: etag(rotated.Version)},
	}, err
}

// TestWebhook sends an event to a webhook to try it.
func (API) TestWebhook(ctx context.Context, r openapi.TestWebhookRequestObject) (openapi.TestWebhookResponseObject, error) {
	delivery, err := operator(ctx).TestWebhook(ctx, number(r.WebhookId))
	return openapi.TestWebhook202JSONResponse{Body: toDelivery(delivery)}, err
}

// ReplayDeliveries sends deliveries of a webhook again.
func (API) ReplayDeliveries(ctx context.Context, r openapi.ReplayDeliveriesRequestObject) (openapi.ReplayDeliveriesResponseObject, error) {
	state := account.DeliveryDead
	if r.Body.State != nil {
		state = string(*r.Body.State)
	}
	queued, err := operator(ctx).ReplayDeliveries(ctx, number(r.WebhookId), state, account.Time(r.Body.Since.UnixMilli()))
	return openapi.ReplayDeliveries202JSONResponse{Body: openapi.AdminReplayed{Queued: queued}}, err
}

// ListDeliveries lists deliveries, those of the newest events first.
func (API) ListDeliveries(ctx context.Context, r openapi.ListDeliveriesRequestObject) (openapi.ListDeliveriesResponseObject, error) {
	l, err := newList(ctx, "listDeliveries", r.Params, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	filter := account.DeliveryFilter{State: string(dialect.OrEmpty(r.Params.State)), After: l.position, Limit: l.limit + 1}
	if r.Params.Webhook != nil {
		filter.Webhook = number(*r.Params.Webhook)
	}
	deliveries, err := l.operator.ListDeliveries(ctx, filter)
	if err != nil {
		return nil, err
	}
	items, next := pageOf(l, deliveries, account.Delivery.ID, toDelivery)
	return openapi.ListDeliveries200JSONResponse{Body: openapi.AdminDeliveryPage{Items: items, Next: next}}, nil
}

// ReadDelivery finds a delivery and what it sends.
func (API) ReadDelivery(ctx context.Context, r openapi.ReadDeliveryRequestObject) (openapi.ReadDeliveryResponseObject, error) {
	delivery, err := operator(ctx).Delivery(ctx, r.DeliveryId)
	if err != nil {
		return nil, err
	}
	detail := openapi.AdminDeliveryDetail{Delivery: toDelivery(delivery)}
	if !operator(ctx).Has(account.RightAuditRead) {
		return openapi.ReadDelivery200JSONResponse{Body: detail}, nil
	}
	event, err := operator(ctx).DeliveredEvent(ctx, delivery)
	if event != nil {
		detail.Payload = new(webhooks.Message(*event))
	}
	return openapi.ReadDelivery200JSONResponse{Body: detail}, err
}

// ReplayDelivery sends a delivery again.
func (API) ReplayDelivery(ctx context.Context, r openapi.ReplayDeliveryRequestObject) (openapi.ReplayDeliveryResponseObject, error) {
	delivery, err := operator(ctx).ReplayDelivery(ctx, r.DeliveryId)
	return openapi.ReplayDelivery202JSONResponse{Body: toDelivery(delivery)}, err
}

func kindTexts(kinds []openapi.AdminAuditKind) []string {
	return dialect.Convert(kinds, func(kind openapi.AdminAuditKind) string { return string(kind) })
}

func toWebhook(w account.Webhook) openapi.AdminWebhook {
	return openapi.AdminWebhook{
		Id: account.Decimal(w.ID), Url: w.URL, Description: w.Description, Disabled: w.Disabled, OldSecretUntil: utcOrNull(w.OldSecretUntil),
		Kinds:    dialect.Convert(w.Kinds, func(kind string) openapi.AdminAuditKind { return openapi.AdminAuditKind(kind) }),
		StartsAt: utc(w.StartsAt), CreatedAt: utc(w.CreatedAt), UpdatedAt: utc(w.UpdatedAt), Version: w.Version,
	}
}

func toWebhookWithSecret(w account.WebhookWithSecret) openapi.AdminWebhookWithSecret {
	return openapi.AdminWebhookWithSecret{Webhook: toWebhook(w.Webhook), Secret: w.Secret}
}

func toDelivery(d account.Delivery) openapi.AdminDelivery {
	delivery := openapi.AdminDelivery{
		Id: d.ID(), Webhook: account.Decimal(d.Webhook), Event: account.Decimal(d.Event), Kind: d.Kind, State: openapi.AdminDeliveryState(d.State),
		Attempts: int32(d.Attempts), QueuedAt: utc(d.QueuedAt), NextAttemptAt: utcOrNull(d.NextAttemptAt), LastAttemptAt: utcOrNull(d.LastAttemptAt),
		LastError: dialect.OrNull(d.LastError), LastAnswer: dialect.OrNull(d.LastAnswer), FinishedAt: utcOrNull(d.FinishedAt),
	}
	if d.LastStatus != nil {
		delivery.LastStatus = new(int32(*d.LastStatus))
	}
	return delivery
}
