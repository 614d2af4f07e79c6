package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/store"
)

// envelope says how a dialect words a failure: the keys it has, the key of the
// message, and that the body is a failure at all.
type envelope struct {
	keys    []string
	message string
	failed  func(body map[string]any, status int) bool
}

var envelopes = map[string]envelope{
	"jeecg": {
		keys: []string{"code", "message", "result", "success", "timestamp"}, message: "message",
		failed: func(b map[string]any, _ int) bool { return b["success"] == false && b["result"] == nil },
	},
	"yudao": {
		keys: []string{"code", "data", "msg"}, message: "msg",
		failed: func(b map[string]any, _ int) bool { return b["code"] != 0.0 && b["data"] == nil },
	},
	"cas": {
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
	"ruoyi": {
		keys: []string{"code", "msg"}, message: "msg",
		failed: func(b map[string]any, _ int) bool { return b["code"] != 200.0 },
	},
	"jfinal": {
		keys: []string{"code", "message", "state"}, message: "message",
		failed: func(b map[string]any, _ int) bool { return b["state"] == "fail" },
	},
	"oauth2": {
		keys: []string{"error", "error_description"}, message: "error_description",
		failed: func(b map[string]any, status int) bool {
			return (b["error"] == "invalid_client") == (status == http.StatusUnauthorized)
		},
	},
	"system": problems, "admin": problems,
}

var problems = envelope{
	keys: []string{"code", "status", "title", "type"}, message: "title",
	failed: func(b map[string]any, status int) bool { return b["status"] == float64(status) },
}

// requireFailure checks status, envelope and that the message holds every word.
func requireFailure(t *testing.T, dialect string, got answer, status int, words ...string) {
	t.Helper()
	if got.status != status {
		t.Fatalf("status %d, want %d: %s", got.status, status, got.text)
	}
	requireEnvelope(t, dialect, got, status)
	message, _ := got.body[envelopes[dialect].message].(string)
	for _, word := range words {
		if !strings.Contains(message, word) {
			t.Errorf("message %q does not name %q", message, word)
		}
	}
}

func requireEnvelope(t *testing.T, dialect string, got answer, status int) {
	t.Helper()
	shape := envelopes[dialect]
	var keys []string
	for name := range got.body {
		keys = append(keys, name)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, shape.keys) {
		t.Fatalf("keys %v, want %v of dialect %s: %s", keys, shape.keys, dialect, got.text)
	}
	if !shape.failed(got.body, status) {
		t.Errorf("no failure of dialect %s: %s", dialect, got.text)
	}
	wantType := "application/json; charset=utf-8"
	if dialect == "system" || dialect == "admin" {
		wantType = "application/problem+json"
	}
	if got.header.Get("Content-Type") != wantType {
		t.Errorf("content type %q", got.header.Get("Content-Type"))
	}
}

// target is an operation with a body, to break in every way.
type target struct {
	dialect, path, media string
	field                string // a field of the body
	right                string // a body that passes the contract
	first                string // the field that an empty body lacks first
}

const (
	jsonMedia = "application/json"
	formMedia = "application/x-www-form-urlencoded"
)

var targets = []target{
	{"jeecg", "/user/refresh", jsonMedia, "token", `{"token":"AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","frontType":0}`, "token"},
	{"jeecg", "/user/refresh", formMedia, "token", `token=AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&frontType=0`, "token"},
	{"yudao", "/auth/mobile/login", jsonMedia, "mobile", `{"companyType":0,"mobile":"13900001111","productType":0,"source":"a","validateNo":"000000"}`, "mobile"},
	{"yudao", "/app/auth/token/refresh", jsonMedia, "accessToken", `{"accessToken":"a","refreshToken":"b"}`, "accessToken"},
	{"yudao", "/auth/mobile/code", jsonMedia, "mobile", `{"mobile":"13900001112"}`, "mobile"},
	{"ruoyi", "/account_api/wechat/user/getUserInfo", jsonMedia, "code", `{"code":"40029"}`, "code"},
	{"jfinal", "/api/user/create", jsonMedia, "username", `{"username":"tao.ran"}`, "username"},
	{"jfinal", "/api/user/create", formMedia, "user", `user={"username":"tao.ran"}`, "user"},
	{"jfinal", "/api/user/update", jsonMedia, "nickname", `{"id":1,"nickname":"a"}`, "id"},
	{"jfinal", "/api/user/update", formMedia, "user", `user={"id":1}`, "user"},
	{"jfinal", "/api/user/detail", formMedia, "id", `id=1`, "Jwt"},
	{"jfinal", "/api/user/login", formMedia, "loginAccount", `loginAccount=a&password=b`, "loginAccount"},
	{"jfinal", "/api/user/updatePassword", formMedia, "newPassword", `userId=1&newPassword=a`, "userId"},
}

func TestBrokenBodies(t *testing.T) {
	w := newWorld(t, strictInput)
	for _, at := range targets {
		for name, broken := range breakages(at) {
			t.Run(strings.TrimPrefix(at.path, "/")+"/"+at.media+"/"+name, func(t *testing.T) {
				w := *w
				w.t = t
				got := w.send(request{method: http.MethodPost, path: at.path, body: broken.body, header: map[string]string{"Content-Type": broken.media}})
				requireFailure(t, at.dialect, got, broken.status, broken.words...)
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
		"empty":              {at.media, "", emptyStatus(at), emptyWords(at)},
		"other charset":      {at.media + "; charset=gbk", at.right, http.StatusUnsupportedMediaType, []string{"Content-Type", "charset=utf-8"}},
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
	for _, key := range []string{"{field}", "{detail}", "{expected}"} { // it is named, not filled in
		all["duplicate "+key] = breakage{at.media, fmt.Sprintf(`{%q:1,%q:2}`, key, key), http.StatusBadRequest, []string{key}}
	}
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
// first, an empty body is an unknown caller.
func emptyStatus(at target) int {
	if at.first == "token" || at.first == "Jwt" {
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

// emptyWords: messages of a 401 name no field.
func emptyWords(at target) []string {
	if emptyStatus(at) == http.StatusUnauthorized {
		return nil
	}
	return []string{at.first}
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
	for path, dialect := range map[string]string{
		"/wx/pc/check-login-status/a/b": "yudao", "/user/refresh/more": "jeecg", "/user/": "jeecg", "/user/unknown": "jeecg", "/user/refreshed": "jeecg",
		"/user/info/more": "cas", "/user/infos": "cas",
		"/auth/": "yudao", "/auth/mobile": "yudao", "/app/auth/token": "yudao", "/wx/pc": "yudao",
		"/account_api/wechat/user": "ruoyi", "/account_api/": "ruoyi",
		"/api/user": "jfinal", "/api/": "jfinal", "/api/user/delete": "jfinal",
		"/oauth2/": "oauth2", "/oauth2/token": "oauth2",
		"/nothing": "system", "/user": "system", "/oauth2": "system", "/docs/nothing": "system", "/demo/outbox": "system",
	} {
		t.Run("404 "+path, func(t *testing.T) {
			w := *w
			w.t = t
			requireFailure(t, dialect, w.get(path), http.StatusNotFound)
		})
	}
	for path, dialect := range map[string]string{
		"/user/refresh": "jeecg", "/user/info": "cas", "/auth/mobile/login": "yudao",
		"/account_api/wechat/user/getUserInfo": "ruoyi", "/api/user/create": "jfinal", "/oauth2/introspect": "oauth2", "/healthz": "system",
	} {
		t.Run("405 "+path, func(t *testing.T) {
			w := *w
			w.t = t
			got := w.send(request{method: http.MethodPut, path: path})
			requireFailure(t, dialect, got, http.StatusMethodNotAllowed)
			if got.header.Get("Allow") == "" {
				t.Error("no Allow header")
			}
		})
	}
}

// everyDialect is one request of each dialect that reaches the database.
var everyDialect = map[string]request{
	"jeecg":  {method: http.MethodPost, path: "/user/refresh", body: `token=AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&frontType=0`, header: map[string]string{"Content-Type": formMedia}},
	"yudao":  {method: http.MethodPost, path: "/auth/mobile/code", body: `{"mobile":"13900001111"}`, header: map[string]string{"Content-Type": jsonMedia}},
	"cas":    {method: http.MethodGet, path: "/user/info?userId=1&accessToken=AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", header: map[string]string{"X-App-Id": "1"}},
	"ruoyi":  {method: http.MethodPost, path: "/account_api/wechat/user/getUserInfo", body: `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`, header: map[string]string{"Content-Type": jsonMedia}},
	"jfinal": {method: http.MethodPost, path: "/api/user/login", body: `loginAccount=a&password=b`, header: map[string]string{"Content-Type": formMedia}},
	"oauth2": {method: http.MethodPost, path: "/oauth2/introspect", body: `token=x`, header: map[string]string{"Content-Type": formMedia, "Authorization": "Basic MTox"}},
	"system": {method: http.MethodGet, path: "/readyz"},
}

func TestDatabaseDown(t *testing.T) {
	w := newWorld(t)
	must(t, w.store.Close())
	for dialect, r := range everyDialect {
		t.Run(dialect, func(t *testing.T) {
			w := *w
			w.t = t
			got := w.send(r)
			requireFailure(t, dialect, got, http.StatusServiceUnavailable)
			if strings.Contains(strings.ToLower(got.text), "sql") {
				t.Errorf("the answer speaks of SQL: %s", got.text)
			}
		})
	}
}

func TestHeadersTooLarge(t *testing.T) {
	w := newWorld(t)
	for dialect, r := range everyDialect {
		t.Run(dialect, func(t *testing.T) {
			w := *w
			w.t = t
			r.header = map[string]string{"X-Long": strings.Repeat("a", 20_000)}
			requireFailure(t, dialect, w.send(r), http.StatusRequestHeaderFieldsTooLarge)
		})
	}
}

func TestLanguage(t *testing.T) {
	accepted := []string{"", "zh-CN,zh;q=0.9", "fr", "nonsense;;", "en", "en-GB,en;q=0.9,zh;q=0.1"}
	for language, want := range map[dialect.Language]struct{ dialect, system string }{
		"":                  {"zh zh zh zh zh zh", "zh zh zh zh en en"},
		dialect.Chinese:     {"zh zh zh zh zh zh", "zh zh zh zh en en"},
		dialect.English:     {"en en en en en en", "en zh en en en en"},
		server.LanguageAuto: {"zh zh zh zh en en", "zh zh zh zh en en"},
	} {
		w := newWorld(t, func(_ *account.Config, o *server.Options) { o.Language = language })
		for i, accept := range accepted {
			words := map[string][2]string{"zh": {"不能为空", "没有这个接口"}, "en": {"is required", "Path not found"}}
			failed := w.postJSON("/auth/mobile/code", `{}`, "Accept-Language", accept)
			requireFailure(t, "yudao", failed, http.StatusBadRequest, "mobile", words[strings.Fields(want.dialect)[i]][0])
			unknown := w.get("/nothing", "Accept-Language", accept)
			requireFailure(t, "system", unknown, http.StatusNotFound, words[strings.Fields(want.system)[i]][1])
		}
	}
	if _, err := server.New(server.Options{Language: "fr"}); err == nil || !strings.Contains(err.Error(), "fr") {
		t.Errorf("error %v", err)
	}
}

func TestLegacyStatus(t *testing.T) {
	w := newWorld(t, legacy("yudao", "jfinal"))
	got := w.postJSON("/auth/mobile/code", `{}`)
	requireFailure(t, "yudao", got, http.StatusOK, "mobile")
	if got.body["code"] != 400.0 {
		t.Errorf("the number must stay: %s", got.text)
	}
	requireFailure(t, "jfinal", w.get("/api/nothing"), http.StatusOK)
	requireFailure(t, "ruoyi", w.get("/account_api/nothing"), http.StatusNotFound)
	requireFailure(t, "jeecg", w.get("/user/nothing"), http.StatusNotFound)
}

func TestCredentialsNeverTravelInTheQueryOfAForm(t *testing.T) {
	w := newWorld(t)
	w.add("tao.ran", store.RoleMember)
	query := "/api/user/login?loginAccount=tao.ran&password=" + goodPassword
	requireFailure(t, "jfinal", w.postForm(query, nil), http.StatusBadRequest, "loginAccount")
	mixed := w.send(request{
		method: http.MethodPost, path: query, body: "loginAccount=tao.ran&password=wrong-but-long",
		header: map[string]string{"Content-Type": formMedia},
	})
	requireFailure(t, "jfinal", mixed, http.StatusUnauthorized)
}

func TestParameters(t *testing.T) {
	w := newWorld(t)
	w.add("tao.ran", store.RoleMember)
	jwt := w.jwt("tao.ran")
	for name, c := range map[string]struct {
		dialect, path string
		words         []string
	}{
		"missing":       {"jfinal", "/api/user/detail", []string{"id"}},
		"empty":         {"jfinal", "/api/user/detail?id=", []string{"id"}},
		"not a number":  {"jfinal", "/api/user/detail?id=abc", []string{"id", "integer"}},
		"zero":          {"jfinal", "/api/user/detail?id=0", []string{"id"}},
		"past 2^53":     {"jfinal", "/api/user/detail?id=9007199254740993", []string{"id"}},
		"twice":         {"jfinal", "/api/user/detail?id=1&id=2", []string{"id"}},
		"fraction":      {"jfinal", "/api/user/detail?id=1.5", []string{"id"}},
		"nul":           {"jfinal", "/api/user/detail?id=1%00", []string{"id"}},
		"userId":        {"cas", "/user/info?userId=12a", []string{"userId"}},
		"long userId":   {"cas", "/user/info?userId=12345678901234567890", []string{"userId"}},
		"device":        {"yudao", "/wx/pc/check-login-status", []string{"deviceNumber"}},
		"device utf8":   {"yudao", "/wx/pc/check-login-status/%ff", []string{"deviceNumber"}},
		"long device":   {"yudao", "/wx/pc/check-login-status/" + strings.Repeat("x", 129), []string{"deviceNumber", "128"}},
		"twice a token": {"cas", "/user/info?userId=1&accessToken=a&accessToken=b", []string{"accessToken"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.t = t
			requireFailure(t, c.dialect, w.get(c.path, "Jwt", jwt), http.StatusBadRequest, c.words...)
		})
	}
}
