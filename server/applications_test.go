package server_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

// secret gives an application a secret.
func (w *world) secret(application string) string {
	w.t.Helper()
	added, err := w.accounts.CommandLine().AddApplicationSecret(w.t.Context(), application)
	must(w.t, err)
	return added.Text
}

func (w *world) introspect(token string, header ...string) answer {
	w.t.Helper()
	return w.postForm("/oauth2/introspect", url.Values{"token": {token}}, header...)
}

func TestIntrospection(t *testing.T) {
	w := newWorld(t)
	id := w.add("lu.jiahe", store.RoleMember)
	w.application("portal", "")
	w.application("other", "")
	authorised := []string{"Authorization", basic("portal", w.secret("portal"))}
	jwt := w.signInThrough("lu.jiahe", "X-App-Id", "portal")
	claims := partsOf(t, jwt).claims

	live := requireOK(t, w.introspect(jwt, authorised...))
	want := fmt.Sprintf(`{"active":true,"aud":["quartet","portal"],"client_id":"portal","exp":%v,"sid":"%s","sub":"%d","token_type":"Bearer"}`,
		claims["exp"], claims["sid"], id)
	if strings.TrimSpace(live.text) != want {
		t.Errorf("got  %s\nwant %s", live.text, want)
	}
	if live.header.Get("Jwt") != "" || live.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", live.header)
	}
	for name, token := range map[string]string{
		"another application's": w.signInThrough("lu.jiahe", "X-App-Id", "other"), "no application's": w.signInThrough("lu.jiahe"),
		"unknown": "AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "not a token": "undefined",
	} {
		if got := requireOK(t, w.introspect(token, authorised...)); strings.TrimSpace(got.text) != `{"active":false}` {
			t.Errorf("%s: %s", name, got.text)
		}
	}
	requireOK(t, w.send(request{method: http.MethodPost, path: "/auth/logout", header: pairs([]string{"Authorization", jwt})}))
	if got := requireOK(t, w.introspect(jwt, authorised...)); strings.TrimSpace(got.text) != `{"active":false}` {
		t.Errorf("signed out: %s", got.text)
	}
	for _, text := range []string{"", "hint=x", "token=", "token=a&token=b", "token=%zz"} {
		got := w.send(request{method: http.MethodPost, path: "/oauth2/introspect", body: text, header: pairs(append(authorised, "Content-Type", formMedia))})
		requireFailure(t, "oauth2", got, http.StatusBadRequest)
		if got.body["error"] != "invalid_request" {
			t.Errorf("%q: %s", text, got.text)
		}
	}
}

func TestWhoMayIntrospect(t *testing.T) {
	w := newWorld(t)
	w.add("lu.jiahe", store.RoleSuperAdministrator)
	const odd = "a:b+c%20d" // an id that HTTP Basic has to encode
	w.application("portal", "")
	w.application(odd, "")
	secret, oddSecret := w.secret("portal"), w.secret(odd)
	for name, header := range map[string][]string{
		"as it is":                          {"Authorization", basic("portal", secret)},
		"urlencoded":                        {"Authorization", basic("%70ortal", url.QueryEscape(secret))},
		"another id in X-App-Id is ignored": {"Authorization", basic("portal", secret), "X-App-Id", "nobody", "X-App-Secret", "wrong"},
		"an odd id, urlencoded":             {"Authorization", basic(url.QueryEscape(odd), oddSecret)},
	} {
		t.Run(name, func(t *testing.T) { requireOK(t, w.introspect("x", header...)) })
	}
	for name, header := range map[string][]string{
		"nobody":                {},
		"a wrong secret":        {"Authorization", basic("portal", "wrong")},
		"another's secret":      {"Authorization", basic("portal", oddSecret)},
		"an unknown id":         {"Authorization", basic("nobody", secret)},
		"no secret":             {"Authorization", basic("portal", "")},
		"a secret alone":        {"Authorization", basic("", secret)},
		"no colon":              {"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("portal"))},
		"not base64":            {"Authorization", "Basic portal:" + secret},
		"an odd id as it is":    {"Authorization", basic(odd, oddSecret)},
		"a malformed encoding":  {"Authorization", basic("portal%zz", secret)},
		"an odd byte":           {"Authorization", basic("portal\x00", secret)},
		"the headers of others": {"X-App-Id", "portal", "X-App-Secret", secret},
		"a super administrator": {"Authorization", "Bearer " + w.jwt("lu.jiahe")},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.introspect("x", header...)
			requireFailure(t, "oauth2", got, http.StatusUnauthorized)
			if got.body["error"] != "invalid_client" || got.header.Get("WWW-Authenticate") != `Basic realm="quartet"` {
				t.Errorf("%s, %q", got.text, got.header.Get("WWW-Authenticate"))
			}
			if strings.Contains(w.log.String(), secret) {
				t.Error("the log has the secret")
			}
		})
	}
}

