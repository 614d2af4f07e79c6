package providers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/providers"
)

const (
	loginAnswer = `{"session_key":"` + sessionKey + `","openid":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE","unionid":"oU3f8Kd92LmXz7Tq1VbN5cRw0YhE"}`
	oauthAnswer = `{"access_token":"` + personToken + `","expires_in":7200,"refresh_token":"` + personToken +
		`","openid":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE","scope":"snsapi_userinfo"}`
	personAnswer = `{"openid":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE","nickname":"橘子汽水","sex":2,"language":"zh_CN","city":"杭州","province":"浙江",
		"country":"中国","headimgurl":"https://avatar.example.com/1.png","privilege":[],"unionid":"oU3f8Kd92LmXz7Tq1VbN5cRw0YhE"}`
)

func TestWeChatClientExchangesALoginCode(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.says(loginPath, loginAnswer)
	who, err := s.client(t, account.WeChatMiniProgram).Exchange(t.Context(), loginCode)
	if err != nil {
		t.Fatal(err)
	}
	want := account.WeChatIdentity{AppID: ownApp, OpenID: "oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE", UnionID: "oU3f8Kd92LmXz7Tq1VbN5cRw0YhE"}
	if who != want {
		t.Errorf("got %+v", who)
	}
	sent := asked{http.MethodGet, loginPath, url.Values{
		"appid": {ownApp}, "secret": {appSecret}, "js_code": {loginCode}, "grant_type": {"authorization_code"},
	}, ""}
	if got := s.got(loginPath); len(got) != 1 || !reflect.DeepEqual(got[0], sent) {
		t.Errorf("sent %+v", got)
	}
}

func TestWeChatClientExchangesAnOAuthCode(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.says(oauthPath, oauthAnswer)
	s.says(personPath, personAnswer)
	who, err := s.client(t, account.WeChatOfficialAccount).Exchange(t.Context(), loginCode)
	if err != nil {
		t.Fatal(err)
	}
	want := account.WeChatIdentity{
		AppID: ownApp, OpenID: "oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE", UnionID: "oU3f8Kd92LmXz7Tq1VbN5cRw0YhE",
		Nickname: "橘子汽水", Avatar: "https://avatar.example.com/1.png", Country: "中国", Province: "浙江", City: "杭州", Gender: 2,
	}
	if who != want {
		t.Errorf("got %+v", who)
	}
	code := url.Values{"appid": {ownApp}, "secret": {appSecret}, "code": {loginCode}, "grant_type": {"authorization_code"}}
	person := url.Values{"access_token": {personToken}, "openid": {"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE"}, "lang": {"zh_CN"}}
	for path, query := range map[string]url.Values{oauthPath: code, personPath: person} {
		if got := s.got(path); len(got) != 1 || !reflect.DeepEqual(got[0], asked{http.MethodGet, path, query, ""}) {
			t.Errorf("sent %+v", got)
		}
	}
}

func TestWeChatClientAsksNoProfileOfASilentSignIn(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.says(oauthPath, strings.ReplaceAll(oauthAnswer, "snsapi_userinfo", "snsapi_base"))
	who, err := s.client(t, account.WeChatOfficialAccount).Exchange(t.Context(), loginCode)
	if err != nil || who.OpenID != "oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE" {
		t.Errorf("got %+v, %v", who, err)
	}
	requireCalls(t, s, personPath, 0)
}

func TestWeChatClientRefusesASnapshot(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.says(oauthPath, strings.ReplaceAll(oauthAnswer, `"scope"`, `"is_snapshotuser":1,"scope"`))
	s.says(personPath, personAnswer)
	_, err := s.client(t, account.WeChatOfficialAccount).Exchange(t.Context(), loginCode)
	requireFailure(t, err, apierr.WeChatCodeInvalid)
	requireCalls(t, s, personPath, 0)
}

