package yudao

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// SignInByWeChat signs in with the code of a WeChat login.
func (a API) SignInByWeChat(ctx context.Context, r openapi.SignInByWeChatRequestObject) (openapi.SignInByWeChatResponseObject, error) {
	in := weChatSignIn(ctx, r.Body.Code, deviceSession(r.Body.CompanyType, r.Body.ProductType, r.Body.Source, r.Params.XDeviceNumber))
	result, err := a.Accounts.SignInByWeChat(ctx, in)
	if err != nil {
		return nil, err
	}
	return openapi.SignInByWeChat200JSONResponse{Body: toWeChatLogin(result)}, nil
}

// SignInByWeChatMobile signs in with the code of a mini-program's phone number.
func (a API) SignInByWeChatMobile(ctx context.Context, r openapi.SignInByWeChatMobileRequestObject) (openapi.SignInByWeChatMobileResponseObject, error) {
	in := weChatSignIn(ctx, dialect.OrEmpty(r.Body.Code), deviceSession(r.Body.CompanyType, r.Body.ProductType, r.Body.Source, r.Params.XDeviceNumber))
	result, err := a.Accounts.SignInByWeChatMobile(ctx, account.WeChatMobileSignIn{WeChatSignIn: in, PhoneCode: r.Body.PhoneCode})
	if err != nil {
		return nil, err
	}
	return openapi.SignInByWeChatMobile200JSONResponse{Body: toWeChatLogin(result)}, nil
}

// LinkWeChat links a WeChat identity to the caller.
func (a API) LinkWeChat(ctx context.Context, r openapi.LinkWeChatRequestObject) (openapi.LinkWeChatResponseObject, error) {
	call := dialect.CallFrom(ctx)
	if err := a.Accounts.LinkWeChat(ctx, call.Caller, call.Application.ID, r.Body.Code, call.ClientIP); err != nil {
		return nil, err
	}
	return openapi.LinkWeChat200JSONResponse{Body: done}, nil
}

// MergeUsers merges another account of the caller's person into the caller's.
func (a API) MergeUsers(ctx context.Context, r openapi.MergeUsersRequestObject) (openapi.MergeUsersResponseObject, error) {
	user, err := a.Accounts.MergeIntoCaller(ctx, dialect.CallFrom(ctx).Caller, account.Merge{OtherToken: r.Body.AccessToken})
	if err != nil {
		return nil, err
	}
	return openapi.MergeUsers200JSONResponse{Body: openapi.MergeUsersResponse{Data: toMobileUser(user)}}, nil
}

func weChatSignIn(ctx context.Context, code string, device account.DeviceSession) account.WeChatSignIn {
	call := dialect.CallFrom(ctx)
	return account.WeChatSignIn{
		Dialect: Dialect.Name, Code: code, Device: &device,
		Application: call.Application.ID, ClientIP: call.ClientIP, UserAgent: call.UserAgent,
	}
}

func toWeChatLogin(result account.SignInResult) openapi.WeChatLoginResponse {
	access, refresh := toTokens(result)
	return openapi.WeChatLoginResponse{Data: openapi.WeChatLogin{
		AccessToken: access, RefreshToken: refresh, UserInfo: toMobileUser(result.User), WeChatLinked: result.WeChatLinked,
	}}
}
