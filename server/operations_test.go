package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

func requireOK(t *testing.T, got answer) answer {
	t.Helper()
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.text)
	}
	return got
}

func TestRefreshUserInEveryForm(t *testing.T) {
	w := newWorld(t)
	token := value(w.pair(mobile, "0"), "accessToken")
	const wrong = "AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	form := func(token string) url.Values { return url.Values{"token": {token}, "frontType": {"1"}} }
	multipartType, multipartBody := parts(t, map[string]string{"token": token, "frontType": "1"})
	for name, got := range map[string]answer{
		"form":                  w.postForm("/user/refresh", form(token)),
		"json":                  w.postJSON("/user/refresh", `{"token":"`+token+`","frontType":0}`),
		"multipart":             w.send(request{method: http.MethodPost, path: "/user/refresh", body: multipartBody, header: map[string]string{"Content-Type": multipartType}}),
		"json as text":          w.send(request{method: http.MethodPost, path: "/user/refresh", body: `{"token":"` + token + `","frontType":"0"}`, header: map[string]string{"Content-Type": "text/plain;charset=UTF-8"}}),
		"json as a form":        w.send(request{method: http.MethodPost, path: "/user/refresh", body: `{"token":"` + token + `","frontType":"0"}`, header: map[string]string{"Content-Type": formMedia}}),
		"null in the body":      w.postJSON("/user/refresh", `{"token":null,"frontType":0}`, "token", token),
		"query":                 w.send(request{method: http.MethodPost, path: "/user/refresh?frontType=2&token=" + token}),
		"X-Access-Token":        w.send(request{method: http.MethodPost, path: "/user/refresh?frontType=2", header: map[string]string{"X-Access-Token": token}}),
		"token":                 w.send(request{method: http.MethodPost, path: "/user/refresh?frontType=2", header: map[string]string{"token": token}}),
		"a header wins":         w.postForm("/user/refresh", form(wrong), "X-Access-Token", token),
		"token header wins":     w.postForm("/user/refresh", form(wrong), "token", token),
		"the body wins a query": w.postForm("/user/refresh?token="+wrong, form(token)),
		"body's type wins":      w.postForm("/user/refresh?frontType=2", form(token)),
		"json, type in query":   w.postJSON("/user/refresh?frontType=1", `{"token":"`+token+`"}`),
		"charset":               w.send(request{method: http.MethodPost, path: "/user/refresh", body: form(token).Encode(), header: map[string]string{"Content-Type": formMedia + "; charset=UTF-8"}}),
	} {
		t.Run(name, func(t *testing.T) {
			requireOK(t, got)
			result, _ := got.body["result"].(map[string]any)
			if got.body["success"] != true || got.body["code"] != 200.0 || result["phoneNumber"] != mobile || result["login"] != true {
				t.Errorf("answer %s", got.text)
			}
			for _, key := range resultKeys {
				if _, there := result[key]; !there {
					t.Errorf("key %s is missing", key)
				}
			}
		})
	}
	requireFailure(t, "jeecg", w.postForm("/user/refresh", form(wrong)), http.StatusUnauthorized)
	requireFailure(t, "jeecg", w.postForm("/user/refresh", url.Values{"token": {token}}), http.StatusBadRequest, "frontType")
	requireFailure(t, "jeecg", w.postForm("/user/refresh", url.Values{"token": {token}, "frontType": {"3"}}), http.StatusBadRequest, "frontType", "0, 1, 2")
	for query, why := range map[string]string{"frontType=3": "0, 1, 2", "frontType=1&frontType=1": "frontType", "frontType=": "frontType", "fronttype=1": "frontType"} {
		requireFailure(t, "jeecg", w.postJSON("/user/refresh?"+query, `{"token":"`+token+`"}`), http.StatusBadRequest, "frontType", why)
	}
}

// resultKeys are the keys of both answers that document 000 shows.
var resultKeys = strings.Fields(`username name sex authSex headPortraitUrl nickname phoneNumber email authStatus
	authenticationId roleType openId unionId city status authStatusName applyAlumniCard login createTime updateTime
	deleteTime createBy updateBy authUserType authUserTypeName deleted lastLoginTime userPermisionVo`)

