package ruoyi

import (
	"net/http"

	"quartet/server/account"
	"quartet/server/dialect"
)

// PreviewUser is the answer of operation 6.
func (a API) PreviewUser(user account.User, _ account.AppUserInfo) (dialect.Preview, error) {
	body, err := a.toWeChatUser(user)
	return dialect.Preview{Method: http.MethodPost, Path: "/account_api/wechat/user/getUserInfo", Body: body}, err
}
