package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"quartet/cmd/quartet/internal/cli"
)

const (
	weChatSecret  = "canary0appsecret0123456789abcdef"
	weChatSession = "canary0sessionkey"
	weChatCode    = "canary0code0a1B2c3D4e5F6g7H8i9J0"
)

// newWeChat simulates WeChat's API: a code that begins with a number fails with that
// errcode, "html" returns a page, and any other works once.
func newWeChat(t *testing.T) (url string, exchanges *atomic.Int64) {
	t.Helper()
	exchanges = &atomic.Int64{}
	exchange := func(w http.ResponseWriter, r *http.Request, name, answer string) {
		code := r.URL.Query().Get(name)
		number, _, isNumber := strings.Cut(code, "~")
		switch {
		case r.URL.Query().Get("secret") != weChatSecret || r.URL.Query().Get("appid") != "wx0123456789abcdef":
			answer = `{"errcode":40125,"errmsg":"invalid appsecret"}`
		case isNumber:
			answer = `{"errcode":` + number + `,"errmsg":"` + code + `"}`
		case code == "html":
			answer = `<html>`
		case exchanges.Add(1) > 1:
			answer = `{"errcode":40163,"errmsg":"code been used"}`
		}
		_, _ = w.Write([]byte(answer))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sns/jscode2session", func(w http.ResponseWriter, r *http.Request) {
		exchange(w, r, "js_code", `{"session_key":"`+weChatSession+`","openid":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE"}`)
	})
	mux.HandleFunc("GET /sns/oauth2/access_token", func(w http.ResponseWriter, r *http.Request) {
		exchange(w, r, "code", `{"access_token":"`+weChatSession+`","openid":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE","scope":"snsapi_userinfo"}`)
	})
	mux.HandleFunc("GET /sns/userinfo", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"openid":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE","nickname":"橘子汽水","sex":1,"country":"中国","province":"浙江","city":"杭州"}`))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, exchanges
}

func secretFile(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(path, []byte(content), 0o600))
	must(t, os.Chmod(path, mode))
	return path
}

func weChatArgs(kind, url, secret string) []string {
	return []string{
		"--wechat-kind", kind, "--wechat-app-id", "wx0123456789abcdef", "--wechat-secret-file", secret, "--wechat-base-url", url,
	}
}

func byWeChat(code string) call {
	return raw("/account_api/wechat/user/getUserInfo", `{"code":"`+code+`"}`)
}

func TestSigningInByWeChat(t *testing.T) {
	t.Parallel()
	for kind, nickname := range map[string]string{"mini-program": "", "official-account": "橘子汽水"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			url, exchanges := newWeChat(t)
			args := append(weChatArgs(kind, url, secretFile(t, weChatSecret+"\n", 0o600)), "--database", newDatabase(t), "--log-level", "debug")
			s := serve(t, args...)
			first := s.ok(t, byWeChat(weChatCode))
			equal(t, "code", first.body["code"], any(200.0))
			equal(t, "message", first.body["msg"], any("操作成功"))
			equal(t, "userName", first.body["userName"], any("oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE"))
			equal(t, "surname", first.body["surname"], any(nickname))
			again := s.ok(t, byWeChat(weChatCode))
			equal(t, "id", again.body["id"], first.body["id"])
			equal(t, "exchanges", exchanges.Load(), 1)
			s.ok(t, get("/auth/sessions").with("Authorization", again.header.Get("X-Access-Token")))
			requireRefusals(t, s)
			for _, secret := range []string{weChatSecret, weChatSession, weChatCode, "oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE"} {
				if strings.Contains(s.errs.String(), secret) {
					t.Errorf("the log holds %s", secret)
				}
			}
			contains(t, s.errs.String(), "errcode 40013") // what the operator must know
		})
	}
}

func requireRefusals(t *testing.T, s *running) {
	t.Helper()
	for code, want := range map[string]struct {
		status int
		number float64
	}{
		"40029~": {400, 40029}, "40163~": {400, 40163}, "45011~": {429, 45011}, "40226~": {403, 403},
		"-1~": {503, 503}, "40013~": {503, 503}, "html": {503, 503},
	} {
		r := s.do(t, byWeChat(code))
		equal(t, "status of "+code, r.status, want.status)
		equal(t, "number of "+code, r.body["code"], any(want.number))
		equal(t, "wait of "+code, r.header.Get("Retry-After") == "60", want.status == 429)
	}
}

func TestWeChatFlagsAreChecked(t *testing.T) {
	t.Parallel()
	good := secretFile(t, weChatSecret, 0o600)
	const url = "https://wechat.example.com"
	for _, test := range []struct {
		args []string
		text string
	}{
		{[]string{"--wechat-kind", "mini-program"}, "needs --wechat-kind, --wechat-app-id"},
		{[]string{"--wechat-app-id", "wx0123456789abcdef"}, "needs --wechat-kind, --wechat-app-id"},
		{[]string{"--wechat-secret-file", good}, "needs --wechat-kind, --wechat-app-id"},
		{[]string{"--wechat-kind", "mini-program", "--wechat-app-id", "wx0123456789abcdef"}, "a secret is missing"},
		{weChatArgs("mini", url, good), "--wechat-kind"},
		{weChatArgs("mini-program", url, "/nowhere"), "no such file"},
		{weChatArgs("mini-program", url, t.TempDir()), "is not a regular file"},
		{weChatArgs("mini-program", url, secretFile(t, weChatSecret, 0o644)), "can be read by others (mode 0644)"},
		{weChatArgs("mini-program", url, secretFile(t, weChatSecret, 0o640)), "can be read by others"},
		{weChatArgs("mini-program", url, secretFile(t, "\n", 0o600)), "is empty"},
		{weChatArgs("mini-program", url, secretFile(t, strings.Repeat("x", 5000), 0o600)), "is not a regular file of at most"},
		{weChatArgs("mini-program", url, secretFile(t, "canary0", 0o600)), "at least 16 characters"},
		{weChatArgs("mini-program", "http://wechat.example.com", good), "https://"},
	} {
		result := command(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--database", newDatabase(t)}, test.args...)...)
		if result.code != cli.ExitUsage || !strings.Contains(result.errs, test.text) || strings.Contains(result.errs, "canary0") {
			t.Errorf("%v: exit code %d: %s", test.args, result.code, result.errs)
		}
	}
}

func TestWeChatSettingsFromTheEnvironment(t *testing.T) {
	url, _ := newWeChat(t)
	t.Setenv("QUARTET_WECHAT_KIND", "mini-program")
	t.Setenv("QUARTET_WECHAT_APP_ID", "wx0123456789abcdef")
	t.Setenv("QUARTET_WECHAT_SECRET", weChatSecret)
	t.Setenv("QUARTET_WECHAT_BASE_URL", url)
	s := serve(t, "--database", newDatabase(t))
	s.ok(t, byWeChat(weChatCode))
}