func TestMobileSignInStoresWhatItIsTold(t *testing.T) {
	w := newWorld(t)
	data := w.pair(mobile, "77")
	user := data["userInfo"].(map[string]any)
	if user["companyType"] != 1.0 || user["mobile"] != mobile {
		t.Errorf("userInfo %v", user)
	}
	for _, name := range []string{"accessToken", "refreshToken"} {
		if _, err := time.Parse(time.RFC3339, data[name].(map[string]any)["expire"].(string)); err != nil {
			t.Errorf("expire of %s: %v", name, err)
		}
	}
	sessions := requireOK(t, w.get("/auth/sessions", "Authorization", value(data, "accessToken")))
	if first := sessions.body["data"].([]any)[0].(map[string]any); first["productType"] != 77.0 || first["current"] != true {
		t.Errorf("session %v", first)
	}
}

func TestRefreshAccessToken(t *testing.T) {
	w := newWorld(t)
	data := w.pair(mobile, "0")
	access, refresh := value(data, "accessToken"), value(data, "refreshToken")
	exchange := func(access string) answer {
		return w.postJSON("/app/auth/token/refresh", fmt.Sprintf(`{"accessToken":%q,"refreshToken":%q}`, access, refresh))
	}
	second := value(map[string]any{"t": requireOK(t, exchange(access)).body["data"]}, "t")
	again := value(map[string]any{"t": requireOK(t, exchange(access)).body["data"]}, "t")
	if second == access || again != second {
		t.Fatalf("tokens %s, %s, %s", access, second, again)
	}
	requireOK(t, w.get("/auth/sessions", "Authorization", "Bearer "+second))
	third := value(map[string]any{"t": requireOK(t, exchange(second)).body["data"]}, "t")
	requireFailure(t, "yudao", exchange(access), http.StatusUnauthorized)
	requireFailure(t, "yudao", exchange(third), http.StatusUnauthorized)
	requireFailure(t, "yudao", w.get("/auth/sessions", "token", third), http.StatusUnauthorized)
}

func TestDeviceCheck(t *testing.T) {
	w := newWorld(t)
	older := value(w.pair(mobile, "5"), "accessToken")
	for name, path := range map[string]string{
		"query": "/wx/pc/check-login-status?deviceNumber=pc%201", "path": "/wx/pc/check-login-status/pc%201",
	} {
		for header, text := range map[string]string{"Authorization": older, "token": older} {
			got := requireOK(t, w.get(path, header, text))
			if data := got.body["data"].(map[string]any); data["isLogin"] != true {
				t.Errorf("%s: %s", name, got.text)
			}
		}
	}
	other := requireOK(t, w.get("/wx/pc/check-login-status/pc-2", "Authorization", "bearer "+older))
	if other.body["data"].(map[string]any)["isLogin"] != false {
		t.Errorf("another device with the same token: %s", other.text)
	}
	requireFailure(t, "yudao", w.get("/wx/pc/check-login-status/pc-1"), http.StatusUnauthorized)
}

func TestReplacedSessionAnswersTheDeviceCheck(t *testing.T) {
	w := newWorld(t, func(c *account.Config, _ *server.Options) { c.Limits.CodeResend.Times = 10 })
	older := value(w.pair(mobile, "5"), "accessToken")
	otherClass := value(w.pair(mobile, "6"), "accessToken")
	newer := value(w.pair(mobile, "5"), "accessToken")

	got := requireOK(t, w.get("/wx/pc/check-login-status/pc-1", "Authorization", older))
	data := got.body["data"].(map[string]any)
	at, err := time.Parse(time.RFC3339, data["lastLoginTime"].(string))
	if data["isLogin"] != false || err != nil || time.Since(at) > time.Minute {
		t.Errorf("replaced: %s", got.text)
	}
	requireFailure(t, "yudao", w.get("/auth/sessions", "Authorization", older), http.StatusUnauthorized)
	requireOK(t, w.get("/auth/sessions", "Authorization", otherClass))
	requireOK(t, w.get("/auth/sessions", "Authorization", newer))
	// A live session says when it was opened, too: all of it has been read.
	live := requireOK(t, w.get("/wx/pc/check-login-status/pc-1", "Authorization", newer))
	at, err = time.Parse(time.RFC3339, live.body["data"].(map[string]any)["lastLoginTime"].(string))
	if err != nil || time.Since(at) > time.Minute {
		t.Errorf("live: %s", live.text)
	}
}

