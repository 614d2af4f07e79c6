package main

import (
	"context"
	"errors"
	"os"

	client "github.com/GIT_USER_ID/GIT_REPO_ID"
)

func main() {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: os.Getenv("BASE_URL")}}
	run(row{client.NewAPIClient(configuration)})
}

type row struct{ api *client.APIClient }

// refused gives the body of a failure as the type that its operation documents.
func refused[Body any](err error, read func(Body) failure) error {
	var answered *client.GenericOpenAPIError
	if errors.As(err, &answered) {
		if body, ok := answered.Model().(Body); ok {
			return read(body)
		}
	}
	return err
}

func (r row) sendCode(ctx context.Context, mobile string) error {
	_, _, err := r.api.YudaoAPI.SendMobileCode(ctx).MobileCodeRequest(*client.NewMobileCodeRequest(mobile)).Execute()
	return err
}

func (r row) outbox(ctx context.Context) (map[string]string, error) {
	messages, _, err := r.api.SystemAPI.GetDemoOutbox(ctx).Execute()
	codes := map[string]string{}
	for _, message := range messages {
		codes[message.To] = message.Code
	}
	return codes, err
}

func (r row) yudao(ctx context.Context, mobile, code string) (signedIn, error) {
	request := client.NewMobileLoginRequest(mobile, code)
	request.SetProductType(2)
	answer, _, err := r.api.YudaoAPI.SignInByMobile(ctx).MobileLoginRequest(*request).Execute()
	if err != nil {
		return signedIn{}, refused(err, func(body client.YudaoFailureBody) failure { return failure{body.Code, body.Msg} })
	}
	return signedIn{answer.Data.AccessToken.Value, answer.Data.UserInfo.Id}, nil
}

func (r row) cas(ctx context.Context, userID, accessToken string) (string, error) {
	ctx = context.WithValue(ctx, client.ContextAPIKeys, map[string]client.APIKey{
		"accessTokenQuery": {Key: accessToken}, "applicationId": {Key: "1"},
	})
	answer, _, err := r.api.CasAPI.GetUserInfo(ctx).UserId(userID).Execute()
	if err != nil {
		return "", refused(err, func(body client.CasFailureBody) failure { return failure{body.Code, body.Message} })
	}
	return answer.Data.Phone, nil
}

func (r row) ruoyi(ctx context.Context, code string) (int32, error) {
	answer, _, err := r.api.RuoyiAPI.GetWeChatUserInfo(ctx).WeChatUserRequest(*client.NewWeChatUserRequest(code)).Execute()
	if err != nil {
		return 0, refused(err, func(body client.RuoyiFailureBody) failure { return failure{body.Code, body.Msg} })
	}
	return answer.Code, nil
}

func (r row) jfinal(ctx context.Context, username, password string) (int64, error) {
	request := client.NewUserCreation(username)
	request.SetPassword(password)
	answer, _, err := r.api.JfinalAPI.CreateUser(ctx).UserCreation(*request).Execute()
	if err != nil {
		return 0, refused(err, func(body client.JfinalFailureBody) failure { return failure{body.Code, body.Message} })
	}
	return answer.UserId, nil
}

func (r row) jeecg(ctx context.Context, token string) (string, error) {
	request := client.NewRefreshUserRequest()
	request.SetToken(token)
	request.SetFrontType(client.FrontPC)
	answer, _, err := r.api.JeecgAPI.RefreshUser(ctx).RefreshUserRequest(*request).Execute()
	if err != nil {
		return "", refused(err, func(body client.JeecgFailureBody) failure { return failure{body.Code, body.Message} })
	}
	return answer.Result.GetPhoneNumber(), nil
}
