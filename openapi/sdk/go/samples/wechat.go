package main

import (
	"context"
	"errors"
	"fmt"

	client "quartet/openapi/sdk/go"
)

func signInByWeChat(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: signInByWeChat
	body := client.WeChatLoginRequest{Code: weChatCode}
	answer, err := api.SignInByWeChatWithResponse(ctx, &client.SignInByWeChatParams{}, body)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.AccessToken.Value)
	// end
	return nil
}

func signInByWeChatMobile(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: signInByWeChatMobile
	body := client.WeChatMobileLoginRequest{PhoneCode: phoneCode}
	answer, err := api.SignInByWeChatMobileWithResponse(ctx, &client.SignInByWeChatMobileParams{}, body)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.UserInfo.Mobile)
	// end
	return nil
}

func linkWeChat(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: linkWeChat
	body := client.WeChatLinkRequest{Code: linkCode}
	answer, err := api.LinkWeChatWithResponse(ctx, body, client.Header("Authorization", "Bearer "+accessToken))
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

func exchangeToken(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: exchangeToken
	body := client.TokenExchangeRequest{Token: oldToken}
	answer, err := api.ExchangeTokenWithResponse(ctx, &client.ExchangeTokenParams{}, body)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.AccessToken.Value)
	// end
	return nil
}

func mergeUsers(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: mergeUsers
	body := client.MergeUsersRequest{AccessToken: otherToken}
	answer, err := api.MergeUsersWithResponse(ctx, body, client.Header("Authorization", "Bearer "+accessToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.Id)
	// end
	return nil
}
