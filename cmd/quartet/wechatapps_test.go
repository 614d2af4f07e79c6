package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/store/storetest"
)

// owner simulates WeChat for several apps of one owner: a code works once, at the app
// with which it begins; a person has an openid in each app and one unionid.
type owner struct {
	secrets map[string]string // by app id

	mutex sync.Mutex
	used  map[string]bool
	asked map[string]int // by path and app id
}

func newOwner(t *testing.T) (o *owner, url string) {
	t.Helper()
	o = &owner{used: map[string]bool{}, asked: map[string]int{}, secrets: map[string]string{
		"wxmini00000000001": "canary0mini0123456789abcdef01234", "wxmini00000000002": "canary0second0123456789abcdef012",
		"wxweb000000000003": "canary0website0123456789abcdef01", "wxapp000000000004": "canary0mobile0123456789abcdef012",
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sns/jscode2session", func(w http.ResponseWriter, r *http.Request) {
		o.exchange(w, r, "wxmini", r.URL.Query().Get("js_code"))
	})
	mux.HandleFunc("GET /sns/oauth2/access_token", func(w http.ResponseWriter, r *http.Request) {
		o.exchange(w, r, "", r.URL.Query().Get("code"))
	})
	mux.HandleFunc("POST /cgi-bin/stable_token", o.token)
	mux.HandleFunc("POST /wxa/business/getuserphonenumber", o.phone)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return o, s.URL
}

func (o *owner) count(r *http.Request, app string) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.asked[r.URL.Path+" "+app]++
}

// use reports whether a code of the app is used for the first time.
func (o *owner) use(app, code string) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	first := !o.used[code] && strings.HasPrefix(code, app+"~")
	o.used[code] = true
	return first
}

func (o *owner) exchange(w http.ResponseWriter, r *http.Request, kind, code string) {
	app := r.URL.Query().Get("appid")
	o.count(r, app)
	switch {
	case o.secrets[app] == "" || r.URL.Query().Get("secret") != o.secrets[app] || !strings.HasPrefix(app, kind) || kind == "" && strings.HasPrefix(app, "wxmini"):
		fmt.Fprint(w, `{"errcode":40125}`)
	case !o.use(app, code):
		fmt.Fprint(w, `{"errcode":40029}`)
	default:
		person := strings.Split(code, "~")[1]
		fmt.Fprintf(w, `{"session_key":"canary0","access_token":"canary0","scope":"snsapi_base","openid":"o%s-%s","unionid":"u-%s"}`, app[2:6], person, person)
	}
}

func (o *owner) token(w http.ResponseWriter, r *http.Request) {
	var asked struct{ AppID, Secret string }
	_ = json.NewDecoder(r.Body).Decode(&asked)
	o.count(r, asked.AppID)
	if asked.Secret == "" || o.secrets[asked.AppID] != asked.Secret {
		fmt.Fprint(w, `{"errcode":40125}`)
		return
	}
	fmt.Fprintf(w, `{"access_token":"canary0token-%s","expires_in":7200}`, asked.AppID)
}

func (o *owner) phone(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Code string }
	_ = json.NewDecoder(r.Body).Decode(&asked)
	app, known := strings.CutPrefix(r.URL.Query().Get("access_token"), "canary0token-")
	o.count(r, app)
	switch {
	case !known:
		fmt.Fprint(w, `{"errcode":40001}`)
	case !o.use(app, asked.Code):
		fmt.Fprint(w, `{"errcode":40029}`)
	default:
		fmt.Fprintf(w, `{"phone_info":{"purePhoneNumber":"%s","countryCode":"86","watermark":{"appid":"%s","timestamp":%d}}}`,
			strings.Split(asked.Code, "~")[1], app, time.Now().Unix())
	}
}

// signedIn is the data of a sign-in.
type signedIn struct {
	AccessToken, RefreshToken struct{ Value string }
	UserInfo                  struct {
		ID     int64
		Mobile string
	}
	WeChatLinked bool
}

func enters(t *testing.T, s *running, path, application, body string) signedIn {
	t.Helper()
	var answer struct{ Data signedIn }
	decode(t, s.ok(t, raw(path, body).with("X-App-Id", application)).text, &answer)
	return answer.Data
}

