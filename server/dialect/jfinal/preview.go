package jfinal

import (
	"net/http"
	"strconv"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// PreviewUser is the answer of operation 8.
func (a API) PreviewUser(user account.User, _ account.AppUserInfo) (dialect.Preview, error) {
	return dialect.Preview{
		Method: http.MethodGet, Path: "/api/user/detail?id=" + strconv.FormatInt(user.ID, 10),
		Body: openapi.UserDetailResponse{State: openapi.JfinalOk, User: a.toUser(user)},
	}, nil
}
