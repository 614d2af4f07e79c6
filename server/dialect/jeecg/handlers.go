package jeecg

import (
	"context"

	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// API is the handlers of the dialect.
type API struct{ dialect.Services }

// RefreshUser is operation 1, document 000's user/refresh.
func (a API) RefreshUser(ctx context.Context, r openapi.RefreshUserRequestObject) (openapi.RefreshUserResponseObject, error) {
	if r.JSONBody == nil || r.JSONBody.FrontType == nil {
		return nil, apierr.Field("frontType", apierr.Required)
	}
	extended, err := a.Accounts.Extend(ctx, dialect.CallFrom(ctx).Caller, int64(*r.JSONBody.FrontType))
	if err != nil {
		return nil, err
	}
	return openapi.RefreshUser200JSONResponse{
		Body:    a.toResponse(extended.User),
		Headers: openapi.RefreshUser200ResponseHeaders{Jwt: dialect.OrNull(extended.Renewed)},
	}, nil
}
