package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"quartet/cmd/quartet/internal/democmd"
)

const (
	formUser  = `{"username":"fang.lin","password":"quartet-example","nickname":"方林"}`
	rawUser   = `{"username":"qin.yue","password":"quartet-example","gender":"女"}`
	loginBody = `{"companyType":0,"mobile":"13800138000","productType":0,"source":"web","validateNo":"246135"}`
)

// demoCalls is every operation with the demonstration's values, in each form of its
// input. jwt is a token of the demo user, boss of the administrator. Calls that use
// something up come after those that need it.
func demoCalls(jwt, boss string) map[string][]call {
	refresh := "/user/refresh"
	info := "/user/info?accessToken=" + democmd.AccessToken + "&userId="
	status := "/wx/pc/check-login-status"
	return map[string][]call{
		"1 refreshUser": {
			form(refresh, url.Values{"token": {democmd.AccessToken}, "frontType": {"0"}}),
			raw(refresh, `{"token":"`+democmd.AccessToken+`","frontType":1}`),
			post(refresh + "?token=" + democmd.AccessToken + "&frontType=2"),
			post(refresh+"?frontType=2").with("X-Access-Token", democmd.AccessToken),
			form(refresh, url.Values{"frontType": {"1"}}).with("token", jwt),
		},
		"2 signInByMobile":  {raw("/auth/mobile/login", loginBody).with("X-Device-Number", democmd.Device)},
		"2a sendMobileCode": {raw("/auth/mobile/code", `{"mobile":"13800138000","companyType":0,"productType":0}`)},
		"2b verifyMobile":   {raw("/auth/mobile/verify", `{"mobile":"13800138000","validateNo":"246135"}`).with("Authorization", democmd.AccessToken)},
		"3 refreshAccessToken": {
			raw("/app/auth/token/refresh", `{"accessToken":"`+democmd.RefreshAccessToken+`","refreshToken":"`+democmd.RefreshToken+`"}`),
		},
		"4 checkLoginStatus": {
			get(status+"?deviceNumber="+democmd.Device).with("Authorization", democmd.AccessToken),
			get(status+"?deviceNumber="+democmd.Device).with("Authorization", "Bearer "+democmd.AccessToken),
			get(status+"/"+democmd.Device).with("token", democmd.AccessToken),
		},
		"5 getUserInfo": {
			get(info+"1").with("X-App-Id", democmd.Application),
			get(info+"3").with("X-App-Id", democmd.Application),
		},
		"6 getWeChatUserInfo": {raw("/account_api/wechat/user/getUserInfo", `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`)},
		"7 createUser": {
			form("/api/user/create", url.Values{"user": {formUser}}),
			raw("/api/user/create", rawUser).with("Jwt", boss),
		},
		"8 getUserDetail": {
			get("/api/user/detail?id=1").with("Jwt", jwt),
			get("/api/user/detail?id=1").with("Authorization", "Bearer "+boss),
			form("/api/user/detail", url.Values{"id": {"2"}}).with("Jwt", boss),
			post("/api/user/detail?id=4").with("Authorization", boss),
		},
		"9 signInByPassword": {
			form("/api/user/login", url.Values{"loginAccount": {"demo"}, "password": {"quartet-demo"}}),
			form("/api/user/login", url.Values{"loginAccount": {democmd.Mobile}, "password": {"quartet-demo"}}),
			form("/api/user/login", url.Values{"loginAccount": {"demo@example.com"}, "password": {"quartet-demo"}}),
			form("/api/user/login", url.Values{"loginAccount": {"he.yun"}, "password": {"quartet-heyun"}}),
		},
		"a10 updateUser": {
			form("/api/user/update", url.Values{"user": {`{"id":1,"nickname":"晚秋"}`}}).with("Jwt", jwt),
			raw("/api/user/update", `{"id":3,"remark":"三班"}`).with("Jwt", boss),
		},
		"b signed in elsewhere": {
			get("/auth/sessions").with("Authorization", democmd.AccessToken),
			call{method: http.MethodDelete, path: "/auth/sessions/1003"}.with("token", democmd.AccessToken),
		},
		"c11 updatePassword": {
			form("/api/user/updatePassword", url.Values{"userId": {"1"}, "newPassword": {"quartet-demo"}, "oldPassowrd": {"quartet-demo"}}).with("Jwt", jwt),
			form("/api/user/updatePassword", url.Values{"userId": {"1"}, "newPassword": {"quartet-demo"}, "oldPassword": {"quartet-demo"}}).with("Jwt", jwt),
			form("/api/user/updatePassword", url.Values{"userId": {"4"}, "newPassword": {"quartet-heyun"}}).with("Jwt", boss),
		},
		"d signOut": {post("/auth/logout").with("Authorization", jwt)},
		"e system": {
			get("/healthz"), get("/readyz"), get("/metrics"), get("/openapi.yaml"), get("/openapi.json"),
			get("/docs/"), get("/docs/errors"), get("/demo/outbox"), post("/demo/reset"),
		},
	}
}

