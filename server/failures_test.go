package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"quartet/store"
)

// envelope says how a style words a failure: the keys it has, the key of the
// message, and that the body is a failure at all.
type envelope struct {
	keys    []string
	message string
	failed  func(body map[string]any, status int) bool
}

var envelopes = map[string]envelope{
	"result": {
		keys: []string{"code", "message", "result", "success", "timestamp"}, message: "message",
		failed: func(b map[string]any, _ int) bool { return b["success"] == false && b["result"] == nil },
	},
	"data": {
		keys: []string{"code", "data", "msg"}, message: "msg",
		failed: func(b map[string]any, _ int) bool { return b["code"] != 0.0 && b["data"] == nil },
	},
	"status": {
		keys: []string{"code", "data", "message", "status"}, message: "message",
		failed: func(b map[string]any, status int) bool {
			data, isObject := b["data"].(map[string]any)
			word := "fail"
			if status >= http.StatusInternalServerError {
				word = "error"
			}
			return isObject && len(data) == 0 && b["status"] == word
		},
	},
	"flat": {
		keys: []string{"code", "msg"}, message: "msg",
		failed: func(b map[string]any, _ int) bool { return b["code"] != 200.0 },
	},
	"state": {
		keys: []string{"code", "message", "state"}, message: "message",
		failed: func(b map[string]any, _ int) bool { return b["state"] == "fail" },
	},
	"system": {
		keys: []string{"code", "status", "title", "type"}, message: "title",
		failed: func(b map[string]any, status int) bool { return b["status"] == float64(status) },
	},
}

// requireFailure checks status, envelope and that the message holds every word.
func requireFailure(t *testing.T, style string, got answer, status int, words ...string) {
	t.Helper()
	if got.status != status {
		t.Fatalf("status %d, want %d: %s", got.status, status, got.text)
	}
	requireEnvelope(t, style, got, status)
	message, _ := got.body[envelopes[style].message].(string)
	for _, word := range words {
		if !strings.Contains(message, word) {
			t.Errorf("message %q does not name %q", message, word)
		}
	}
}

func requireEnvelope(t *testing.T, style string, got answer, status int) {
	t.Helper()
	shape := envelopes[style]
	var keys []string
	for name := range got.body {
		keys = append(keys, name)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, shape.keys) {
		t.Fatalf("keys %v, want %v of style %s: %s", keys, shape.keys, style, got.text)
	}
	if !shape.failed(got.body, status) {
		t.Errorf("no failure of style %s: %s", style, got.text)
	}
	wantType := "application/json"
	if style == "system" {
		wantType = "application/problem+json"
	}
	if !strings.HasPrefix(got.header.Get("Content-Type"), wantType) {
		t.Errorf("content type %q", got.header.Get("Content-Type"))
	}
}

// target is an operation with a body, to break in every way.
type target struct {
	style, path, media string
	field              string // a field of the body
	right              string // a body that passes the contract
	first              string // the field that an empty body lacks first
}

const (
	jsonMedia = "application/json"
	formMedia = "application/x-www-form-urlencoded"
)

var targets = []target{
	{"result", "/user/refresh", jsonMedia, "token", `{"token":"AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","frontType":0}`, "token"},
	{"result", "/user/refresh", formMedia, "token", `token=AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&frontType=0`, "token"},
	{"data", "/auth/mobile/login", jsonMedia, "mobile", `{"companyType":0,"mobile":"13900001111","productType":0,"source":"a","validateNo":"000000"}`, "companyType"},
	{"data", "/app/auth/token/refresh", jsonMedia, "accessToken", `{"accessToken":"a","refreshToken":"b"}`, "accessToken"},
	{"data", "/auth/mobile/code", jsonMedia, "mobile", `{"mobile":"13900001112"}`, "mobile"},
	{"flat", "/account_api/wechat/user/getUserInfo", jsonMedia, "code", `{"code":"40029"}`, "code"},
	{"state", "/api/user/create", jsonMedia, "username", `{"username":"tao.ran"}`, "username"},
	{"state", "/api/user/create", formMedia, "user", `user={"username":"tao.ran"}`, "user"},
	{"state", "/api/user/update", jsonMedia, "nickname", `{"id":1,"nickname":"a"}`, "id"},
	{"state", "/api/user/update", formMedia, "user", `user={"id":1}`, "user"},
	{"state", "/api/user/detail", formMedia, "id", `id=1`, "Jwt"},
	{"state", "/api/user/login", formMedia, "loginAccount", `loginAccount=a&password=b`, "loginAccount"},
	{"state", "/api/user/updatePassword", formMedia, "newPassword", `userId=1&newPassword=a`, "userId"},
}