func TestUserInfo(t *testing.T) {
	w := newWorld(t)
	id := w.add("lu.jiahe", store.RoleMember)
	stranger := w.add("tao.ran", store.RoleMember)
	w.member(id, "10020027", "js_000008")
	w.application("1", "10020027")
	token := w.jwt("lu.jiahe")
	info := func(app string, id any, token string) answer {
		return w.get(fmt.Sprintf("/user/info?accessToken=%s&userId=%v", token, id), "X-App-Id", app)
	}
	got := requireOK(t, info("1", id, token))
	data := got.body["data"].(map[string]any)
	organisation := data["orgList"].([]any)[0].(map[string]any)
	role := organisation["roleList"].([]any)[0].(map[string]any)
	if got.body["status"] != "success" || got.body["message"] != "请求成功" || data["userId"] != fmt.Sprint(id) ||
		data["account"] != "lu.jiahe" || data["phone"] != "" || organisation["orgCode"] != "10020027" || role["roleCode"] != "js_000008" {
		t.Errorf("answer %s", got.text)
	}
	requireFailure(t, "cas", info("1", stranger, token), http.StatusNotFound)
	requireFailure(t, "cas", info("1", "700000000000000001", token), http.StatusNotFound)
	requireFailure(t, "cas", info("2", id, token), http.StatusUnauthorized, "")
	requireFailure(t, "cas", w.get("/user/info?userId=1&accessToken="+token), http.StatusUnauthorized, "应用")
	requireFailure(t, "cas", w.get("/user/info?userId=1", "X-App-Id", "1"), http.StatusUnauthorized, "令牌")
	requireFailure(t, "cas", info("1", id, w.jwt("tao.ran")), http.StatusNotFound)
	must(t, w.accounts.CommandLine().AddMembership(t.Context(), stranger, "10020027", ""))
	if got := requireOK(t, info("1", id, w.jwt("tao.ran"))); got.body["data"].(map[string]any)["userId"] != fmt.Sprint(id) {
		t.Errorf("a member of the application's organisation: %s", got.text)
	}
}

func TestWeChatSignIn(t *testing.T) {
	w := newWorld(t)
	post := func(code string) answer {
		return w.postJSON("/account_api/wechat/user/getUserInfo", `{"code":"`+code+`"}`)
	}
	first := requireOK(t, post("0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"))
	again := requireOK(t, post("0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"))
	other := requireOK(t, post("1a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"))
	if first.body["id"] != again.body["id"] || first.body["id"] == other.body["id"] || first.body["userName"] == "" {
		t.Errorf("persons %v, %v, %v", first.body["id"], again.body["id"], other.body["id"])
	}
	for _, key := range []string{"CreationTime", "creationTime", "CancelFollowTime", "cancelFollowTime", "RegisterTime", "registerTime", "ProductTrialTimeFrom", "productTrialTimeFrom", "ProductTrialTimeTo", "productTrialTimeTo"} {
		if _, there := first.body[key]; !there {
			t.Errorf("key %s is missing", key)
		}
	}
	if password, there := first.body["password"]; !there || password != nil {
		t.Errorf("password %v", password)
	}
	refreshed := w.postForm("/user/refresh", url.Values{"frontType": {"0"}}, "X-Access-Token", first.header.Get("X-Access-Token"))
	if openID := requireOK(t, refreshed).body["result"].(map[string]any)["openId"]; openID != first.body["userName"] {
		t.Errorf("openId %v of the session's user", openID)
	}
	for code, want := range map[string]struct {
		status int
		number float64
	}{
		"40029": {400, 40029}, "40163": {400, 40163}, "45011": {429, 45011}, "-1": {503, 503}, "short": {400, 40029},
	} {
		got := post(code)
		requireFailure(t, "ruoyi", got, want.status)
		if got.body["code"] != want.number {
			t.Errorf("%s: number %v", code, got.body["code"])
		}
	}
}