func TestDemoAnswersEveryOperationInEveryForm(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	calls := demoCalls(s.signIn(t, "demo", "quartet-demo"), s.signIn(t, "admin", "quartet-admin"))
	for _, name := range sortedKeys(calls) {
		for i, c := range calls[name] {
			t.Run(fmt.Sprintf("%s %d", name, i), func(t *testing.T) { s.ok(t, c) })
		}
	}
}

func TestDemoShowsWhatTheExamplesPromise(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	user := s.ok(t, get("/api/user/detail?id=1").with("Jwt", democmd.AccessToken)).body["user"].(map[string]any)
	for field, want := range map[string]any{
		"username": "demo", "nickname": "晚秋", "realname": "林晚秋", "gender": "女",
		"email": "demo@example.com", "emailStatus": "ok", "mobile": democmd.Mobile, "mobileStatus": "ok", "createSource": "demo",
	} {
		equal(t, field, user[field], want)
	}
	info := s.ok(t, get("/user/info?accessToken="+democmd.AccessToken+"&userId=1").with("X-App-Id", "1"))
	contains(t, info.text, `"nickname":"晚**"`, `"orgId":"10020027"`, `"orgName":"第二十七职业高中"`,
		`"roleId":"8"`, `"roleCode":"js_000008"`, `"roleName":"教职工"`)
	contains(t, s.ok(t, get("/metrics")).text, "go_goroutines", "process_open_fds", "quartet_http_requests_total")
}

// The page can be tried as each of its people: the token is theirs, and a reset puts it back.
func TestThePagesPeopleAreSignedIn(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	var settings struct {
		Version string
		Demo    struct {
			Outbox, Reset string
			People        []struct {
				ID         string
				Name       map[string]string
				Authorized map[string]struct{ Value any }
			}
		}
	}
	decode(t, s.ok(t, get("/docs/settings.json")).text, &settings)
	if settings.Version == "" || strings.Contains(settings.Version, " ") || len(settings.Demo.People) != 2 {
		t.Fatalf("the page's settings are %+v", settings)
	}
	equal(t, "outbox", settings.Demo.Outbox, "../demo/outbox")
	equal(t, "reset", settings.Demo.Reset, "../demo/reset")
	for _, person := range settings.Demo.People {
		token, _ := person.Authorized["bearer"].Value.(string)
		if person.Name["zh"] == "" || person.Name["en"] == "" || person.Authorized["applicationId"].Value != democmd.Application {
			t.Errorf("%s: %+v", person.ID, person)
		}
		user := func() string { return s.ok(t, get("/auth/sessions").with("Authorization", token)).text }
		contains(t, user(), `"current":true`)
		change := s.do(t, raw("/api/user/update", `{"id":3,"remark":"三班"}`).with("Authorization", token))
		equal(t, person.ID+" may change another user", change.status == 200, person.ID == "administrator")
		contains(t, s.ok(t, post("/auth/logout").with("Authorization", token)).text, `"code":0`)
		equal(t, "after a sign-out of "+person.ID, s.do(t, get("/auth/sessions").with("Authorization", token)).status, 401)
		s.ok(t, post("/demo/reset"))
		contains(t, user(), `"current":true`)
	}
}

