package cas

import (
	"net/http"
	"strconv"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// PreviewUser is the answer of operation 5.
func (API) PreviewUser(_ account.User, info account.AppUserInfo) (dialect.Preview, error) {
	return dialect.Preview{Method: http.MethodGet, Path: "/user/info?userId=" + strconv.FormatInt(info.UserID, 10), Body: toResponse(info)}, nil
}

func toResponse(info account.AppUserInfo) openapi.UserInfoResponse {
	return openapi.UserInfoResponse{Code: successCode, Status: openapi.CasSuccess, Message: successMessage, Data: toUserInfo(info)}
}