func TestCreateReadUpdateUserInBothForms(t *testing.T) {
	w := newWorld(t)
	w.add("root", store.RoleSuperAdministrator)
	jwt := w.jwt("root")
	created := requireOK(t, w.postJSON("/api/user/create", `{"username":"chen.yiming","password":"`+goodPassword+`","nickname":"一鸣","birthday":"1996-05-20","gender":"男","salt":null,"unknown":{"a":1}}`, "Jwt", jwt))
	byForm := requireOK(t, w.postForm("/api/user/create", url.Values{"user": {`{"username":"su.qing","email":"su@example.com"}`}}, "Authorization", "Bearer "+jwt))
	id := fmt.Sprintf("%.0f", created.body["userId"])
	if created.body["state"] != "ok" || created.body["userId"] == byForm.body["userId"] {
		t.Fatalf("created %s and %s", created.text, byForm.text)
	}
	own := w.jwt("chen.yiming")
	requireOK(t, w.postJSON("/api/user/update", `{"id":`+id+`,"nickname":"阿明","username":"ignored","remark":"ignored"}`, "Jwt", own))
	requireOK(t, w.postForm("/api/user/update", url.Values{"user": {`{"id":` + id + `,"company":"远山出版社"}`}}, "Jwt", own))
	for name, got := range map[string]answer{
		"get":        w.get("/api/user/detail?id="+id, "Jwt", own),
		"post form":  w.postForm("/api/user/detail", url.Values{"id": {id}}, "Jwt", own),
		"post query": w.send(request{method: http.MethodPost, path: "/api/user/detail?id=" + id, header: map[string]string{"Jwt": own}}),
	} {
		user, _ := requireOK(t, got).body["user"].(map[string]any)
		if user["nickname"] != "阿明" || user["company"] != "远山出版社" || user["username"] != "chen.yiming" ||
			user["birthday"] != "1996-05-20 00:00:00" || user["gender"] != "男" || user["remark"] != nil {
			t.Errorf("%s: %s", name, got.text)
		}
		for _, secret := range []string{"password", "salt"} {
			if _, there := user[secret]; there {
				t.Errorf("%s returns %s", name, secret)
			}
		}
	}
	requireFailure(t, "jfinal", w.postJSON("/api/user/create", `{"username":"CHEN.yiming"}`, "Jwt", jwt), http.StatusConflict)
	requireFailure(t, "jfinal", w.postJSON("/api/user/create", `{"username":"a"}`, "Jwt", jwt), http.StatusBadRequest, "username", "2")
	requireFailure(t, "jfinal", w.postJSON("/api/user/create", `{"username":"zhou.ran","password":"password123"}`, "Jwt", jwt), http.StatusUnprocessableEntity, "password")
	requireFailure(t, "jfinal", w.postForm("/api/user/create", url.Values{"user": {`{"nickname":`}}, "Jwt", jwt), http.StatusBadRequest, "user")
	requireFailure(t, "jfinal", w.postForm("/api/user/create", url.Values{"user": {`{"USERNAME":"zhou.ran"}`}}, "Jwt", jwt), http.StatusBadRequest, "USERNAME", "username")
}

