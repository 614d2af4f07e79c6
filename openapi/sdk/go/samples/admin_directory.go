package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	client "quartet/openapi/sdk/go"
)

func listOrganisations(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listOrganisations
	answer, err := api.ListOrganisationsWithResponse(ctx, &client.ListOrganisationsParams{},
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

func addOrganisation(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: addOrganisation
	body := client.AdminNewOrganisation{Code: "10020028", Name: "第二十八职业高中"}
	answer, err := api.AddOrganisationWithResponse(ctx, nil, body, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON201 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON201.Id)
	// end
	return nil
}

func readOrganisation(ctx context.Context, api *client.ClientWithResponses) (string, error) {
	// sample: readOrganisation
	answer, err := api.ReadOrganisationWithResponse(ctx, "10020027",
		client.Header("Authorization", "Bearer "+adminToken))
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

func changeOrganisation(ctx context.Context, api *client.ClientWithResponses, etag string) error {
	// sample: changeOrganisation
	params := &client.ChangeOrganisationParams{IfMatch: etag}
	body := client.AdminOrganisationChange{Name: new("第二十七职业高中（东校区）")}
	answer, err := api.ChangeOrganisationWithResponse(ctx, "10020027", params, body,
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

func listMembers(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listMembers
	params := &client.ListMembersParams{Limit: new(int32(20))}
	answer, err := api.ListMembersWithResponse(ctx, "10020027", params,
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

func deleteOrganisation(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: deleteOrganisation
	params := &client.DeleteOrganisationParams{IfMatch: "*"}
	answer, err := api.DeleteOrganisationWithResponse(ctx, "10020099", params,
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

func listRoles(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listRoles
	answer, err := api.ListRolesWithResponse(ctx, &client.ListRolesParams{},
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

func addRole(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: addRole
	body := client.AdminNewRole{Code: "js_000021", Name: "班主任", Administers: new(false)}
	answer, err := api.AddRoleWithResponse(ctx, nil, body, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON201 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON201.Id)
	// end
	return nil
}

func readRole(ctx context.Context, api *client.ClientWithResponses) (string, error) {
	// sample: readRole
	answer, err := api.ReadRoleWithResponse(ctx, "js_000008", client.Header("Authorization", "Bearer "+adminToken))
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

func changeRole(ctx context.Context, api *client.ClientWithResponses, etag string) error {
	// sample: changeRole
	params := &client.ChangeRoleParams{IfMatch: etag}
	body := client.AdminRoleChange{Name: new("教师")}
	answer, err := api.ChangeRoleWithResponse(ctx, "js_000008", params, body,
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

func deleteRole(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: deleteRole
	params := &client.DeleteRoleParams{IfMatch: "*"}
	answer, err := api.DeleteRoleWithResponse(ctx, "js_000099", params,
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
