package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	client "quartet/openapi/sdk/go"
)

func listApplications(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listApplications
	answer, err := api.ListApplicationsWithResponse(ctx, &client.ListApplicationsParams{},
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

func addApplication(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: addApplication
	body := client.AdminNewApplication{
		Id: "library", Name: "图书馆",
		Rights:        &[]client.AdminApplicationRight{client.AdminApplicationRightUsersRead},
		Organisations: &[]string{"10020027"},
	}
	answer, err := api.AddApplicationWithResponse(ctx, nil, body, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON201 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON201.Organisations)
	// end
	return nil
}

func readApplication(ctx context.Context, api *client.ClientWithResponses) (string, error) {
	// sample: readApplication
	answer, err := api.ReadApplicationWithResponse(ctx, "1", client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return "", err
	}
	if answer.JSON200 == nil {
		return "", errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Name)
	// end
	return answer.HTTPResponse.Header.Get("ETag"), nil
}

func changeApplication(ctx context.Context, api *client.ClientWithResponses, etag string) error {
	// sample: changeApplication
	params := &client.ChangeApplicationParams{IfMatch: etag}
	body := client.AdminApplicationChange{Name: new("演示应用（新）")}
	answer, err := api.ChangeApplicationWithResponse(ctx, "1", params, body,
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

func linkOrganisation(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: linkOrganisation
	answer, err := api.LinkOrganisationWithResponse(ctx, "1", "10020031",
		client.Header("Authorization", "Bearer "+adminToken))
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

func unlinkOrganisation(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: unlinkOrganisation
	answer, err := api.UnlinkOrganisationWithResponse(ctx, "1", "10020031",
		client.Header("Authorization", "Bearer "+adminToken))
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

func listApplicationSecrets(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listApplicationSecrets
	answer, err := api.ListApplicationSecretsWithResponse(ctx, "1", client.Header("Authorization", "Bearer "+adminToken))
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

func addApplicationSecret(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: addApplicationSecret
	params := &client.AddApplicationSecretParams{IdempotencyKey: new("rotation-2026-12")}
	answer, err := api.AddApplicationSecretWithResponse(ctx, "1", params,
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

func revokeApplicationSecret(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: revokeApplicationSecret
	answer, err := api.RevokeApplicationSecretWithResponse(ctx, "2", "2001",
		client.Header("Authorization", "Bearer "+adminToken))
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

func deleteApplication(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: deleteApplication
	params := &client.DeleteApplicationParams{IfMatch: "*"}
	answer, err := api.DeleteApplicationWithResponse(ctx, "9", params,
		client.Header("Authorization", "Bearer "+adminToken))
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

func listSigningKeys(ctx context.Context, api *client.ClientWithResponses) (string, error) {
	// sample: listSigningKeys
	answer, err := api.ListSigningKeysWithResponse(ctx, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return "", err
	}
	if answer.JSON200 == nil {
		return "", errors.New(answer.Status())
	}
	fmt.Println(len(answer.JSON200.Items))
	// end
	return answer.JSON200.Items[0].Kid, nil
}

func rotateSigningKey(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: rotateSigningKey
	body := client.AdminKeyRotation{Overlap: new(int32(60))}
	answer, err := api.RotateSigningKeyWithResponse(ctx, nil, body, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON201 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON201.Kid)
	// end
	return nil
}

func retireSigningKey(ctx context.Context, api *client.ClientWithResponses, kid string) error {
	// sample: retireSigningKey
	params := &client.RetireSigningKeyParams{Force: new(true)}
	answer, err := api.RetireSigningKeyWithResponse(ctx, kid, params,
		client.Header("Authorization", "Bearer "+adminToken))
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

func listAudit(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listAudit
	kinds := []client.AdminAuditKind{client.AdminKindOrganisationAdded, client.AdminKindRoleAdded}
	params := &client.ListAuditParams{Kind: &kinds, Limit: new(int32(20))}
	answer, err := api.ListAuditWithResponse(ctx, params, client.Header("Authorization", "Bearer "+adminToken))
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

func readFigures(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: readFigures
	params := &client.ReadFiguresParams{Step: new(client.AdminStepDay)}
	answer, err := api.ReadFiguresWithResponse(ctx, params, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.LiveSessions)
	// end
	return nil
}