func TestPasswordChangeEndsSessionsOfEveryDialect(t *testing.T) {
	w := newWorld(t)
	id, err := w.accounts.CommandLine().AddUser(t.Context(), account.AddedUser{
		NewUser:        account.NewUser{Username: "lu.jiahe", Password: new(goodPassword), Profile: account.Profile{Mobile: new(mobile)}},
		MobileVerified: true,
	})
	must(t, err)
	byCode := value(w.pair(mobile, "0"), "accessToken")
	other, kept := w.jwt("lu.jiahe"), w.jwt("lu.jiahe")
	change := func(old, jwt string) answer {
		return w.postForm("/api/user/updatePassword", url.Values{"userId": {fmt.Sprint(id)}, "newPassword": {otherPassword}, "oldPassowrd": {old}}, "Jwt", jwt)
	}
	requireFailure(t, "jfinal", change("not-the-old-one", kept), http.StatusBadRequest, "oldPassowrd")
	requireOK(t, change(goodPassword, kept))

	requireFailure(t, "yudao", w.get("/auth/sessions", "Authorization", byCode), http.StatusUnauthorized)
	requireFailure(t, "jfinal", w.get(fmt.Sprintf("/api/user/detail?id=%d", id), "Jwt", other), http.StatusUnauthorized)
	requireFailure(t, "jeecg", w.postForm("/user/refresh", url.Values{"token": {byCode}, "frontType": {"0"}}), http.StatusUnauthorized)
	requireFailure(t, "cas", w.get(fmt.Sprintf("/user/info?userId=%d&accessToken=%s", id, other), "X-App-Id", "1"), http.StatusUnauthorized)
	requireOK(t, w.get(fmt.Sprintf("/api/user/detail?id=%d", id), "Jwt", kept))

	again := w.postForm("/api/user/updatePassword", url.Values{"userId": {fmt.Sprint(id)}, "newPassword": {goodPassword}, "oldPassword": {otherPassword}}, "Jwt", kept)
	requireOK(t, again)
}

func TestTokenIsGoodInEveryDialect(t *testing.T) {
	w := newWorld(t)
	w.application("1", "")
	weChat := requireOK(t, w.postJSON("/account_api/wechat/user/getUserInfo", `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`))
	w.add("tao.ran", store.RoleMember)
	for name, token := range map[string]string{
		"code": value(w.pair(mobile, "0"), "accessToken"), "password": w.jwt("tao.ran"), "wechat": weChat.header.Get("X-Access-Token"),
	} {
		t.Run(name, func(t *testing.T) {
			requireOK(t, w.postForm("/user/refresh", url.Values{"token": {token}, "frontType": {"0"}}))
			requireOK(t, w.get("/wx/pc/check-login-status/pc-1", "Authorization", token))
			own := requireOK(t, w.get("/auth/sessions", "token", token))
			if len(own.body["data"].([]any)) != 1 {
				t.Errorf("sessions %s", own.text)
			}
			requireFailure(t, "jfinal", w.get("/api/user/detail?id=1", "Jwt", token), http.StatusNotFound)
			requireFailure(t, "cas", w.get("/user/info?userId=1&accessToken="+token, "X-App-Id", "1"), http.StatusNotFound)
			requireOK(t, w.send(request{method: http.MethodPost, path: "/auth/logout", header: map[string]string{"Authorization": token}}))
			requireFailure(t, "jfinal", w.get("/api/user/detail?id=1", "Jwt", token), http.StatusUnauthorized)
		})
	}
}

func TestVerifyMobile(t *testing.T) {
	w := newWorld(t)
	w.add("tao.ran", store.RoleMember)
	jwt := w.jwt("tao.ran")
	code := w.code(mobile, "verify_mobile")
	body := `{"mobile":"` + mobile + `","validateNo":"` + code + `"}`
	requireFailure(t, "yudao", w.postJSON("/auth/mobile/verify", body), http.StatusUnauthorized)
	requireOK(t, w.postJSON("/auth/mobile/verify", body, "Authorization", jwt))
	requireFailure(t, "yudao", w.postJSON("/auth/mobile/verify", body, "Authorization", jwt), http.StatusUnauthorized)
	requireOK(t, w.postForm("/api/user/login", url.Values{"loginAccount": {mobile}, "password": {goodPassword}}))
}
