package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quartet/store"
)

func text(id int64) string { return fmt.Sprint(id) }

func TestAnswersOfDialectsNameTheirCharset(t *testing.T) {
	w := newWorld(t)
	w.application("1", "")
	id := w.add("lu.jiahe", store.RoleMember)
	token := w.jwt("lu.jiahe")
	for name, c := range map[string]struct {
		got  answer
		want string
	}{
		"jeecg":           {w.postForm("/user/refresh", url.Values{"token": {token}, "frontType": {"0"}}), "application/json; charset=utf-8"},
		"yudao":           {w.get("/auth/sessions", "token", token), "application/json; charset=utf-8"},
		"cas":             {w.get("/user/info?userId="+text(id)+"&accessToken="+token, "X-App-Id", "1"), "application/json; charset=utf-8"},
		"ruoyi":           {w.postJSON("/account_api/wechat/user/getUserInfo", `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`), "application/json; charset=utf-8"},
		"jfinal":          {w.get("/api/user/detail?id="+text(id), "Jwt", token), "application/json; charset=utf-8"},
		"public keys":     {w.get("/.well-known/jwks.json"), "application/json"},
		"the document":    {w.get("/openapi.json"), "application/json"},
		"the same, YAML":  {w.get("/openapi.yaml"), "application/yaml"},
		"a page":          {w.get("/docs/"), "text/html; charset=UTF-8"},
		"liveness":        {w.get("/healthz"), "application/json"},
		"failure (jeecg)": {w.get("/user/nothing"), "application/json; charset=utf-8"},
		"other failure":   {w.get("/nothing"), "application/problem+json"},
	} {
		if got := c.got.header.Get("Content-Type"); got != c.want {
			t.Errorf("%s: %d %q, want %q", name, c.got.status, got, c.want)
		}
	}
}

// The mini-program's SDK of JPress reads the token from the header alone.
func TestSignInSendsTheJWTInTheHeaderToo(t *testing.T) {
	w := newWorld(t)
	w.add("lu.jiahe", store.RoleMember)
	got := requireOK(t, w.postForm("/api/user/login", url.Values{"loginAccount": {"lu.jiahe"}, "password": {goodPassword}}))
	if header := got.header.Get("Jwt"); header == "" || header != got.body["Jwt"] {
		t.Errorf("header %q, body %v", header, got.body["Jwt"])
	}
	refused := w.postForm("/api/user/login", url.Values{"loginAccount": {"lu.jiahe"}, "password": {otherPassword}})
	requireFailure(t, "jfinal", refused, http.StatusUnauthorized)
	if header := refused.header.Get("Jwt"); header != "" {
		t.Errorf("a refused sign-in sends %q", header)
	}
}

// Parsers with the pattern yyyy-MM-dd'T'HH:mm:ss'Z' read them, too.
func TestTimesOfDocument001AreUTCInWholeSeconds(t *testing.T) {
	w := newWorld(t)
	sent := requireOK(t, w.postJSON("/auth/mobile/code", `{"mobile":"13900009999"}`)).body["data"].(map[string]any)
	pair := w.pair(mobile, "0")
	access, refresh := pair["accessToken"].(map[string]any), pair["refreshToken"].(map[string]any)
	next := requireOK(t, w.postJSON("/app/auth/token/refresh", `{"accessToken":"`+value(pair, "accessToken")+`","refreshToken":"`+value(pair, "refreshToken")+`"}`))
	token := next.body["data"].(map[string]any)["value"].(string)
	checked := requireOK(t, w.get("/wx/pc/check-login-status/pc", "token", token)).body["data"].(map[string]any)
	session := requireOK(t, w.get("/auth/sessions", "token", token)).body["data"].([]any)[0].(map[string]any)
	for name, at := range map[string]any{
		"code's expire": sent["expire"], "resendAfter": sent["resendAfter"], "access token's expire": access["expire"],
		"refresh token's expire": refresh["expire"], "next access token's expire": next.body["data"].(map[string]any)["expire"],
		"lastLoginTime": checked["lastLoginTime"], "createTime": session["createTime"], "lastSeenTime": session["lastSeenTime"],
	} {
		parsed, err := time.Parse("2006-01-02T15:04:05Z", fmt.Sprint(at))
		if err != nil || !strings.HasSuffix(fmt.Sprint(at), "Z") || time.Until(parsed).Abs() > 31*24*time.Hour {
			t.Errorf("%s is %v", name, at)
		}
	}
	if until := access["expire"].(string); until < time.Now().UTC().Add(50*time.Minute).Format(time.RFC3339) {
		t.Errorf("the access token expires at %s", until)
	}
}
