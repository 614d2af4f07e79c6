package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/apierr"
)

// ListDeliveries is not written yet.
func (API) ListDeliveries(context.Context, openapi.ListDeliveriesRequestObject) (openapi.ListDeliveriesResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReadDelivery is not written yet.
func (API) ReadDelivery(context.Context, openapi.ReadDeliveryRequestObject) (openapi.ReadDeliveryResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReplayDelivery is not written yet.
func (API) ReplayDelivery(context.Context, openapi.ReplayDeliveryRequestObject) (openapi.ReplayDeliveryResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ListWebhooks is not written yet.
func (API) ListWebhooks(context.Context, openapi.ListWebhooksRequestObject) (openapi.ListWebhooksResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// AddWebhook is not written yet.
func (API) AddWebhook(context.Context, openapi.AddWebhookRequestObject) (openapi.AddWebhookResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// DeleteWebhook is not written yet.
func (API) DeleteWebhook(context.Context, openapi.DeleteWebhookRequestObject) (openapi.DeleteWebhookResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReadWebhook is not written yet.
func (API) ReadWebhook(context.Context, openapi.ReadWebhookRequestObject) (openapi.ReadWebhookResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ChangeWebhook is not written yet.
func (API) ChangeWebhook(context.Context, openapi.ChangeWebhookRequestObject) (openapi.ChangeWebhookResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReplayDeliveries is not written yet.
func (API) ReplayDeliveries(context.Context, openapi.ReplayDeliveriesRequestObject) (openapi.ReplayDeliveriesResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// RotateWebhookSecret is not written yet.
func (API) RotateWebhookSecret(context.Context, openapi.RotateWebhookSecretRequestObject) (openapi.RotateWebhookSecretResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// TestWebhook is not written yet.
func (API) TestWebhook(context.Context, openapi.TestWebhookRequestObject) (openapi.TestWebhookResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}
