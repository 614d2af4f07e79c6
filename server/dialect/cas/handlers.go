package cas

import (
	"context"

	"quartet/openapi"
	"quartet/server/dialect"
)

// API is the handlers of the dialect.
type API struct{ dialect.Services }

// GetUserInfo is operation 5, document 002's user/info.
func (a API) GetUserInfo(ctx context.Context, r openapi.GetUserInfoRequestObject) (openapi.GetUserInfoResponseObject, error) {
	call := dialect.CallFrom(ctx)
	info, err := a.Accounts.UserInfo(ctx, call.Caller, call.ClientIP, r.Params.UserId)
	if err != nil {
		return nil, err
	}
	return openapi.GetUserInfo200JSONResponse{Body: toResponse(info)}, nil
}
