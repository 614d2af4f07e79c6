package yudao

import (
	"net/http"

	"quartet/server/account"
	"quartet/server/dialect"
)

// PreviewUser is the answer of operation 2, with empty tokens that have expired.
func (a API) PreviewUser(user account.User, _ account.AppUserInfo) (dialect.Preview, error) {
	now := a.Now()
	return dialect.Preview{
		Method: http.MethodPost, Path: "/auth/mobile/login",
		Body: toMobileLogin(account.SignInResult{AccessExpires: now, RefreshExpires: now, User: user}),
	}, nil
}
