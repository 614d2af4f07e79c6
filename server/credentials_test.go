package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quartet/store"
)

// foreign are credentials that are no tokens of this server: nothing, another scheme,
// what scripts send for a missing token, and tokens of other servers.
var foreign = []string{
	"", "Basic c3RhZ2luZzpzZWNyZXQ=", "basic c3RhZ2luZzpzZWNyZXQ=", "Digest username=\"a\", realm=\"b\"", "Bearer", "Bearer ", "Bearer undefined", "Bearer null",
	"undefined", "null", "Bearer [object Object]", "false", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "Bearer TGT-1-abcdef", "AT-1-short",
}

func TestForeignCredentialHidesNoToken(t *testing.T) {
	w := newWorld(t)
	w.application("1", "")
	id := w.add("lu.jiahe", store.RoleMember)
	token := w.jwt("lu.jiahe")
	form := func(path string, fields url.Values) func(header ...string) answer {
		return func(header ...string) answer { return w.postForm(path, fields, header...) }
	}
	get := func(path string) func(header ...string) answer {
		return func(header ...string) answer { return w.get(path, header...) }
	}
	postJSON := func(path, body string) func(header ...string) answer {
		return func(header ...string) answer { return w.postJSON(path, body, header...) }
	}
	detail := "/api/user/detail?id=" + text(id)
	info := "/user/info?userId=" + text(id) + "&accessToken="
	for name, c := range map[string]struct {
		call  func(header ...string) answer
		own   []string // the header with the token
		other []string // headers of foreign credentials
	}{
		"jeecg, second header":  {form("/user/refresh", url.Values{"frontType": {"0"}}), []string{"token", token}, []string{"X-Access-Token", "Authorization"}},
		"jeecg, first header":   {form("/user/refresh", url.Values{"frontType": {"0"}}), []string{"X-Access-Token", token}, []string{"token", "Authorization"}},
		"jeecg, form":           {form("/user/refresh", url.Values{"frontType": {"0"}, "token": {token}}), nil, []string{"X-Access-Token", "token"}},
		"jeecg, JSON":           {postJSON("/user/refresh", `{"frontType":0,"token":"`+token+`"}`), nil, []string{"X-Access-Token", "token"}},
		"jeecg, null in JSON":   {postJSON("/user/refresh", `{"frontType":0,"token":null}`), []string{"X-Access-Token", token}, []string{"token"}},
		"jeecg, null and query": {postJSON("/user/refresh?token="+token, `{"frontType":0,"token":null}`), nil, []string{"X-Access-Token", "token"}},
		"jeecg, query":          {postJSON("/user/refresh?token="+token, `{"frontType":0}`), nil, []string{"X-Access-Token", "token"}},
		"jeecg, query beside a body": {
			postJSON("/user/refresh?token="+token, `{"frontType":0,"token":"undefined"}`), nil, []string{"X-Access-Token", "token"},
		},
		"yudao, second header": {get("/auth/sessions"), []string{"token", token}, []string{"Authorization"}},
		"yudao, first header":  {get("/auth/sessions"), []string{"Authorization", "Bearer " + token}, []string{"token"}},
		"cas":                  {get(info + token), []string{"X-App-Id", "1"}, []string{"Authorization", "token", "X-Access-Token"}},
		"jfinal, second header": {
			get(detail), []string{"Authorization", "Bearer " + token}, []string{"Jwt"},
		},
		"jfinal, first header": {get(detail), []string{"Jwt", token}, []string{"Authorization"}},
		"ruoyi":                {postJSON("/account_api/wechat/user/getUserInfo", `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`), nil, []string{"Authorization"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, value := range foreign {
				header := c.own
				for _, other := range c.other {
					header = append(header, other, value)
				}
				if got := c.call(header...); got.status != http.StatusOK {
					t.Errorf("beside %q: %d %s", value, got.status, got.text)
				}
			}
		})
	}
}

// HTTP bearer is accepted by the operations that list it, and by no other.
func TestBearer(t *testing.T) {
	w := newWorld(t)
	w.application("1", "")
	id := w.add("lu.jiahe", store.RoleMember)
	bearer := []string{"Authorization", "Bearer " + w.jwt("lu.jiahe")}
	requireOK(t, w.get("/auth/sessions", bearer...))
	requireOK(t, w.get("/api/user/detail?id="+text(id), bearer...))
	requireFailure(t, "jeecg", w.postForm("/user/refresh", url.Values{"frontType": {"0"}}, bearer...), http.StatusUnauthorized)
	requireFailure(t, "cas", w.get("/user/info?userId="+text(id), append(bearer, "X-App-Id", "1")...), http.StatusUnauthorized)
}