func TestWeChatClientNumbers(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]apierr.Code{
		40029: apierr.WeChatCodeInvalid, 41008: apierr.WeChatCodeInvalid,
		40163: apierr.WeChatCodeUsed, 45011: apierr.WeChatTooFrequent, 40226: apierr.Forbidden,
		-1: apierr.WeChatUnavailable, 40001: apierr.WeChatUnavailable, 40013: apierr.WeChatUnavailable,
		40125: apierr.WeChatUnavailable, 40164: apierr.WeChatUnavailable, 48001: apierr.WeChatUnavailable, 99999: apierr.WeChatUnavailable,
	} {
		text := fmt.Sprintf(`{"errcode":%d,"errmsg":"%s, rid: 65-1"}`, number, loginCode)
		for path, kind := range map[string]string{
			loginPath: account.WeChatMiniProgram, oauthPath: account.WeChatOfficialAccount,
		} {
			s := newStub(t)
			s.says(path, text)
			who, err := s.client(t, kind).Exchange(t.Context(), loginCode)
			requireFailure(t, err, want)
			requireCalls(t, s, path, 1)
			if who != (account.WeChatIdentity{}) || !strings.Contains(err.Error(), fmt.Sprintf("%s: errcode %d", path, number)) {
				t.Errorf("got %+v, %v", who, err)
			}
			if wait := apierr.As(err).RetryAfter; (wait == time.Minute) != (number == 45011) {
				t.Errorf("%d: wait %v", number, wait)
			}
		}
	}
}

// nonsense is what a service can answer that is not WeChat's API.
var nonsense = map[string]http.HandlerFunc{
	"HTML":             writes(`<html><body>请求被拦截</body></html>`),
	"nothing":          writes(``),
	"null":             writes(`null`),
	"a list":           writes(`[]`),
	"truncated":        writes(loginAnswer[:60]),
	"trailing data":    writes(loginAnswer + loginAnswer),
	"no openid":        writes(`{"session_key":"` + sessionKey + `"}`),
	"empty openid":     writes(`{"openid":""}`),
	"null openid":      writes(`{"openid":null}`),
	"openid of NUL":    writes(`{"openid":"o\u0000"}`),
	"long openid":      writes(`{"openid":"` + strings.Repeat("o", 65) + `"}`),
	"numeric openid":   writes(`{"openid":12345}`),
	"openid elsewhere": writes(`{"OpenID":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE"}`),
	"two openids":      writes(`{"openid":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE","openid":"oX3f8Kd92LmXz7Tq1VbN5cRw0YhE"}`),
	"unionid of text":  writes(`{"openid":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE","unionid":"a b"}`),
	"textual errcode":  writes(`{"errcode":"40029"}`),
	"broken UTF-8":     writes("{\"openid\":\"oQ3f8Kd92\",\"unionid\":\"\xff\"}"),
	"huge":             writes(`{"openid":"oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE","padding":"` + strings.Repeat("x", 64<<10) + `"}`),
	"padded":           writes(loginAnswer + strings.Repeat(" ", 64<<10)),
	"endless":          endless,
	"status 500": func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		_, _ = io.WriteString(w, loginAnswer)
	},
	"status 204": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
	"redirect": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere?"+r.URL.RawQuery, http.StatusFound)
	},
	"cut off": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, loginAnswer)
	},
	"hung up":       raw(func(*http.Request) string { return "" }),
	"no HTTP":       raw(func(r *http.Request) string { return r.URL.String() + "\r\n\r\n" }),
	"echoed header": raw(func(r *http.Request) string { return "HTTP/1.1 200 OK\r\n" + r.URL.String() + "\r\n\r\n" }),
	"endless head": raw(func(*http.Request) string {
		return "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n" + loginAnswer
	}),
}

// endless goes on for as long as the client reads.
func endless(w http.ResponseWriter, r *http.Request) {
	_, err := io.WriteString(w, loginAnswer)
	for err == nil && r.Context().Err() == nil {
		_, err = io.WriteString(w, strings.Repeat(" ", 4096))
	}
}

func writes(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

// raw answers with bytes that need not be HTTP, and hangs up.
func raw(text func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, text(r))
	}
}

func TestWeChatClientMeetsNonsense(t *testing.T) {
	t.Parallel()
	for name, answer := range nonsense {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for path, kind := range map[string]string{
				loginPath: account.WeChatMiniProgram, oauthPath: account.WeChatOfficialAccount,
			} {
				s := newStub(t)
				s.says("/elsewhere", loginAnswer)
				s.on(path, answer)
				who, err := s.client(t, kind).Exchange(t.Context(), loginCode)
				requireFailure(t, err, apierr.WeChatUnavailable)
				requireCalls(t, s, path, 1)
				requireCalls(t, s, "/elsewhere", 0)
				if who != (account.WeChatIdentity{}) {
					t.Errorf("got %+v", who)
				}
			}
		})
	}
}

