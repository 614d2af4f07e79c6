// Command go calls every operation of the five documents by resty, as a partner's
// server does, against both servers.
package main

import (
	"bytes"
	"fmt"

	"github.com/go-resty/resty/v2"
)

func main() {
	each("resty "+resty.Version, document001, document002And000And003, document004, expired, bodies)
}

// envelope has the keys by which callers tell a failure, whatever its dialect.
type envelope struct {
	State   string `json:"state"`
	Code    int    `json:"code"`
	Msg     string `json:"msg"`
	Message string `json:"message"`
}

func (e envelope) failure() string { return fmt.Sprint(e.Code, " ", e.Msg, e.Message) }

// failed is what a caller of resty knows of a failure: the error of an honest
// status, else the result.
func failed(request *resty.Request, method, url string) func() (string, error) {
	return func() (string, error) {
		var result, refused envelope
		answer, err := request.SetResult(&result).SetError(&refused).Execute(method, url)
		if err == nil && answer.IsError() {
			return refused.failure(), nil
		}
		return result.failure(), err
	}
}

// read decodes a success into T and gives what the caller reads in it.
func read[T any](request *resty.Request, method, url string, value func(T) any) func() (string, error) {
	return func() (string, error) {
		var result T
		answer, err := request.SetResult(&result).Execute(method, url)
		if err == nil && answer.IsError() {
			err = fmt.Errorf("%s: %s", answer.Status(), answer.String())
		}
		return fmt.Sprint(value(result)), err
	}
}

type (
	object = map[string]any
	texts  = map[string]string

	token      struct{ Expire, Value string }
	mobileUser struct {
		envelope
		Data struct {
			AccessToken, RefreshToken token
			UserInfo                  struct {
				ID       int64
				RealName string
			}
		}
	}
	nextToken struct {
		envelope
		Data token
	}
	deviceStatus struct {
		envelope
		Data struct{ IsLogin bool }
	}
	applicationUser struct {
		envelope
		Data struct {
			UserID  string
			OrgList []struct{ OrgName string }
		}
	}
	refreshed struct {
		envelope
		Result struct{ Name string }
	}
	signedIn struct {
		envelope
		Jwt string
	}
	detail struct {
		envelope
		User struct{ Realname, Nickname, Signature, Zipcode string }
	}
)

func document001(s steps) {
	client := resty.New().SetBaseURL(s.base)
	login := func(mobile, code string) *resty.Request {
		return client.R().SetBody(object{"companyType": 0, "mobile": mobile, "productType": 0, "source": "partner", "validateNo": code})
	}
	s.step("signInByMobile", "wrong code", "1002014000 验证码错误或已失效", failed(login("13900000002", "000000"), "POST", "/auth/mobile/login"))
	var access string
	s.step("signInByMobile", "success", realName, read(login(mobile, code), "POST", "/auth/mobile/login", func(a mobileUser) any {
		access = a.Data.AccessToken.Value
		return a.Data.UserInfo.RealName
	}))
	s.step("refreshAccessToken", "success", "AT-2-", read(client.R().SetBody(texts{"accessToken": pairAccess, "refreshToken": pairRefresh}),
		"POST", "/app/auth/token/refresh", func(a nextToken) any { return a.Data.Value }))
	s.step("refreshAccessToken", "unknown pair", "401 未登录", failed(client.R().SetBody(texts{"accessToken": "AT-0", "refreshToken": "RT-0"}),
		"POST", "/app/auth/token/refresh"))
	device := func() *resty.Request { return client.R().SetQueryParam("deviceNumber", "pc-7f3a") }
	s.step("checkLoginStatus", "success", "true", read(device().SetAuthToken(access), "GET", "/wx/pc/check-login-status",
		func(a deviceStatus) any { return a.Data.IsLogin }))
	s.step("checkLoginStatus", "not signed in", "401 未登录", failed(device(), "GET", "/wx/pc/check-login-status"))
	s.step("checkLoginStatus", "Authorization: Basic beside the token", "true", read(device().SetBasicAuth("staging", "proxy").SetHeader("token", access),
		"GET", "/wx/pc/check-login-status", func(a deviceStatus) any { return a.Data.IsLogin }))
}

func document002And000And003(s steps) {
	client := resty.New().SetBaseURL(s.base)
	info := func(token, user, application string) *resty.Request {
		return client.R().SetQueryParams(texts{"accessToken": token, "userId": user}).SetHeader("X-App-Id", application)
	}
	s.step("getUserInfo", "success", "第二十七职业高中", read(info(accessToken, "1", "1"), "GET", "/user/info", func(a applicationUser) any {
		return a.Data.OrgList
	}))
	s.step("getUserInfo", "no such user", "404 用户不存在", failed(info(accessToken, "700000000000000001", "1"), "GET", "/user/info"))
	s.step("getUserInfo", "unknown token", "401 未登录", failed(info("AT-0", "1", "1"), "GET", "/user/info"))
	s.step("getUserInfo", "unknown application", "401 应用不存在", failed(info(accessToken, "1", "no-such-application"), "GET", "/user/info"))

	name := func(a refreshed) any { return a.Result.Name }
	s.step("refreshUser", "success", realName, read(client.R().SetFormData(texts{"token": accessToken, "frontType": "2"}), "POST", "/user/refresh", name))
	s.step("refreshUser", "frontType as text", realName, read(client.R().SetBody(texts{"token": accessToken, "frontType": "1"}), "POST", "/user/refresh", name))
	s.step("refreshUser", "unknown token", "401 未登录", failed(client.R().SetFormData(texts{"token": "AT-0", "frontType": "2"}), "POST", "/user/refresh"))

	weChat := "/account_api/wechat/user/getUserInfo"
	s.step("getWeChatUserInfo", "success", "操作成功", read(client.R().SetBody(texts{"code": weChatCode}), "POST", weChat, func(a envelope) any { return a.Msg }))
	s.step("getWeChatUserInfo", "invalid code", "40029 微信", failed(client.R().SetBody(texts{"code": "40029000000000000000000000000000"}), "POST", weChat))
}

