package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	client "quartet/openapi/sdk/go"
)

func setUpAdministrator(ctx context.Context, _ *client.ClientWithResponses) error {
	api, err := client.NewClientWithResponses(setupURL)
	if err != nil {
		return err
	}
	// sample: setUpAdministrator
	body := client.AdminSetup{Token: setupToken, Username: "gu.qinghe", Password: newPassword}
	answer, err := api.SetUpAdministratorWithResponse(ctx, body)
	if err != nil {
		return err
	}
	if answer.JSON201 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON201.Token)
	// end
	return nil
}

func signInAdministrator(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: signInAdministrator
	body := client.AdminSignIn{Account: "admin", Password: adminPassword}
	answer, err := api.SignInAdministratorWithResponse(ctx, body)
	if err != nil {
		return err
	}
	if answer.JSON201 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON201.Token)
	// end
	return nil
}

func readAdministrator(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: readAdministrator
	answer, err := api.ReadAdministratorWithResponse(ctx, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Rights)
	// end
	return nil
}

func listUsers(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listUsers
	params := &client.ListUsersParams{Organisation: new("10020027"), Limit: new(int32(20))}
	answer, err := api.ListUsersWithResponse(ctx, params, client.Header("Authorization", "Bearer "+adminToken))
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

func addUser(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: addUser
	params := &client.AddUserParams{IdempotencyKey: new("enrolment-2026-117")}
	body := client.AdminUserCreation{
		Username: "gu.qinghe", Nickname: new("清和"), Mobile: new("13900139000"), MobileVerified: new(true),
	}
	answer, err := api.AddUserWithResponse(ctx, params, body, client.Header("Authorization", "Bearer "+adminToken))
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

func readUser(ctx context.Context, api *client.ClientWithResponses) (string, error) {
	// sample: readUser
	answer, err := api.ReadUserWithResponse(ctx, "3", client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return "", err
	}
	if answer.JSON200 == nil {
		return "", errors.New(answer.Status())
	}
	fmt.Println(*answer.JSON200.Nickname)
	// end
	return answer.HTTPResponse.Header.Get("ETag"), nil
}

func changeUser(ctx context.Context, api *client.ClientWithResponses, etag string) error {
	// sample: changeUser
	params := &client.ChangeUserParams{IfMatch: etag}
	body := client.AdminUserChange{Remark: new("已核对姓名"), Company: new("云栖书店")}
	answer, err := api.ChangeUserWithResponse(ctx, "3", params, body,
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

func setUserRole(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: setUserRole
	params := &client.SetUserRoleParams{IfMatch: "*"}
	body := client.AdminUserRoleChange{Role: client.AdminUserRoleAdministrator}
	answer, err := api.SetUserRoleWithResponse(ctx, "3", params, body,
		client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Role)
	// end
	return nil
}

func setUserPassword(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: setUserPassword
	answer, err := api.SetUserPasswordWithResponse(ctx, "3", client.AdminPasswordChange{},
		client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(*answer.JSON200.Password)
	// end
	return nil
}

func listMembershipsOfUser(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listMembershipsOfUser
	answer, err := api.ListMembershipsOfUserWithResponse(ctx, "3", client.Header("Authorization", "Bearer "+adminToken))
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

func setMembership(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: setMembership
	body := client.AdminMembershipRoles{Roles: []string{"js_000008"}}
	answer, err := api.SetMembershipWithResponse(ctx, "3", "10020027", body,
		client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.JoinedAt)
	// end
	return nil
}

func removeMembership(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: removeMembership
	answer, err := api.RemoveMembershipWithResponse(ctx, "5", "10020027",
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

func previewAnswer(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: previewAnswer
	body := client.AdminAnswerRequest{Dialect: client.AdminDialectJfinal}
	answer, err := api.PreviewAnswerWithResponse(ctx, "3", body, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Body)
	// end
	return nil
}

func exportUser(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: exportUser
	answer, err := api.ExportUserWithResponse(ctx, "3", client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.User.Guid)
	// end
	return nil
}

func mergeUser(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: mergeUser
	answer, err := api.MergeUserWithResponse(ctx, "6", client.AdminMerge{Into: "3"},
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

func eraseUser(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: eraseUser
	params := &client.EraseUserParams{IfMatch: "*"}
	answer, err := api.EraseUserWithResponse(ctx, "3", params, client.Header("Authorization", "Bearer "+adminToken))
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