func TestBrokenBodies(t *testing.T) {
	w := newWorld(t)
	for _, at := range targets {
		for name, broken := range breakages(at) {
			t.Run(strings.TrimPrefix(at.path, "/")+"/"+at.media+"/"+name, func(t *testing.T) {
				w := *w
				w.t = t
				got := w.send(request{method: http.MethodPost, path: at.path, body: broken.body, header: map[string]string{"Content-Type": broken.media}})
				requireFailure(t, at.style, got, broken.status, broken.words...)
				if alive := w.get("/healthz"); alive.status != http.StatusOK {
					t.Error("the server does not live on")
				}
			})
		}
	}
}

type breakage struct {
	media, body string
	status      int
	words       []string
}

func breakages(at target) map[string]breakage {
	all := map[string]breakage{
		"wrong content type": {"text/plain", at.right, http.StatusUnsupportedMediaType, []string{at.media}},
		"no content type":    {"", at.right, http.StatusUnsupportedMediaType, nil},
		"multipart":          {"multipart/form-data; boundary=x", "--x--", http.StatusUnsupportedMediaType, nil},
		"oversized":          {at.media, at.right + strings.Repeat(" ", 200_000), http.StatusRequestEntityTooLarge, nil},
		"empty":              {at.media, "", emptyStatus(at), []string{at.first}},
		"other charset":      {at.media + "; charset=gbk", at.right, http.StatusUnsupportedMediaType, []string{at.media}},
	}
	if at.media == formMedia {
		all["duplicate"] = breakage{at.media, at.right + "&" + at.right, http.StatusBadRequest, nil}
		all["case"] = breakage{at.media, strings.ToUpper(at.field[:1]) + at.field[1:] + "=1", http.StatusBadRequest, []string{at.field}}
		all["utf8"] = breakage{at.media, at.field + "=%ff%fe", http.StatusBadRequest, []string{at.field}}
		all["nul"] = breakage{at.media, at.field + "=%00", http.StatusBadRequest, []string{at.field}}
		all["escape"] = breakage{at.media, at.field + "=%zz", http.StatusBadRequest, []string{"body"}}
		return all
	}
	in := func(text string) string { return fmt.Sprintf(`{%q:%s}`, at.field, text) }
	all["truncated"] = breakage{at.media, in(`"abc`)[:len(at.field)+6], http.StatusBadRequest, []string{at.field}}
	all["not json"] = breakage{at.media, `hello`, http.StatusBadRequest, nil}
	all["array"] = breakage{at.media, `[]`, http.StatusBadRequest, []string{"body"}}
	all["number"] = breakage{at.media, in(`5`), http.StatusBadRequest, []string{at.field}}
	all["object"] = breakage{at.media, in(`{"a":1}`), http.StatusBadRequest, []string{at.field}}
	all["deep"] = breakage{at.media, in(strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40)), http.StatusBadRequest, []string{at.field, "16"}}
	all["very deep"] = breakage{at.media, strings.Repeat(`[`, 60_000), http.StatusBadRequest, []string{"16"}}
	all["many keys"] = breakage{at.media, `{` + manyKeys(300) + `}`, http.StatusBadRequest, []string{"200"}}
	all["duplicate"] = breakage{at.media, fmt.Sprintf(`{%q:"a",%q:"b"}`, at.field, at.field), http.StatusBadRequest, []string{at.field}}
	all["escaped duplicate"] = breakage{at.media, fmt.Sprintf(`{%q:"a","\u%04x%s":"b"}`, at.field, at.field[0], at.field[1:]), http.StatusBadRequest, []string{at.field}}
	all["case"] = breakage{at.media, fmt.Sprintf(`{%q:"a"}`, strings.ToUpper(at.field)), http.StatusBadRequest, []string{at.field}}
	if folded := strings.Replace(at.field, "s", "ſ", 1); folded != at.field {
		all["long s"] = breakage{at.media, fmt.Sprintf(`{%q:"a"}`, folded), http.StatusBadRequest, []string{at.field}}
	}
	all["utf8"] = breakage{at.media, in("\"\xff\xfe\""), http.StatusBadRequest, []string{at.field}}
	all["nul"] = breakage{at.media, in(`"a\u0000b"`), http.StatusBadRequest, []string{at.field}}
	all["trailing"] = breakage{at.media, at.right + `{}`, http.StatusBadRequest, []string{"body"}}
	return all
}