func TestForeignCredentialsAloneAreRefused(t *testing.T) {
	w := newWorld(t, openRegistration)
	w.application("1", "")
	for _, value := range foreign {
		wanted := `Bearer realm="quartet", error="invalid_token", error_description="Not signed in, or the token is not valid (PLACE)"`
		if isNoToken := len(value) < 5 || strings.HasSuffix(value, "=") || strings.ContainsAny(value, `"`) ||
			strings.HasSuffix(value, "undefined") || strings.HasSuffix(value, "null") || strings.TrimSpace(value) == "Bearer"; isNoToken {
			wanted = `Bearer realm="quartet"`
		}
		for _, c := range []struct {
			dialect, place string
			got            answer
		}{
			{"jeecg", "X-Access-Token", w.postForm("/user/refresh", url.Values{"frontType": {"0"}}, "X-Access-Token", value)},
			{"jeecg", "token", w.postForm("/user/refresh", url.Values{"frontType": {"0"}, "token": {value}})},
			{"yudao", "Authorization", w.get("/auth/sessions", "Authorization", value)},
			{"cas", "accessToken", w.get("/user/info?userId=1&accessToken="+url.QueryEscape(value), "X-App-Id", "1")},
			{"jfinal", "Jwt", w.get("/api/user/detail?id=1", "Jwt", value)},
		} {
			requireFailure(t, c.dialect, c.got, http.StatusUnauthorized, "未登录或令牌无效")
			requireChallenge(t, c.got, strings.ReplaceAll(wanted, "PLACE", c.place))
		}
	}
	// A staging proxy's password is no token, so registration stays open beside it.
	requireOK(t, w.postJSON("/api/user/create", `{"username":"su.qing"}`, "Authorization", "Basic c3RhZ2luZzpzZWNyZXQ="))
	requireOK(t, w.postJSON("/api/user/create", `{"username":"he.yun"}`, "Jwt", "undefined"))
	requireFailure(t, "jfinal", w.postJSON("/api/user/create", `{"username":"tao.ran"}`, "Jwt", "AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), http.StatusUnauthorized)
}

// A staging proxy adds a header beside the client's of the same name.
func TestForeignCredentialsBesideATokenInTheSameHeader(t *testing.T) {
	w := newWorld(t)
	id := w.add("lu.jiahe", store.RoleMember)
	token := w.jwt("lu.jiahe")
	for _, values := range [][]string{{"Basic c3RhZ2luZzpzZWNyZXQ=", "Bearer " + token}, {"Bearer " + token, "Basic c3RhZ2luZzpzZWNyZXQ="}, {"null", token}} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/api/user/detail?id=%d", w.url, id), http.NoBody)
		must(t, err)
		r.Header["Authorization"] = values
		got, err := http.DefaultClient.Do(r)
		must(t, err)
		must(t, got.Body.Close())
		if got.StatusCode != http.StatusOK {
			t.Errorf("%q: %d", values, got.StatusCode)
		}
	}
}

// Pages of allowed origins call with credentials, which is safe only as long as browsers
// add nothing that authenticates.
func TestCookiesAuthenticateNobody(t *testing.T) {
	w := newWorld(t, allowing(adminOrigin))
	w.add("lu.jiahe", store.RoleMember)
	token := w.jwt("lu.jiahe")
	var cookies []string
	for _, name := range []string{"token", "accessToken", "X-Access-Token", "Authorization", "Jwt", "Admin-Token", "session"} {
		cookies = append(cookies, name+"="+token)
	}
	for id, statuses := range accessTable {
		if statuses[0] != http.StatusUnauthorized {
			continue
		}
		r := callTo(id, 1, "", "cookies")
		r.header["Cookie"], r.header["Origin"] = strings.Join(cookies, "; "), adminOrigin
		if got := w.send(r); got.status != http.StatusUnauthorized || len(got.header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s: %d %s", id, got.status, got.text)
		}
	}
}

// An old token in a header is a token of this server: the documented order decides.
func TestEndedTokenInAHeaderStillWins(t *testing.T) {
	w := newWorld(t)
	w.add("lu.jiahe", store.RoleMember)
	ended, live := w.jwt("lu.jiahe"), w.jwt("lu.jiahe")
	requireOK(t, w.postForm("/auth/logout", nil, "Authorization", ended))
	got := w.postForm("/user/refresh", url.Values{"frontType": {"0"}, "token": {live}}, "token", ended)
	requireFailure(t, "jeecg", got, http.StatusUnauthorized, "会话已结束")
	requireChallenge(t, got, `Bearer realm="quartet", error="invalid_token", error_description="The session has ended"`)
}

func TestChallenges(t *testing.T) {
	w := newWorld(t)
	w.add("lu.jiahe", store.RoleMember)
	token := w.jwt("lu.jiahe")
	for name, c := range map[string]struct {
		got  answer
		want string
	}{
		"nothing":         {w.get("/auth/sessions"), `Bearer realm="quartet"`},
		"nothing to cas":  {w.get("/user/info?userId=1"), `Bearer realm="quartet"`},
		"wrong password":  {w.postForm("/api/user/login", url.Values{"loginAccount": {"a"}, "password": {"b"}}), `Bearer realm="quartet"`},
		"no registration": {w.postJSON("/api/user/create", `{"username":"tao.ran"}`), `Bearer realm="quartet"`},
		"wrong code": {
			w.postJSON("/auth/mobile/verify", `{"mobile":"13900003333","validateNo":"000000"}`, "Authorization", token), `Bearer realm="quartet"`,
		},
		"wrong token": {
			w.get("/auth/sessions", "Authorization", "Bearer "+token+"x"),
			`Bearer realm="quartet", error="invalid_token", error_description="Not signed in, or the token is not valid (Authorization)"`,
		},
		"no application": {
			w.get("/user/info?userId=1&accessToken=" + token),
			`Bearer realm="quartet", error="invalid_request", error_description="The application is unknown or disabled (X-App-Id)"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.got.status != http.StatusUnauthorized {
				t.Errorf("%d %s", c.got.status, c.got.text)
			}
			requireChallenge(t, c.got, c.want)
		})
	}
	legacyStatus := newWorld(t, legacy("yudao")).get("/auth/sessions", "token", "AT-1-short")
	requireFailure(t, "yudao", legacyStatus, http.StatusOK)
	requireChallenge(t, legacyStatus, `Bearer realm="quartet", error="invalid_token", error_description="Not signed in, or the token is not valid (token)"`)
}

func requireChallenge(t *testing.T, got answer, want string) {
	t.Helper()
	if challenge := got.header.Get("WWW-Authenticate"); challenge != want {
		t.Errorf("WWW-Authenticate %s, want %s", challenge, want)
	}
}
