package main

import (
	"context"
	"errors"
	"net/http"
	"os"

	"matrix/client"
)

func main() {
	api, err := client.NewClientWithResponses(os.Getenv("BASE_URL"))
	exitOn(err)
	run(row{api})
}

type row struct{ api *client.ClientWithResponses }

// unexpected is what came instead of a documented answer.
func unexpected(answer interface{ Status() string }) error { return errors.New(answer.Status()) }

func (r row) sendCode(ctx context.Context, mobile string) error {
	_, err := r.api.SendMobileCodeWithResponse(ctx, client.MobileCodeRequest{Mobile: mobile})
	return err
}

func (r row) outbox(ctx context.Context) (map[string]string, error) {
	answer, err := r.api.GetDemoOutboxWithResponse(ctx)
	if err != nil || answer.JSON200 == nil {
		return nil, errors.Join(err, unexpected(answer))
	}
	codes := map[string]string{}
	for _, message := range *answer.JSON200 {
		codes[message.To] = message.Code
	}
	return codes, nil
}

func (r row) yudao(ctx context.Context, mobile, code string) (signedIn, error) {
	answer, err := r.api.SignInByMobileWithResponse(ctx, nil, client.MobileLoginRequest{Mobile: mobile, ValidateNo: code, ProductType: new(int32(2))})
	switch {
	case err != nil:
		return signedIn{}, err
	case answer.JSON200 != nil:
		return signedIn{answer.JSON200.Data.AccessToken.Value, answer.JSON200.Data.UserInfo.Id}, nil
	case answer.JSON401 != nil:
		return signedIn{}, failure{answer.JSON401.Code, answer.JSON401.Msg}
	}
	return signedIn{}, unexpected(answer)
}

func (r row) cas(ctx context.Context, userID, accessToken string) (string, error) {
	answer, err := r.api.GetUserInfoWithResponse(ctx, &client.GetUserInfoParams{UserId: userID}, func(_ context.Context, request *http.Request) error {
		query := request.URL.Query()
		query.Set("accessToken", accessToken)
		request.URL.RawQuery = query.Encode()
		request.Header.Set("X-App-Id", "1")
		return nil
	})
	switch {
	case err != nil:
		return "", err
	case answer.JSON200 != nil:
		return answer.JSON200.Data.Phone, nil
	case answer.JSON404 != nil && answer.JSON404.Status == client.CasFail:
		return "", failure{answer.JSON404.Code, answer.JSON404.Message}
	}
	return "", unexpected(answer)
}

func (r row) ruoyi(ctx context.Context, code string) (int32, error) {
	answer, err := r.api.GetWeChatUserInfoWithResponse(ctx, client.WeChatUserRequest{Code: code})
	switch {
	case err != nil:
		return 0, err
	case answer.JSON200 != nil:
		return answer.JSON200.Code, nil
	case answer.JSON400 != nil:
		return 0, failure{answer.JSON400.Code, answer.JSON400.Msg}
	}
	return 0, unexpected(answer)
}

func (r row) jfinal(ctx context.Context, username, password string) (int64, error) {
	answer, err := r.api.CreateUserWithResponse(ctx, client.UserCreation{Username: username, Password: &password})
	switch {
	case err != nil:
		return 0, err
	case answer.JSON200 != nil:
		return answer.JSON200.UserId, nil
	case answer.JSON409 != nil && answer.JSON409.State == client.JfinalFail:
		return 0, failure{answer.JSON409.Code, answer.JSON409.Message}
	}
	return 0, unexpected(answer)
}

func (r row) jeecg(ctx context.Context, token string) (string, error) {
	answer, err := r.api.RefreshUserWithResponse(ctx, client.RefreshUserRequest{Token: &token, FrontType: new(client.FrontPC)})
	switch {
	case err != nil:
		return "", err
	case answer.JSON200 != nil && answer.JSON200.Result.PhoneNumber != nil:
		return *answer.JSON200.Result.PhoneNumber, nil
	case answer.JSON401 != nil && !answer.JSON401.Success:
		return "", failure{answer.JSON401.Code, answer.JSON401.Message}
	}
	return "", unexpected(answer)
}