// emptyStatus: where a token may travel in the body, or is what is missing
// first, an empty one is a caller nobody knows.
func emptyStatus(at target) int {
	if at.first == "token" || at.first == "Jwt" {
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

func manyKeys(n int) string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf(`"k%d":1`, i)
	}
	return strings.Join(keys, ",")
}

func TestUnknownPathsAndMethods(t *testing.T) {
	w := newWorld(t)
	for path, style := range map[string]string{
		"/wx/pc/check-login-status/a/b": "data", "/user/refresh/more": "result", "/user/": "result", "/user/unknown": "result", "/user/refreshed": "result",
		"/user/info/more": "status", "/user/infos": "status",
		"/auth/": "data", "/auth/mobile": "data", "/app/auth/token": "data", "/wx/pc": "data",
		"/account_api/wechat/user": "flat", "/account_api/": "flat",
		"/api/user": "state", "/api/": "state", "/api/user/delete": "state",
		"/nothing": "system", "/user": "system", "/docs/nothing": "system", "/demo/outbox": "system",
	} {
		t.Run("404 "+path, func(t *testing.T) {
			w := *w
			w.t = t
			requireFailure(t, style, w.get(path), http.StatusNotFound)
		})
	}
	for path, style := range map[string]string{
		"/user/refresh": "result", "/user/info": "status", "/auth/mobile/login": "data",
		"/account_api/wechat/user/getUserInfo": "flat", "/api/user/create": "state", "/healthz": "system",
	} {
		t.Run("405 "+path, func(t *testing.T) {
			w := *w
			w.t = t
			got := w.send(request{method: http.MethodPut, path: path})
			requireFailure(t, style, got, http.StatusMethodNotAllowed)
			if got.header.Get("Allow") == "" {
				t.Error("no Allow header")
			}
		})
	}
}

// everyStyle is one request of each style that reaches the database.
var everyStyle = map[string]request{
	"result": {method: http.MethodPost, path: "/user/refresh", body: `token=AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&frontType=0`, header: map[string]string{"Content-Type": formMedia}},
	"data":   {method: http.MethodPost, path: "/auth/mobile/code", body: `{"mobile":"13900001111"}`, header: map[string]string{"Content-Type": jsonMedia}},
	"status": {method: http.MethodGet, path: "/user/info?userId=1&accessToken=AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", header: map[string]string{"X-App-Id": "1"}},
	"flat":   {method: http.MethodPost, path: "/account_api/wechat/user/getUserInfo", body: `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`, header: map[string]string{"Content-Type": jsonMedia}},
	"state":  {method: http.MethodPost, path: "/api/user/login", body: `loginAccount=a&password=b`, header: map[string]string{"Content-Type": formMedia}},
	"system": {method: http.MethodGet, path: "/readyz"},
}

func TestDatabaseDown(t *testing.T) {
	w := newWorld(t)
	must(t, w.store.Close())
	for style, r := range everyStyle {
		t.Run(style, func(t *testing.T) {
			w := *w
			w.t = t
			got := w.send(r)
			requireFailure(t, style, got, http.StatusServiceUnavailable)
			if strings.Contains(strings.ToLower(got.text), "sql") {
				t.Errorf("the answer speaks of SQL: %s", got.text)
			}
		})
	}
}