func document004(s steps) {
	client := resty.New().SetBaseURL(s.base)
	login := func(account, password string) *resty.Request {
		return client.R().SetFormData(texts{"loginAccount": account, "password": password})
	}
	s.step("signInByPassword", "wrong password", "401 账号或密码错误", failed(login("nobody", "quartet-nobody"), "POST", "/api/user/login"))
	var jwt string
	s.step("signInByPassword", "success", "ok eyJ", read(login("demo", "quartet-demo"), "POST", "/api/user/login", func(a signedIn) any {
		jwt = a.Jwt
		return a.State + " " + a.Jwt
	}))
	own := func() *resty.Request { return client.R().SetHeader("Jwt", jwt) }
	name := func(a detail) any { return a.User.Realname }
	s.step("getUserDetail", "success", realName, read(own().SetQueryParam("id", "1"), "GET", "/api/user/detail", name))
	s.step("getUserDetail", "no such user", "404 用户不存在", failed(own().SetQueryParam("id", "999999"), "GET", "/api/user/detail"))
	s.step("getUserDetail", "not signed in", "401 未登录", failed(client.R().SetQueryParam("id", "1"), "GET", "/api/user/detail"))
	s.step("postUserDetail", "success", realName, read(own().SetFormData(texts{"id": "1"}), "POST", "/api/user/detail", name))

	state := func(a envelope) any { return a.State }
	user := texts{"username": "chen.yiming", "nickname": "一鸣"}
	s.step("createUser", "success", "ok", read(client.R().SetBody(user), "POST", "/api/user/create", state))
	s.step("createUser", "name taken", "409 用户名已存在", failed(client.R().SetBody(user), "POST", "/api/user/create"))
	s.step("updateUser", "success", "ok", read(own().SetBody(object{"id": 1, "signature": "山有木兮"}), "POST", "/api/user/update", state))
	s.step("updateUser", "the change read again", "山有木兮", read(own().SetQueryParam("id", "1"), "GET", "/api/user/detail",
		func(a detail) any { return a.User.Signature }))
	s.step("updateUser", "another user", "403 没有权限", failed(own().SetBody(object{"id": 2, "nickname": "不行"}), "POST", "/api/user/update"))

	password := func(old, next string) *resty.Request {
		return own().SetFormData(texts{"userId": "1", "newPassword": next, "oldPassowrd": old})
	}
	s.step("updatePassword", "wrong old password", "400 旧密码错误", failed(password("not-the-old-one", "violet-otter"), "POST", "/api/user/updatePassword"))
	s.step("updatePassword", "success", "ok", read(password("quartet-demo", "a;b=c&d violet"), "POST", "/api/user/updatePassword", state))
}

// expired meets a token that is too old: 401 and its message make a client
// exchange its pair, for which the expired access token is good enough.
func expired(s steps) {
	s.expireTokens()
	client := resty.New().SetBaseURL(s.base)
	device := func(access string) *resty.Request {
		return client.R().SetQueryParam("deviceNumber", "pc-7f3a").SetAuthToken(access)
	}
	s.step("checkLoginStatus", "expired token", "401 令牌已过期", failed(device(accessToken), "GET", "/wx/pc/check-login-status"))
	var next string
	s.step("refreshAccessToken", "expired access token of the pair", "AT-2-", read(client.R().SetBody(texts{"accessToken": pairAccess, "refreshToken": pairRefresh}),
		"POST", "/app/auth/token/refresh", func(a nextToken) any {
			next = a.Data.Value
			return next
		}))
	s.step("checkLoginStatus", "with the next token", "true", read(device(next), "GET", "/wx/pc/check-login-status",
		func(a deviceStatus) any { return a.Data.IsLogin }))
}

// bodies are other ways in which callers of resty send the same.
func bodies(s steps) {
	client := resty.New().SetBaseURL(s.base)
	s.step("signInByPassword", "multipart", "ok", read(client.R().SetMultipartFormData(texts{"loginAccount": "demo", "password": "quartet-demo"}),
		"POST", "/api/user/login", func(a envelope) any { return a.State }))
	s.step("signInByPassword", "slash at the end of the path", "eyJ", read(client.R().SetFormData(texts{"loginAccount": "demo", "password": "quartet-demo"}),
		"POST", "/api/user/login/", func(a signedIn) any { return a.Jwt }))
	s.step("updateUser", "zipcode as a number, JSON as bytes", "ok", read(client.R().SetAuthToken(accessToken).
		SetBody(bytes.NewBufferString(`{"id":1,"zipcode":310000}`)), "POST", "/api/user/update", func(a envelope) any { return a.State }))
}
