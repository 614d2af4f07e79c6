package main

import (
	"context"
	"fmt"
	"os"

	"github.com/ogen-go/ogen/ogenerrors"

	"matrix/client"
)

func main() {
	api, err := client.NewClient(os.Getenv("BASE_URL"), credentials{})
	exitOn(err)
	run(row{api})
}

// credentials gives the access token of the context as document 002 has it, and no other.
type credentials struct{}

type accessTokenKey struct{}

func (credentials) AccessTokenQuery(ctx context.Context, _ client.OperationName) (client.AccessTokenQuery, error) {
	token, ok := ctx.Value(accessTokenKey{}).(string)
	if !ok {
		return client.AccessTokenQuery{}, ogenerrors.ErrSkipClientSecurity
	}
	return client.AccessTokenQuery{APIKey: token}, nil
}

func (credentials) ApplicationId(ctx context.Context, _ client.OperationName) (client.ApplicationId, error) {
	return client.ApplicationId{APIKey: "1"}, nil
}

func (credentials) AccessTokenHeader(context.Context, client.OperationName) (client.AccessTokenHeader, error) {
	return client.AccessTokenHeader{}, ogenerrors.ErrSkipClientSecurity
}

func (credentials) ApplicationBasic(context.Context, client.OperationName) (client.ApplicationBasic, error) {
	return client.ApplicationBasic{}, ogenerrors.ErrSkipClientSecurity
}

func (credentials) ApplicationSecret(context.Context, client.OperationName) (client.ApplicationSecret, error) {
	return client.ApplicationSecret{}, ogenerrors.ErrSkipClientSecurity
}

func (credentials) Authorization(context.Context, client.OperationName) (client.Authorization, error) {
	return client.Authorization{}, ogenerrors.ErrSkipClientSecurity
}

func (credentials) Bearer(context.Context, client.OperationName) (client.Bearer, error) {
	return client.Bearer{}, ogenerrors.ErrSkipClientSecurity
}

func (credentials) JwtHeader(context.Context, client.OperationName) (client.JwtHeader, error) {
	return client.JwtHeader{}, ogenerrors.ErrSkipClientSecurity
}

func (credentials) TokenHeader(context.Context, client.OperationName) (client.TokenHeader, error) {
	return client.TokenHeader{}, ogenerrors.ErrSkipClientSecurity
}

func (credentials) TokenQuery(context.Context, client.OperationName) (client.TokenQuery, error) {
	return client.TokenQuery{}, ogenerrors.ErrSkipClientSecurity
}

type row struct{ api *client.Client }

// unexpected is a documented answer that is neither the success nor the refusal of the row.
func unexpected(answer any, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%T %v", answer, answer)
}

func (r row) sendCode(ctx context.Context, mobile string) error {
	_, err := r.api.SendMobileCode(ctx, &client.MobileCodeRequest{Mobile: client.Mobile(mobile)})
	return err
}

func (r row) outbox(ctx context.Context) (map[string]string, error) {
	answer, err := r.api.GetDemoOutbox(ctx)
	messages, ok := answer.(*client.GetDemoOutboxOKHeaders)
	if !ok {
		return nil, unexpected(answer, err)
	}
	codes := map[string]string{}
	for _, message := range messages.Response {
		codes[message.To] = string(message.Code)
	}
	return codes, nil
}

func (r row) yudao(ctx context.Context, mobile, code string) (signedIn, error) {
	answer, err := r.api.SignInByMobile(ctx, &client.MobileLoginRequest{
		Mobile: client.Mobile(mobile), ValidateNo: client.OneTimeCode(code), ProductType: client.NewOptInt32(2),
	}, client.SignInByMobileParams{})
	switch answer := answer.(type) {
	case *client.MobileLoginResponseHeaders:
		return signedIn{answer.Response.Data.AccessToken.Value, int64(answer.Response.Data.UserInfo.ID)}, nil
	case *client.RefreshAccessTokenUnauthorizedHeaders:
		return signedIn{}, failure{answer.Response.Code, answer.Response.Msg}
	}
	return signedIn{}, unexpected(answer, err)
}

func (r row) cas(ctx context.Context, userID, accessToken string) (string, error) {
	answer, err := r.api.GetUserInfo(context.WithValue(ctx, accessTokenKey{}, accessToken), client.GetUserInfoParams{UserId: userID})
	switch answer := answer.(type) {
	case *client.UserInfoResponseHeaders:
		return answer.Response.Data.Phone, nil
	case *client.GetUserInfoNotFound:
		return "", failure{answer.Response.Code, answer.Response.Message}
	}
	return "", unexpected(answer, err)
}

func (r row) ruoyi(ctx context.Context, code string) (int32, error) {
	answer, err := r.api.GetWeChatUserInfo(ctx, &client.WeChatUserRequest{Code: code})
	switch answer := answer.(type) {
	case *client.WeChatUserResponseHeaders:
		return answer.Response.Code, nil
	case *client.GetWeChatUserInfoBadRequest:
		return 0, failure{answer.Response.Code, answer.Response.Msg}
	}
	return 0, unexpected(answer, err)
}

func (r row) jfinal(ctx context.Context, username, password string) (int64, error) {
	answer, err := r.api.CreateUser(ctx, &client.UserCreation{Username: username, Password: client.NewOptString(password)})
	switch answer := answer.(type) {
	case *client.CreateUserResponseHeaders:
		return int64(answer.Response.UserId), nil
	case *client.CreateUserConflict:
		return 0, failure{answer.Response.Code, answer.Response.Message}
	}
	return 0, unexpected(answer, err)
}

func (r row) jeecg(ctx context.Context, token string) (string, error) {
	answer, err := r.api.RefreshUser(ctx, client.NewOptRefreshUserRequest(client.RefreshUserRequest{
		Token: client.NewOptString(token), FrontType: client.NewOptFrontType(client.FrontType2),
	}))
	switch answer := answer.(type) {
	case *client.RefreshUserResponseHeaders:
		return answer.Response.Result.PhoneNumber.Or(""), nil
	case *client.RefreshUserUnauthorizedHeaders:
		return "", failure{answer.Response.Code, answer.Response.Message}
	}
	return "", unexpected(answer, err)
}