func TestHeadersTooLarge(t *testing.T) {
	w := newWorld(t)
	for style, r := range everyStyle {
		t.Run(style, func(t *testing.T) {
			w := *w
			w.t = t
			r.header = map[string]string{"X-Long": strings.Repeat("a", 20_000)}
			requireFailure(t, style, w.send(r), http.StatusRequestHeaderFieldsTooLarge)
		})
	}
}

func TestLanguage(t *testing.T) {
	w := newWorld(t)
	for accept, word := range map[string]string{
		"": "不能为空", "zh-CN,zh;q=0.9": "不能为空", "fr": "不能为空", "nonsense;;": "不能为空",
		"en": "is required", "en-GB,en;q=0.9,zh;q=0.1": "is required",
	} {
		got := w.postJSON("/auth/mobile/code", `{}`, "Accept-Language", accept)
		requireFailure(t, "data", got, http.StatusBadRequest, "mobile", word)
	}
}

func TestLegacyStatus(t *testing.T) {
	w := newWorld(t, legacy("data", "state"))
	got := w.postJSON("/auth/mobile/code", `{}`)
	requireFailure(t, "data", got, http.StatusOK, "mobile")
	if got.body["code"] != 400.0 {
		t.Errorf("the number must stay: %s", got.text)
	}
	requireFailure(t, "state", w.get("/api/nothing"), http.StatusOK)
	requireFailure(t, "flat", w.get("/account_api/nothing"), http.StatusNotFound)
	requireFailure(t, "result", w.get("/user/nothing"), http.StatusNotFound)
}

func TestCredentialsNeverTravelInTheQueryOfAForm(t *testing.T) {
	w := newWorld(t)
	w.add("tao.ran", store.RoleMember)
	query := "/api/user/login?loginAccount=tao.ran&password=" + goodPassword
	requireFailure(t, "state", w.postForm(query, nil), http.StatusBadRequest, "loginAccount")
	mixed := w.send(request{
		method: http.MethodPost, path: query, body: "loginAccount=tao.ran&password=wrong-but-long",
		header: map[string]string{"Content-Type": formMedia},
	})
	requireFailure(t, "state", mixed, http.StatusUnauthorized)
}

func TestParameters(t *testing.T) {
	w := newWorld(t)
	w.add("tao.ran", store.RoleMember)
	jwt := w.jwt("tao.ran")
	for name, c := range map[string]struct {
		style, path string
		words       []string
	}{
		"missing":       {"state", "/api/user/detail", []string{"id"}},
		"empty":         {"state", "/api/user/detail?id=", []string{"id"}},
		"not a number":  {"state", "/api/user/detail?id=abc", []string{"id", "integer"}},
		"zero":          {"state", "/api/user/detail?id=0", []string{"id"}},
		"past 2^53":     {"state", "/api/user/detail?id=9007199254740993", []string{"id"}},
		"twice":         {"state", "/api/user/detail?id=1&id=2", []string{"id"}},
		"fraction":      {"state", "/api/user/detail?id=1.5", []string{"id"}},
		"nul":           {"state", "/api/user/detail?id=1%00", []string{"id"}},
		"userId":        {"status", "/user/info?userId=12a", []string{"userId"}},
		"long userId":   {"status", "/user/info?userId=12345678901234567890", []string{"userId"}},
		"device":        {"data", "/wx/pc/check-login-status", []string{"deviceNumber"}},
		"device utf8":   {"data", "/wx/pc/check-login-status/%ff", []string{"deviceNumber"}},
		"long device":   {"data", "/wx/pc/check-login-status/" + strings.Repeat("x", 129), []string{"deviceNumber", "128"}},
		"twice a token": {"status", "/user/info?userId=1&accessToken=a&accessToken=b", []string{"accessToken"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.t = t
			requireFailure(t, c.style, w.get(c.path, "Jwt", jwt), http.StatusBadRequest, c.words...)
		})
	}
}
