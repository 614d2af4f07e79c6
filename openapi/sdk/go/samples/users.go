package main

import (
	"context"
	"errors"
	"fmt"

	client "quartet/openapi/sdk/go"
)

func createUser(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: createUser
	body := client.UserCreation{Username: "su.qing", Password: &newPassword, Nickname: new("苏青")}
	answer, err := api.CreateUserWithResponse(ctx, body)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.UserId)
	// end
	return nil
}

func signInByPassword(ctx context.Context, api *client.ClientWithResponses) (string, error) {
	// sample: signInByPassword
	answer, err := api.SignInByPasswordWithResponse(ctx, client.LoginForm{LoginAccount: "demo", Password: password})
	if err != nil {
		return "", err
	}
	if answer.JSON200 == nil {
		return "", errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Jwt)
	// end
	return answer.JSON200.Jwt, nil
}

func getUserDetail(ctx context.Context, api *client.ClientWithResponses, jwt string) error {
	// sample: getUserDetail
	answer, err := api.GetUserDetailWithResponse(ctx, &client.GetUserDetailParams{Id: 1}, client.Header("Jwt", jwt))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.User.Id)
	// end
	return nil
}

func postUserDetail(ctx context.Context, api *client.ClientWithResponses, jwt string) error {
	// sample: postUserDetail
	answer, err := api.PostUserDetailWithResponse(ctx, client.UserDetailForm{Id: new(int64(1))}, client.Header("Jwt", jwt))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.User.Id)
	// end
	return nil
}

func updateUser(ctx context.Context, api *client.ClientWithResponses, jwt string) error {
	// sample: updateUser
	body := client.UserChange{Id: 1, Nickname: new("晚秋"), Occupation: new("教师")}
	answer, err := api.UpdateUserWithResponse(ctx, body, client.Header("Jwt", jwt))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.State)
	// end
	return nil
}

func updatePassword(ctx context.Context, api *client.ClientWithResponses, jwt string) error {
	// sample: updatePassword
	body := client.UpdatePasswordForm{UserId: 1, NewPassword: newPassword, OldPassowrd: &password}
	answer, err := api.UpdatePasswordWithResponse(ctx, body, client.Header("Jwt", jwt))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.State)
	// end
	return nil
}