// error_description is ASCII without quotes, whatever the caller sends and prefers.
func TestTheErrorDescriptionIsASCII(t *testing.T) {
	w := newWorld(t)
	w.application("portal", "")
	header := []string{"Authorization", basic("portal", w.secret("portal")), "Accept-Language", "zh", "Content-Type", formMedia}
	got := w.send(request{method: http.MethodPost, path: "/oauth2/introspect", body: `%E4%BB%A4%5C=1&%E4%BB%A4%5C=2`, header: pairs(header)})
	requireFailure(t, "oauth2", got, http.StatusBadRequest)
	if got.body["error_description"] != "Duplicate parameter ??" {
		t.Errorf("%q", got.body["error_description"])
	}
}

// A right secret works however many wrong ones came before it.
func TestWrongSecretsAreLimited(t *testing.T) {
	w := newWorld(t, func(c *account.Config, _ *server.Options) { c.Limits.WrongSecretPerIP.Times = 3 })
	w.application("portal", "")
	right, wrong := basic("portal", w.secret("portal")), basic("portal", "wrong")
	for range 3 {
		requireFailure(t, "oauth2", w.introspect("x", "Authorization", wrong), http.StatusUnauthorized)
	}
	limited := w.introspect("x", "Authorization", wrong)
	requireFailure(t, "oauth2", limited, http.StatusTooManyRequests)
	if limited.header.Get("Retry-After") == "" || limited.body["error"] != "temporarily_unavailable" {
		t.Errorf("%s, %v", limited.text, limited.header)
	}
	requireOK(t, w.introspect("x", "Authorization", right))
	requireFailure(t, "cas", w.get("/user/info?userId=1&accessToken=x", "X-App-Id", "portal", "X-App-Secret", "wrong"), http.StatusTooManyRequests)
}

func TestUserInfoByTheSecretOfAnApplication(t *testing.T) {
	w := newWorld(t)
	w.add("lu.jiahe", store.RoleMember)
	stranger := fmt.Sprint(w.add("tao.ran", store.RoleMember))
	w.application("portal", "")
	w.application("other", "")
	secret := w.secret("portal")
	path := "/user/info?userId=" + stranger + "&accessToken=" + w.jwt("lu.jiahe")
	requireFailure(t, "cas", w.get(path, "X-App-Id", "portal"), http.StatusNotFound)
	data := requireOK(t, w.get(path, "X-App-Id", "portal", "X-App-Secret", secret)).body["data"].(map[string]any)
	if data["userId"] != stranger || data["phone"] != "" || len(data["orgList"].([]any)) != 0 {
		t.Errorf("%v", data)
	}
	for name, c := range map[string]struct {
		header []string
		word   string
	}{
		"wrong":                     {[]string{"X-App-Id", "portal", "X-App-Secret", "qas_wrong"}, "应用密钥"},
		"empty":                     {[]string{"X-App-Id", "portal", "X-App-Secret", ""}, "应用密钥"},
		"another application's":     {[]string{"X-App-Id", "other", "X-App-Secret", secret}, "应用密钥"},
		"of an unknown application": {[]string{"X-App-Id", "nobody", "X-App-Secret", secret}, "应用不存在"},
		"of no application":         {[]string{"X-App-Secret", secret}, "应用不存在"},
	} {
		t.Run(name, func(t *testing.T) {
			requireFailure(t, "cas", w.get(path, c.header...), http.StatusUnauthorized, c.word)
		})
	}
	// Without a token, nobody is read.
	requireFailure(t, "cas", w.get("/user/info?userId="+stranger, "X-App-Id", "portal", "X-App-Secret", secret), http.StatusUnauthorized)
}
