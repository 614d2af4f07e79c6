package ruoyi

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// API is the handlers of the dialect.
type API struct{ dialect.Services }

// GetWeChatUserInfo is operation 6, document 003's wechat/user/getUserInfo.
func (a API) GetWeChatUserInfo(ctx context.Context, r openapi.GetWeChatUserInfoRequestObject) (openapi.GetWeChatUserInfoResponseObject, error) {
	call := dialect.CallFrom(ctx)
	result, err := a.Accounts.SignInByWeChat(ctx, account.WeChatSignIn{
		Dialect: Dialect.Name, Code: r.Body.Code, Application: call.Application.ID, ClientIP: call.ClientIP, UserAgent: call.UserAgent,
	})
	if err != nil {
		return nil, err
	}
	user, err := a.toWeChatUser(result.User)
	if err != nil {
		return nil, err
	}
	return openapi.GetWeChatUserInfo200JSONResponse{
		Body:    user,
		Headers: openapi.GetWeChatUserInfo200ResponseHeaders{XAccessToken: result.AccessToken},
	}, nil
}
