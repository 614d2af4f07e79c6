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
		Device:   deviceSession(r.Body.CompanyType, r.Body.ProductType, r.Body.Source, r.Params.XDeviceNumber),
		ClientIP: call.ClientIP, UserAgent: call.UserAgent,
	})
	if err != nil {
		return nil, err
	}
	return openapi.ExchangeToken200JSONResponse{Body: toMobileLogin(result)}, nil
}
