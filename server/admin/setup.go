package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// SetUpAdministrator makes the first super administrator.
func (a API) SetUpAdministrator(ctx context.Context, r openapi.SetUpAdministratorRequestObject) (openapi.SetUpAdministratorResponseObject, error) {
	call := dialect.CallFrom(ctx)
	result, err := a.Accounts.SetUp(ctx, account.SetUp{
		Token: r.Body.Token, Username: r.Body.Username, Password: r.Body.Password,
		Dialect: dialect.Admin.Name, ClientIP: call.ClientIP, UserAgent: call.UserAgent,
	})
	if err != nil {
		return nil, err
	}
	return openapi.SetUpAdministrator201JSONResponse{Body: toSession(result)}, nil
}
