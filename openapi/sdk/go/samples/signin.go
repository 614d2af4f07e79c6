package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	client "quartet/openapi/sdk/go"
)

func resetDemo(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: resetDemo
	answer, err := api.ResetDemoWithResponse(ctx)
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

func refreshUser(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: refreshUser
	body := client.RefreshUserRequest{FrontType: new(client.FrontMiniProgram)}
	answer, err := api.RefreshUserWithResponse(ctx, body, client.Header("X-Access-Token", accessToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Message)
	// end
	return nil
}

func sendMobileCode(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: sendMobileCode
	body := client.MobileCodeRequest{Mobile: "13900000001"}
	answer, err := api.SendMobileCodeWithResponse(ctx, body)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.ResendAfter)
	// end
	return nil
}

func signInByMobile(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: signInByMobile
	body := client.MobileLoginRequest{Mobile: "13800138000", ValidateNo: code, Source: new("web")}
	answer, err := api.SignInByMobileWithResponse(ctx, nil, body)
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

func verifyMobile(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: verifyMobile
	body := client.VerifyMobileRequest{Mobile: "13800138000", ValidateNo: code}
	answer, err := api.VerifyMobileWithResponse(ctx, body, client.Header("Authorization", "Bearer "+accessToken))
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

func refreshAccessToken(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: refreshAccessToken
	body := client.RefreshAccessTokenRequest{AccessToken: oldAccessToken, RefreshToken: refreshToken}
	answer, err := api.RefreshAccessTokenWithResponse(ctx, body)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.Value)
	// end
	return nil
}

func checkLoginStatus(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: checkLoginStatus
	params := &client.CheckLoginStatusParams{DeviceNumber: "pc-7f3a"}
	answer, err := api.CheckLoginStatusWithResponse(ctx, params, client.Header("Authorization", "Bearer "+accessToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.IsLogin)
	// end
	return nil
}

func checkLoginStatusByPath(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: checkLoginStatusByPath
	answer, err := api.CheckLoginStatusByPathWithResponse(ctx, "pc-7f3a", client.Header("Authorization", "Bearer "+accessToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.IsLogin)
	// end
	return nil
}

func listSessions(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listSessions
	answer, err := api.ListSessionsWithResponse(ctx, client.Header("Authorization", "Bearer "+accessToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(len(answer.JSON200.Data))
	// end
	return nil
}

func endSession(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: endSession
	answer, err := api.EndSessionWithResponse(ctx, 1003, client.Header("Authorization", "Bearer "+accessToken))
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

func getUserInfo(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: getUserInfo
	params := &client.GetUserInfoParams{UserId: "1"}
	answer, err := api.GetUserInfoWithResponse(ctx, params,
		client.Header("X-App-Id", appID), client.Query("accessToken", accessToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.JSON200.Data.Account)
	// end
	return nil
}

func getWeChatUserInfo(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: getWeChatUserInfo
	answer, err := api.GetWeChatUserInfoWithResponse(ctx, client.WeChatUserRequest{Code: weChatCode})
	if err != nil {
		return err
	}
	if answer.StatusCode() != http.StatusOK {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.HTTPResponse.Header.Get("X-Access-Token"))
	// end
	return nil
}