func TestDemoOutboxTellsTheCodesOfOtherMobiles(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	s.ok(t, raw("/auth/mobile/code", `{"mobile":"13900004444","companyType":0,"productType":0}`))
	var sent []struct{ To, Code, At string }
	decode(t, s.ok(t, get("/demo/outbox")).text, &sent)
	if len(sent) != 1 || sent[0].To != "13900004444" || !strings.HasSuffix(sent[0].At, "+08:00") {
		t.Fatalf("the outbox holds %v", sent)
	}
	contains(t, s.errs.String(), sent[0].Code)
	r := s.ok(t, raw("/auth/mobile/login", `{"companyType":0,"mobile":"13900004444","productType":0,"source":"web","validateNo":"`+sent[0].Code+`"}`))
	contains(t, r.text, `"mobile":"13900004444"`)
}

func TestDemoPrintsItsCredentials(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	s.out.Await(t, regexp.MustCompile(`(curl) `), s.ended)
	contains(t, s.out.String(), string(s.origin)+"/docs/", "demo / quartet-demo", "admin / quartet-admin",
		democmd.Mobile, democmd.Code, "X-App-Id: 1", "10020027", "curl -d loginAccount=demo")
}

func TestDemoCodeSignsInOnce(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	var signedIn, refused atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			r, err := s.try(t.Context(), raw("/auth/mobile/login", loginBody))
			switch {
			case err != nil:
				t.Error(err)
			case r.status == http.StatusOK:
				signedIn.Add(1)
			case r.status == http.StatusUnauthorized:
				refused.Add(1)
			default:
				t.Errorf("answers %d: %s", r.status, r.text)
			}
		})
	}
	all.Wait()
	equal(t, "signed in", signedIn.Load(), 1)
	equal(t, "refused", refused.Load(), 99)
}

func TestDemoIsPutBackByResetAndByRestart(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	s := serve(t, "--demo", "--database", database)
	for range 2 {
		s.ok(t, raw("/api/user/create", rawUser))
		spoil(t, s)
		reset := s.ok(t, post("/demo/reset"))
		equal(t, "answer", strings.TrimSpace(reset.text), `{"status":"ok"}`)
		equal(t, "outbox", strings.TrimSpace(s.ok(t, get("/demo/outbox")).text), "[]")
		requireDemo(t, s)
	}
	spoil(t, s)
	s.end(t)
	requireDemo(t, serve(t, "--demo", "--database", database))
}

// requireDemo makes sure that everything is as the examples say, and that
// visitors' users are gone.
func requireDemo(t *testing.T, s *running) {
	t.Helper()
	s.signIn(t, "demo", "quartet-demo")
	s.signIn(t, "admin", "quartet-admin")
	visitor := s.do(t, form("/api/user/login", url.Values{"loginAccount": {"qin.yue"}, "password": {"quartet-example"}}))
	equal(t, "a visitor's user", visitor.status, http.StatusUnauthorized)
	s.ok(t, raw("/auth/mobile/login", loginBody))
	contains(t, s.ok(t, get("/api/user/detail?id=1").with("Jwt", democmd.AccessToken)).text, `"nickname":"晚秋"`, democmd.Mobile)
	s.ok(t, raw("/app/auth/token/refresh", `{"accessToken":"`+democmd.RefreshAccessToken+`","refreshToken":"`+democmd.RefreshToken+`"}`))
}

// spoil changes the demo users as a malicious visitor could.
func spoil(t *testing.T, s *running) {
	t.Helper()
	s.do(t, raw("/auth/mobile/login", loginBody)) // whether or not the code is used up
	jwt := s.signIn(t, "demo", "quartet-demo")
	s.ok(t, raw("/api/user/update", `{"id":1,"nickname":"别人","email":"other@example.com"}`).with("Jwt", jwt))
	s.ok(t, form("/api/user/updatePassword", url.Values{"userId": {"1"}, "newPassword": {"quartet-mine"}, "oldPassowrd": {"quartet-demo"}}).with("Jwt", jwt))
	boss := s.signIn(t, "admin", "quartet-admin")
	s.ok(t, raw("/api/user/update", `{"id":1,"username":"gone","status":"locked","mobile":"13900005555"}`).with("Jwt", boss))
	s.ok(t, raw("/api/user/create", `{"username":"demo","password":"quartet-taken"}`))
}
