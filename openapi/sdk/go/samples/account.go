package main

import (
	"context"
	"errors"
	"fmt"

	client "quartet/openapi/sdk/go"
)

func listSignIns(ctx context.Context, api *client.ClientWithResponses, jwt string) error {
	// sample: listSignIns
	answer, err := api.ListSignInsWithResponse(ctx, &client.ListSignInsParams{Limit: new(int32(5))}, client.Header("Authorization", "Bearer "+jwt))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(len(answer.JSON200.Data.List))
	// end
	return nil
}

func copyMyData(ctx context.Context, api *client.ClientWithResponses, jwt string) error {
	// sample: copyMyData
	answer, err := api.CopyMyDataWithResponse(ctx, client.Header("Authorization", "Bearer "+jwt))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(*answer.JSON200.Data.User.Nickname)
	// end
	return nil
}

func closeAccount(ctx context.Context, api *client.ClientWithResponses, jwt string) error {
	// sample: closeAccount
	answer, err := api.CloseAccountWithResponse(ctx, client.Proof{Password: &newPassword}, client.Header("Authorization", "Bearer "+jwt))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.EraseTime)
	// end
	return nil
}

func resetForgottenPassword(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: resetForgottenPassword
	body := client.PasswordResetRequest{Mobile: "13800138000", ValidateNo: code, NewPassword: newPassword}
	answer, err := api.ResetForgottenPasswordWithResponse(ctx, body)
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
