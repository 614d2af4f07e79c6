package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	client "quartet/openapi/sdk/go"
)

func listWebhooks(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listWebhooks
	answer, err := api.ListWebhooksWithResponse(ctx, &client.ListWebhooksParams{},
		client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(len(answer.JSON200.Items))
	// end
	return nil
}

func addWebhook(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: addWebhook
	body := client.AdminNewWebhook{
		Url:         "https://hooks.example.com/other",
		Description: new("图书馆"),
		Kinds:       &[]client.AdminAuditKind{client.AdminKindUserCreated},
	}
	answer, err := api.AddWebhookWithResponse(ctx, nil, body, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON201 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON201.Secret)
	// end
	return nil
}

func readWebhook(ctx context.Context, api *client.ClientWithResponses) (string, error) {
	// sample: readWebhook
	answer, err := api.ReadWebhookWithResponse(ctx, "1", client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return "", err
	}
	if answer.JSON200 == nil {
		return "", errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Url)
	// end
	return answer.HTTPResponse.Header.Get("ETag"), nil
}

func changeWebhook(ctx context.Context, api *client.ClientWithResponses, etag string) error {
	// sample: changeWebhook
	kinds := []client.AdminAuditKind{client.AdminKindUserCreated, client.AdminKindUserUpdated}
	params := &client.ChangeWebhookParams{IfMatch: etag}
	body := client.AdminWebhookChange{Kinds: &kinds}
	answer, err := api.ChangeWebhookWithResponse(ctx, "1", params, body,
		client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Version)
	// end
	return nil
}

func rotateWebhookSecret(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: rotateWebhookSecret
	answer, err := api.RotateWebhookSecretWithResponse(ctx, "1", nil,
		client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON201 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON201.Secret)
	// end
	return nil
}

func testWebhook(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: testWebhook
	answer, err := api.TestWebhookWithResponse(ctx, "1", client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON202 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON202.Id)
	// end
	return nil
}

func listDeliveries(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listDeliveries
	params := &client.ListDeliveriesParams{Webhook: new("1"), State: new(client.DeliveryDelivered)}
	answer, err := api.ListDeliveriesWithResponse(ctx, params, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(len(answer.JSON200.Items))
	// end
	return nil
}

func readDelivery(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: readDelivery
	answer, err := api.ReadDeliveryWithResponse(ctx, "msg_2001_1", client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(*answer.JSON200.Delivery.LastStatus)
	// end
	return nil
}

func replayDelivery(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: replayDelivery
	answer, err := api.ReplayDeliveryWithResponse(ctx, "msg_2001_1",
		client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON202 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON202.State)
	// end
	return nil
}

func replayDeliveries(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: replayDeliveries
	body := client.AdminReplay{Since: time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)}
	answer, err := api.ReplayDeliveriesWithResponse(ctx, "1", body, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON202 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON202.Queued, "queued")
	// end
	return nil
}

func deleteWebhook(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: deleteWebhook
	params := &client.DeleteWebhookParams{IfMatch: "*"}
	answer, err := api.DeleteWebhookWithResponse(ctx, "1", params, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.StatusCode() != http.StatusNoContent {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.Status())
	// end
	return nil
}