func TestSeveralWeChatAppsInOneServer(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(*testing.T) string{
		"SQLite":     newDatabase,
		"PostgreSQL": func(t *testing.T) string { return storetest.PostgresURL(t) },
		"MariaDB":    func(t *testing.T) string { return storetest.MySQLURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			weChat, api := newOwner(t)
			installation := []string{"--database", url(t), "--keys", filepath.Join(t.TempDir(), "keys")}
			done(t, "migrate", "--database", installation[1])
			servers := []*running{}
			for range 2 {
				servers = append(servers, serve(t, append(installation, "--wechat-base-url", api, "--base-path", "/shop", "--base-path-app", "/shop=shop", "--log-level", "debug")...))
			}
			set := func(application, kind, app string) {
				done(t, at(installation, "app", "add", application, application)...)
				done(t, at(installation, "app", "wechat", "set", application, "--kind", kind, "--app-id", app, "--secret-file", secretFile(t, weChat.secrets[app]+"\n", 0o600))...)
			}
			set("mini", "mini-program", "wxmini00000000001")
			set("shop", "mini-program", "wxmini00000000002")
			set("web", "website", "wxweb000000000003")
			set("phone", "mobile-app", "wxapp000000000004")
			login := func(s *running, application, code string) signedIn {
				return enters(t, s, "/auth/wechat/login", application, `{"code":"`+code+`","productType":1}`)
			}
			first := login(servers[0], "mini", "wxmini00000000001~anna~1")
			for i, other := range []signedIn{
				login(servers[1], "web", "wxweb000000000003~anna~1"), login(servers[0], "phone", "wxapp000000000004~anna~1"),
				enters(t, servers[1], "/shop/auth/wechat/login", "", `{"code":"wxmini00000000002~anna~1"}`),
				login(servers[1], "mini", "wxmini00000000001~anna~1"), // a repeated code, at the other server
			} {
				equal(t, fmt.Sprint("the user of app ", i), other.UserInfo.ID, first.UserInfo.ID)
			}
			equal(t, "another person", login(servers[1], "web", "wxweb000000000003~ben~1").UserInfo.ID == first.UserInfo.ID, false)

			// A code of one app is worth nothing at another, and stays good at its own.
			wrong := servers[0].do(t, raw("/auth/wechat/login", `{"code":"wxmini00000000002~anna~2"}`).with("X-App-Id", "mini"))
			equal(t, "status", wrong.status, http.StatusBadRequest)
			equal(t, "number", wrong.body["code"], any(40029.0))
			equal(t, "without application", servers[0].do(t, raw("/auth/wechat/login", `{"code":"x"}`)).status, http.StatusServiceUnavailable)

			mobile := enters(t, servers[0], "/auth/wechat/mobile", "mini", `{"phoneCode":"wxmini00000000001~13900001111~1"}`)
			equal(t, "mobile", mobile.UserInfo.Mobile, "13900001111")
			again := enters(t, servers[1], "/auth/wechat/mobile", "shop", `{"phoneCode":"wxmini00000000002~13900001111~1","code":"wxmini00000000002~carl~1"}`)
			equal(t, "the user of the mobile", again.UserInfo.ID, mobile.UserInfo.ID)
			equal(t, "linked", again.WeChatLinked, true)
			equal(t, "by WeChat", login(servers[0], "web", "wxweb000000000003~carl~1").UserInfo.ID, mobile.UserInfo.ID)
			for range 3 {
				again = enters(t, servers[0], "/auth/wechat/mobile", "mini", fmt.Sprintf(`{"phoneCode":"wxmini00000000001~13900001111~%d"}`, time.Now().UnixNano()))
			}
			equal(t, "tokens of the first app", weChat.asked["/cgi-bin/stable_token wxmini00000000001"], 1)
			equal(t, "tokens of the second app", weChat.asked["/cgi-bin/stable_token wxmini00000000002"], 1)

			into := login(servers[0], "mini", "wxmini00000000001~anna~3")
			servers[1].ok(t, raw("/auth/merge", `{"accessToken":"`+again.AccessToken.Value+`"}`).with("Authorization", into.AccessToken.Value))
			equal(t, "after the merge", enters(t, servers[0], "/auth/wechat/mobile", "mini", `{"phoneCode":"wxmini00000000001~13900001111~9"}`).UserInfo.ID, first.UserInfo.ID)

			apps := listed[admincmd.WeChatApp](t, installation, "app", "wechat", "list")
			equal(t, "apps", len(apps), 4)
			done(t, at(installation, "app", "wechat", "remove", "web", "--yes")...)
			equal(t, "a removed app", servers[1].do(t, raw("/auth/wechat/login", `{"code":"wxweb000000000003~anna~7"}`).with("X-App-Id", "web")).status, http.StatusServiceUnavailable)
			audit := done(t, at(installation, "audit")...)
			contains(t, audit, "wechat_app_set", "wechat_app_removed", "wechat_linked", "user_merged")
			for _, s := range servers {
				if logged := s.errs.String() + audit + fmt.Sprint(apps); strings.Contains(logged, "canary0") || strings.Contains(logged, "~anna~") {
					t.Error("a secret, a token or a code is logged")
				}
			}
		})
	}
}

func TestWeChatAppsAreChecked(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "app", "add", "mini", "小程序")...)
	set := func(kind, app, secret string) []string {
		return at(db, "app", "wechat", "set", "mini", "--kind", kind, "--app-id", app, "--secret-file", secretFile(t, secret, 0o600))
	}
	refused(t, cli.ExitUsage, "--kind", set("mini", "wxmini00000000001", weChatSecret)...)
	refused(t, cli.ExitFailed, "secret", set("mini-program", "wxmini00000000001", "short")...)
	refused(t, cli.ExitFailed, "app-id", set("mini-program", "微信", weChatSecret)...)
	refused(t, cli.ExitFailed, "No such application", at(db, "app", "wechat", "remove", "nobody", "--yes")...)
	refused(t, cli.ExitUsage, "no base path", "serve", "--base-path", "/a", "--base-path-app", "/b=mini", "--database", db[1])
}
