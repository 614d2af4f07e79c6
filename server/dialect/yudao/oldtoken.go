package yudao

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ExchangeToken signs in with an access token of the old back end.
func (a API) ExchangeToken(ctx context.Context, r openapi.ExchangeTokenRequestObject) (openapi.ExchangeTokenResponseObject, error) {
	call := dialect.CallFrom(ctx)
	result, err := a.Accounts.ExchangeToken(ctx, account.TokenSignIn{
		Dialect: Dialect.Name, Token: r.Body.Token, Application: call.Application.ID,
		Device: account.DeviceSession{
			CompanyType: dialect.Widen(r.Body.CompanyType), ProductType: dialect.Widen(r.Body.ProductType),
			Source: dialect.OrEmpty(r.Body.Source), Device: dialect.OrEmpty(r.Params.XDeviceNumber),
		},
		ClientIP: call.ClientIP, UserAgent: call.UserAgent,
	})
	if err != nil {
		return nil, err
	}
	return openapi.ExchangeToken200JSONResponse{Body: openapi.MobileLoginResponse{Data: openapi.MobileLogin{
		AccessToken:  openapi.AccessToken{Expire: utc(result.AccessExpires), Value: result.AccessToken},
		RefreshToken: openapi.RefreshToken{Expire: utc(result.RefreshExpires), Value: result.RefreshToken},
		UserInfo:     toMobileUser(result.User),
	}}}, nil
}