func TestWeChatClientWantsTheProfileOfThePerson(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.says(oauthPath, oauthAnswer)
	s.says(personPath, strings.ReplaceAll(personAnswer, "oQ3f8Kd9", "oX3f8Kd9"))
	_, err := s.client(t, account.WeChatOfficialAccount).Exchange(t.Context(), loginCode)
	requireFailure(t, err, apierr.WeChatUnavailable)
}

// net/http itself sends a GET again when a connection that was kept ends
// without an answer.
func TestWeChatClientSendsACodeOnce(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	client := s.client(t, account.WeChatMiniProgram)
	s.says(loginPath, loginAnswer)
	if _, err := client.Exchange(t.Context(), loginCode); err != nil {
		t.Fatal(err)
	}
	s.on(loginPath, nonsense["hung up"])
	_, err := client.Exchange(t.Context(), loginCode)
	requireFailure(t, err, apierr.WeChatUnavailable)
	requireCalls(t, s, loginPath, 2)
}

func TestWeChatClientWaitsNoLongerThanItsCaller(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	arrived := make(chan struct{}, 1)
	s.on(loginPath, func(_ http.ResponseWriter, r *http.Request) { arrived <- struct{}{}; <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, err := s.client(t, account.WeChatMiniProgram).Exchange(ctx, loginCode)
	requireFailure(t, err, apierr.WeChatUnavailable)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	short, cancelShort := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancelShort()
	_, err = s.client(t, account.WeChatMiniProgram).Exchange(short, loginCode)
	requireFailure(t, err, apierr.WeChatUnavailable)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestWeChatClientIsRefused(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	client := s.client(t, account.WeChatMiniProgram)
	s.Close()
	_, err := client.Exchange(t.Context(), loginCode)
	requireFailure(t, err, apierr.WeChatUnavailable)
	if !strings.Contains(err.Error(), "refused") {
		t.Errorf("the log does not tell why: %v", err)
	}
}

func TestWeChatClientTrustsNoStranger(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.Close()
	s.says(loginPath, loginAnswer)
	s.Server = newTLS(t, s)
	_, err := s.client(t, account.WeChatMiniProgram).Exchange(t.Context(), loginCode)
	requireFailure(t, err, apierr.WeChatUnavailable)
	if !strings.Contains(err.Error(), "certificate") {
		t.Errorf("the log does not tell why: %v", err)
	}
	requireCalls(t, s, loginPath, 0)
}

func TestWeChatOptionsAreChecked(t *testing.T) {
	t.Parallel()
	good := providers.WeChatOptions{Kind: account.WeChatMiniProgram, AppID: ownApp, Secret: appSecret, BaseURL: providers.WeChatBaseURL}
	if _, err := providers.NewWeChat(good); err != nil {
		t.Fatal(err)
	}
	with := func(change func(*providers.WeChatOptions)) providers.WeChatOptions {
		o := good
		change(&o)
		return o
	}
	for _, bad := range []providers.WeChatOptions{
		with(func(o *providers.WeChatOptions) { o.Kind = "" }),
		with(func(o *providers.WeChatOptions) { o.Kind = "mini" }),
		with(func(o *providers.WeChatOptions) { o.AppID = "" }),
		with(func(o *providers.WeChatOptions) { o.AppID = "wx 1" }),
		with(func(o *providers.WeChatOptions) { o.Secret = "canary0" }),
		with(func(o *providers.WeChatOptions) { o.BaseURL = "" }),
		with(func(o *providers.WeChatOptions) { o.BaseURL = "api.weixin.qq.com" }),
		with(func(o *providers.WeChatOptions) { o.BaseURL = "http://wechat.example.com" }),
		with(func(o *providers.WeChatOptions) { o.BaseURL = "https://wechat.example.com/?a=b" }),
		with(func(o *providers.WeChatOptions) { o.BaseURL = "https://canary0:canary0@wechat.example.com" }),
		with(func(o *providers.WeChatOptions) { o.BaseURL = "ftp://localhost" }),
	} {
		if _, err := providers.NewWeChat(bad); err == nil || strings.Contains(err.Error(), "canary0") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
