package jeecg

import (
	"net/http"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// PreviewUser is the answer of operation 1.
func (a API) PreviewUser(user account.User, _ account.AppUserInfo) (dialect.Preview, error) {
	return dialect.Preview{Method: http.MethodPost, Path: "/user/refresh", Body: a.toResponse(user)}, nil
}

func (a API) toResponse(user account.User) openapi.RefreshUserResponse {
	return openapi.RefreshUserResponse{
		Success: true, Message: successMessage, Code: successCode, Timestamp: a.Now().UnixMilli(), Result: a.toResultUser(user),
	}
}
