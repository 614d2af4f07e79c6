package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	client "quartet/openapi/sdk/go"
)

func introspectToken(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: introspectToken
	form := client.IntrospectionForm{Token: accessToken}
	answer, err := api.IntrospectTokenWithFormdataBodyWithResponse(ctx, form, client.Basic(appID, appSecret))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Active)
	// end
	return nil
}

func getHealth(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: getHealth
	answer, err := api.GetHealthWithResponse(ctx)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Status)
	// end
	return nil
}

func getReadiness(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: getReadiness
	answer, err := api.GetReadinessWithResponse(ctx)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Status)
	// end
	return nil
}

func getMetrics(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: getMetrics
	answer, err := api.GetMetricsWithResponse(ctx)
	if err != nil {
		return err
	}
	if answer.StatusCode() != http.StatusOK {
		return errors.New(answer.Status())
	}
	fmt.Println(len(answer.Body))
	// end
	return nil
}

func getSpecAsYaml(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: getSpecAsYaml
	params := &client.GetSpecAsYamlParams{Tag: &[]client.Tag{client.TagJfinal}}
	answer, err := api.GetSpecAsYamlWithResponse(ctx, params)
	if err != nil {
		return err
	}
	if answer.StatusCode() != http.StatusOK {
		return errors.New(answer.Status())
	}
	fmt.Println(len(answer.Body))
	// end
	return nil
}

func getSpecAsJson(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: getSpecAsJson
	params := &client.GetSpecAsJsonParams{Tag: &[]client.Tag{client.TagJfinal}}
	answer, err := api.GetSpecAsJsonWithResponse(ctx, params)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println((*answer.JSON200)["openapi"])
	// end
	return nil
}

func getJsonWebKeys(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: getJsonWebKeys
	answer, err := api.GetJsonWebKeysWithResponse(ctx)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(len(answer.JSON200.Keys))
	// end
	return nil
}

func getDemoOutbox(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: getDemoOutbox
	answer, err := api.GetDemoOutboxWithResponse(ctx)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(len(*answer.JSON200))
	// end
	return nil
}

func signOut(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: signOut
	answer, err := api.SignOutWithResponse(ctx, client.Header("Authorization", "Bearer "+accessToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data)
	// end
	return nil
}
